"""pretix: a pretix-stub of one's own, for tests in Python.

    with Pretix(organizer="dummy", load=[{"kind": "event", "object": {…}}, …]) as server:
        server.url                              -> "http://127.0.0.1:PORT"
        server.step(op="patch", kind="order", id="FOO", set={"status": "c"})
        server.fault(kind="status", status=503, route="orders/", count=2)
        server.complaints()                     -> [] if the client behaved
        server.checkins()                       -> the rows it has stored
        server.call("GET", "/api/v1/device/info", who="device") -> (status, headers, body)
"""

import http.client
import json
import pathlib
import subprocess
import urllib.parse

RIG = pathlib.Path(__file__).resolve().parent


class Pretix:
    def __init__(self, organizer="dummy", load=(), directory=".", now=None, options=()):
        self.process = subprocess.Popen([RIG / "pretix-stub", "--organizer", organizer, *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.host = urllib.parse.urlsplit(self.url).netloc
        if load or now:
            self.reset(organizer, load, directory, now)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def send(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def control(self, name, /, **given):
        status, _, body = self.send("POST", f"/_stub/{name}", json.dumps(given).encode())
        result = json.loads(body)
        if status != 200:
            raise ValueError(result.get("error"))
        return result

    def reset(self, organizer="dummy", load=(), directory=".", now=None):
        self.control("reset", organizer=organizer, load=list(load), directory=str(directory), now=now)

    def step(self, **given):
        return self.control("step", **given)

    def fault(self, **given):
        self.control("fault", **given)

    def complaints(self):
        return self.control("complaints")["complaints"]

    def checkins(self):
        return self.control("checkins")["checkins"]

    def requests(self):
        return self.control("requests")["requests"]

    def token(self, number=1):
        return self.control("device", id=number)["device"]["api_token"]

    def call(self, method, target, body=None, who="device", headers=None):
        headers = {"User-Agent": "yuelai-test", **(headers or {})}
        authorization = self.control("authorization", **{"as": who})["authorization"]
        if authorization:
            headers["Authorization"] = authorization
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode("utf-8", "surrogatepass")
            headers.setdefault("Content-Type", "application/json")
        return self.send(method, target, body, headers)
