#!/usr/bin/env python3
"""sync_peer PORT FILE: the first load of bench_sync as one writes it without much thought:
http.client, json and sqlite3, one transaction, index and full text after the rows.
Prints seconds, those of the processor, rows and the highest resident set in MiB over that before."""

import gzip
import http.client
import json
import resource
import sqlite3
import sys
import time

port, path = int(sys.argv[1]), sys.argv[2]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.monotonic()
connection = http.client.HTTPConnection("127.0.0.1", port)
db = sqlite3.connect(path)
db.execute("CREATE TABLE ticket(id INTEGER PRIMARY KEY, event, code, position, item, secret, name, company,"
           " country, status, ref, email)")
db.execute("CREATE TABLE answer(ticket, question, value)")
rows, target = 0, "/api/v1/organizers/o/events/bench/orders/"
while target:
    connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    page = json.loads(body)
    for order in page["results"]:
        for position in order["positions"]:
            rows += 1
            db.execute("INSERT INTO ticket VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?)",
                       (order["event"], order["code"], position["id"], position["item"], position["secret"],
                        position["attendee_name"], position["company"], position["country"], order["status"],
                        position["pseudonymization_id"], order["email"]))
            for row in position["answers"]:
                db.execute("INSERT INTO answer VALUES(?,?,?)", (position["id"], row["question"], row["answer"]))
    target = page["next"] and page["next"].split(str(port), 1)[1]
for name in ("secret", "ref", "position", "code"):
    db.execute(f"CREATE INDEX by_{name} ON ticket({name})")
db.execute("CREATE VIRTUAL TABLE words USING fts5(name, company, code, content='', prefix='1 2 3')")
db.execute("INSERT INTO words(rowid, name, company, code) SELECT id, name, company, code FROM ticket")
db.commit()
took = time.monotonic() - began
print(f"{took:.3f} {time.process_time():.3f} {rows} {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.1f}")
