#!/usr/bin/env python3
"""The ticketing server that tests speak to, held against the protocol: if it is wrong, what
is tested with it is worth nothing."""

import json
import pathlib
import socket
import sys
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

from pretix import Pretix  # noqa: E402

API = "/api/v1/organizers/org/"
EVENT = API + "events/expo/"


def position(number, **more):
    return {"id": number, "item": 1, "secret": f"secret{number}", "attendee_name": f"Guest {number}", **more}


def world():
    orders = [{"code": f"O{n:03d}", "datetime": f"2026-05-01T00:{n // 60:02d}:{n % 60:02d}Z",
               "positions": [position(n)]} for n in range(1, 121)]
    orders[0]["positions"].append(position(500, item=2, addon_to=1))
    return [
        {"kind": "event", "object": {"slug": "expo", "name": {"en": "Expo"}, "live": True, "timezone": "Asia/Shanghai",
                                     "date_from": "2026-06-01T01:00:00Z", "date_to": None, "date_admission": None}},
        {"kind": "item", "event": "expo", "object": {"id": 1, "name": {"en": "Ticket"}, "checkin_attention": True,
                                                     "checkin_text": "item"}},
        {"kind": "item", "event": "expo", "object": {"id": 2, "name": {"en": "Dinner"}}},
        {"kind": "checkinlist", "event": "expo", "object": {"id": 1, "name": "Door"}},
        {"kind": "checkinlist", "event": "expo", "object": {"id": 2, "name": "Dinner", "all_products": False,
                                                            "limit_products": [2], "addon_match": True}},
        *({"kind": "order", "event": "expo", "object": order} for order in orders)]


def fresh(server):
    server.reset("org", world(), now="2026-06-01T02:00:00Z")


def get(server, target, who="device", **headers):
    status, seen, body = server.call("GET", target, who=who, headers=headers)
    return status, json.loads(body) if body.startswith((b"{", b"[")) else body, seen


def redeem(server, secret, want, who="device", lists=(1,), **more):
    status, _, body = server.call("POST", API + "checkinrpc/redeem/",
                                  {"lists": list(lists), "secret": secret, **more}, who)
    told = json.loads(body) if body.startswith(b"{") else {}
    got = told.get("reason") or told.get("status") or status
    assert got == want, f"{secret} {more}: {status} {body[:300]}, want {want}"
    return told


# ---- reading

def pages_follow_each_other_by_absolute_links(server):
    seen, target, pages = [], EVENT + "orders/?exclude=payments", 0
    while target:
        status, page, headers = get(server, target)
        assert status == 200 and headers["X-Page-Generated"].startswith("2026-06-01T02:00:00")
        assert page["count"] == 120
        seen += [row["code"] for row in page["results"]]
        pages += 1
        assert page["next"] is None or page["next"].startswith(server.url + EVENT + "orders/?exclude=payments&page=")
        target = page["next"] and page["next"][len(server.url):]
    assert pages == 3 and seen == sorted(seen) and len(set(seen)) == 120


def a_delta_has_what_was_touched_and_forgets_nothing(server):
    since = urllib.parse.quote(get(server, EVENT + "orders/")[2]["X-Page-Generated"])
    query = EVENT + f"orders/?ordering=-last_modified&modified_since={since}"
    assert get(server, query)[1]["count"] == 0
    redeem(server, "secret7", "ok", who="device2")
    server.step(op="patch", kind="position", id=9, set={"canceled": True})
    rows = get(server, query)[1]["results"]
    assert [row["code"] for row in rows] == ["O009", "O007"]
    assert rows[0]["positions"] == []  # a canceled position vanishes
    assert rows[1]["positions"][0]["checkins"][0]["list"] == 1  # another's entry comes along
    kept = get(server, query + "&include_canceled_positions=true")[1]["results"]
    assert kept[0]["positions"][0]["canceled"] is True


def an_interrupted_download_goes_on_by_its_last_date(server):
    rows = get(server, EVENT + "orders/?ordering=datetime&created_since=2026-05-01T00:01:58Z")[1]["results"]
    assert [row["code"] for row in rows] == ["O118", "O119", "O120"]


def conditional_lists_say_304_until_something_changes(server):
    status, page, headers = get(server, EVENT + "items/")
    assert status == 200 and len(page["results"]) == 2
    stamp = headers["Last-Modified"]
    assert get(server, EVENT + "items/", **{"If-Modified-Since": stamp})[0] == 304
    server.step(op="server_now", value="2026-06-01T03:00:00Z")
    server.step(op="patch", kind="item", id=1, set={"name": {"en": "Other"}})
    assert get(server, EVENT + "items/", **{"If-Modified-Since": stamp})[0] == 200


def who_may_not_is_told_how(server):
    assert get(server, EVENT, who="anon")[0] == 401
    assert get(server, EVENT, who="garbage_token")[1] == {"detail": "Invalid token."}
    assert get(server, API + "events/other/")[0] == 403
    assert get(server, "/api/v1/organizers/other/events/")[0] == 403
    assert get(server, "/elsewhere")[0] == 404
    server.step(op="server_device", id=1, security_profile="pretixscan_online_kiosk")
    assert get(server, EVENT + "orders/")[1] == {"detail": "Request denied by device security profile."}
    assert get(server, EVENT + "items/")[0] == 200
    redeem(server, "secret1", "ok")
    server.step(op="server_device", id=1, state="revoked")
    assert get(server, "/api/v1/device/info")[1] == {"detail": "Device access has been revoked."}


def a_missing_slash_is_a_redirect_and_a_complaint(server):
    status, _, headers = get(server, EVENT + "orders?page=1")
    assert status == 301 and headers["Location"] == EVENT + "orders/?page=1"
    assert any("no slash" in words for words in server.complaints())


def enrolment_uses_its_token_up(server):
    server.step(op="server_device", id=3, name="Door 3", state="new", initialization_token="abcdefgh12345678")
    body = {"token": "abcdefgh12345678", "hardware_brand": "b", "hardware_model": "m",
            "software_brand": "Yuelai", "software_version": "1"}
    status, _, answer = server.call("POST", "/api/v1/device/initialize", body, who="anon")
    device = json.loads(answer)
    assert status == 200 and device["device_id"] == 3 and len(device["api_token"]) == 64
    assert server.call("POST", "/api/v1/device/initialize", body, who="anon")[0] == 400
    assert get(server, "/api/v1/device/info", who="anon", Authorization="Device " + device["api_token"])[0] == 200
    old = server.token(1)
    assert server.call("POST", "/api/v1/device/roll", {})[0] == 200
    assert get(server, "/api/v1/device/info", who="anon", Authorization="Device " + old)[0] == 401
    assert get(server, "/api/v1/device/info")[0] == 200


# ---- redeeming

def checks_come_in_their_order(server):
    everything = {"canceled": False, "blocked": ["admin"], "valid_from": "2026-07-01T00:00:00Z", "item": 2}
    server.step(op="patch", kind="position", id=1, set=everything)
    server.step(op="patch", kind="order", id="O001", set={"status": "n", "require_approval": True})
    server.step(op="patch", kind="checkinlist", id=1, set={"all_products": False, "limit_products": [1],
                                                           "rules": {"<": [{"var": "entries_number"}, 0]}})
    steps = (("blocked", "position", {"blocked": None}), ("unapproved", "order", {"require_approval": False}),
             ("invalid_time", "position", {"valid_from": None}), ("product", "position", {"item": 1}),
             ("unpaid", "order", {"status": "p"}), ("rules", None, {"rules": {}}))
    for reason, kind, cure in steps:
        redeem(server, "secret1", reason)
        key = {"position": 1, "order": "O001", None: 1}[kind]
        server.step(op="patch", kind=kind or "checkinlist", id=key, set=cure)
    told = redeem(server, " secret1\n", "ok")
    assert told["require_attention"] is True and told["checkin_texts"] == ["item"]
    assert told["position"]["checkins"] == [] and "canceled" not in told["position"]
    told = redeem(server, "secret1", "already_redeemed")
    assert len(told["position"]["checkins"]) == 1
    got = server.step(op="server_checkins", position=1, expect={"count": 1, "failed": 7})
    assert got["ok"], got


def what_was_let_in_offline_is_taken_with_force(server):
    redeem(server, "secret1", "ok", nonce="a", datetime="2026-06-01T01:00:00.5Z", force=True)
    redeem(server, "secret1", "ok", nonce="b", datetime="2026-06-01T01:00:09Z", force=True, who="device2")
    redeem(server, "secret1", "ok", nonce="a", datetime="2026-06-01T01:00:00.5Z", force=True)
    rows = server.checkins()
    assert [(row["nonce"], row["forced"], row["force_sent"]) for row in rows] == \
        [("a", False, True), ("b", True, True)]
    server.step(op="patch", kind="position", id=2, set={"canceled": True})
    redeem(server, "secret2", "invalid", force=True)
    redeem(server, "unknown", "invalid", force=True)


def a_simulation_answers_and_stores_nothing(server):
    redeem(server, "secret1", "ok", simulate=True)
    redeem(server, "secret1", "ok", simulate=True)
    redeem(server, "nothing", "invalid", simulate=True)
    assert server.checkins() == []


def rules_are_true_false_raised_or_past_explaining(server):
    def rule(rules, want, **more):
        server.step(op="patch", kind="checkinlist", id=1, set={"rules": rules})
        return redeem(server, "secret1", want, simulate=True, **more).get("reason_explanation")

    late = {"isAfter": [{"var": "now"}, {"buildTime": ["customtime", "12:00"]}, 10]}
    assert rule(late, "rules") == "Only allowed after 11:50"
    rule(late, "ok", datetime="2026-06-01T12:00:00+08:00")
    rule(late, "ok", force=True)
    rule({"or": []}, 500)
    rule({"or": []}, "ok", force=True)
    rule({"or": [{"==": [1, 1]}, {"nonsense": [1]}]}, "rules", force=True)
    rule({"inList": [{"var": "product"}, {"objectList": [{"lookup": ["product", "1", "x"]}]}]}, "ok")
    assert rule({"==": [{"var": "now_isoweekday"}, 6]}, "rules") == "week day is not Saturday"
    rule({"==": [{"var": "minutes_since_last_entry"}, "-1"]}, "ok")


def questions_are_asked_until_they_are_answered(server):
    for number, required, kind in ((1, True, "N"), (2, False, "C")):
        server.step(op="add", kind="question", event="expo", object={
            "id": number, "question": {"en": "?"}, "type": kind, "required": required, "items": [1],
            "ask_during_checkin": True, "identifier": f"Q{number}", "position": number,
            "options": [{"id": 5, "identifier": "RED", "answer": {"en": "Red"}}] if kind == "C" else []})
    told = redeem(server, "secret1", "incomplete")
    assert [row["id"] for row in told["questions"]] == [1, 2]
    told = redeem(server, "secret1", "incomplete", answers={"1": "x", "2": "RED"})
    assert [row["id"] for row in told["questions"]] == [1]  # the good one was kept
    redeem(server, "secret1", "ok", answers={"1": "3.24"})
    redeem(server, "secret2", "incomplete", answers={"1": ""})
    redeem(server, "secret2", "ok", answers={"1": "1", "2": ""})
    redeem(server, "secret3", "ok", questions_supported=False)
    redeem(server, "secret4", "ok", type="exit")
    assert server.step(op="server_answer", position=1, question=2, expect={"answer": "Red", "options": [5]})["ok"]


def addons_and_media_are_found(server):
    redeem(server, "secret1", "ok", lists=(2,))
    assert server.checkins()[0]["position"] == 500
    server.step(op="add", kind="reusablemedium", object={
        "id": 1, "type": "barcode", "identifier": "M1", "linked_orderpositions": [3, 4]})
    redeem(server, "M1", "ambiguous")
    server.step(op="patch", kind="position", id=3, set={"valid_until": "2026-05-01T00:00:00Z"})
    assert redeem(server, "M1", "ok")["position"]["id"] == 4
    redeem(server, "M1", "invalid", source_type="nfc_uid")


def wrong_input_has_no_status(server):
    for body, part in (({"lists": [9], "secret": "x"}, "Invalid pk"), ({"lists": [1]}, "required"),
                       ({"lists": [1], "secret": " "}, "blank"), ({"lists": [1], "secret": "x", "nonce": ""}, "blank"),
                       ({"lists": [], "secret": "x"}, "No check-in list"), ({"lists": [1, 2], "secret": "x"}, "same event"),
                       ({"lists": [1], "secret": "x", "type": "in"}, "valid choice")):
        status, _, answer = server.call("POST", API + "checkinrpc/redeem/", body)
        assert status == 400 and part in answer.decode() and "status" not in answer.decode(), answer
    server.complaints()
    redeem(server, "secret1", "ok", colour="red")
    assert any("unknown field colour" in words for words in server.complaints())


def an_idempotency_key_gives_the_first_answer_again(server):
    def send(key, kind="badge"):
        return server.call("POST", EVENT + "orderpositions/1/printlog/", {"source": "Yuelai", "type": kind},
                           headers={"X-Idempotency-Key": key})[::2]
    first = send("k1")
    assert first[0] == 201 and send("k1") == first and send("k1", "ticket") == first and send("k2") != first
    assert get(server, "/api/v1/idempotency_query?key=k1")[1] == json.loads(first[1])


# ---- what goes wrong

def faults_hit_what_they_are_meant_for(server):
    server.fault(kind="status", status=429, retry_after=7, route="GET .*orders/", count=1, skip=1)
    assert [get(server, EVENT + "orders/")[0] for _ in range(3)] == [200, 429, 200]
    server.fault(kind="portal")
    assert b"log in" in get(server, EVENT)[1]
    server.fault(kind="replay", route="checkinlists/")
    first = get(server, EVENT + "orders/?page=3")[1]
    redeem(server, "secret120", "ok")
    server.fault(kind="clear")
    get(server, EVENT + "orders/?page=3")
    redeem(server, "secret119", "ok")
    server.fault(kind="replay", route="orders/")
    replayed = get(server, EVENT + "orders/?page=3")[1]
    assert replayed["results"] != first["results"] and len(replayed["results"][-1]["positions"][0]["checkins"]) == 1
    assert replayed["results"][-2]["positions"][0]["checkins"] == []


def an_answer_may_get_lost_behind_the_deed(server):
    server.fault(kind="lost", route="redeem")
    try:
        redeem(server, "secret1", "ok", nonce="n")
        raise AssertionError("there was an answer")
    except (ConnectionError, OSError):
        pass
    redeem(server, "secret1", "ok", nonce="n")
    assert len(server.checkins()) == 1


def a_body_may_be_cut(server):
    server.fault(kind="cut", keep=10)
    host, port = server.host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as raw:
        raw.sendall(b"GET /api/v1/version HTTP/1.1\r\nUser-Agent: x-y\r\n\r\n")
        got = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"Content-Length: " in head and len(body) == 10


def a_connection_may_fall_silent_or_break(server):
    host, port = server.host.split(":")
    for kind, want in (("silence", TimeoutError), ("reset", ConnectionResetError), ("drip", TimeoutError)):
        server.fault(kind=kind)
        with socket.create_connection((host, int(port)), timeout=0.3) as raw:
            raw.sendall(b"GET /api/v1/version HTTP/1.1\r\nUser-Agent: x-y\r\n\r\n")
            try:
                got = raw.recv(65536) if kind != "drip" else [raw.recv(65536) for _ in range(100)]
                raise AssertionError(f"{kind}: {got}")
            except want:
                pass
    assert get(server, "/api/v1/version")[0] == 200


def lists_of_secrets_and_media_go_on_from_their_newest_row(server):
    for number in (1, 2):
        server.step(op="add", kind="revokedsecret", event="expo", position=1, object={
            "id": number, "secret": f"old{number}", "created": f"2026-05-0{number}T00:00:00Z"})
        server.step(op="add", kind="blockedsecret", event="expo", object={
            "id": number, "secret": f"bad{number}", "updated": f"2026-05-0{number}T00:00:00Z"})
        server.step(op="add", kind="reusablemedium", object={
            "id": number, "type": "barcode", "identifier": f"M{number}", "updated": f"2026-05-0{number}T00:00:00Z"})
    for target, want in (("revokedsecrets/?ordering=-created", ["old2", "old1"]),
                         ("revokedsecrets/?ordering=-created&created_since=2026-05-02T00:00:00Z", ["old2"]),
                         ("blockedsecrets/?ordering=-updated&updated_since=2026-05-01T00:00:01Z", ["bad2"])):
        assert [row["secret"] for row in get(server, EVENT + target)[1]["results"]] == want
    status, page, headers = get(server, API + "reusablemedia/?ordering=-updated")
    assert [row["id"] for row in page["results"]] == [2, 1] and "X-Page-Generated" in headers
    redeem(server, "old1", "revoked")
    redeem(server, "old1", "ok", force=True)
    assert server.checkins()[-1]["position"] == 1 and server.checkins()[-1]["forced"] is True


def the_event_and_list_of_the_hour_are_chosen(server):
    server.step(op="server_wipe_events")
    server.step(op="server_event", object={
        "slug": "days", "name": "Days", "live": True, "date_from": "2026-06-01T00:00:00Z", "timezone": "UTC",
        "has_subevents": True,
        "checkin_lists": [{"id": 11, "name": "Hall", "subevent": 1}, {"id": 21, "name": "Hall", "subevent": 2},
                          {"id": 20, "name": "Annex", "subevent": 2}],
        "subevents": [{"id": 1, "date_from": "2026-06-01T08:00:00Z", "date_to": "2026-06-01T10:00:00Z"},
                      {"id": 2, "date_from": "2026-06-01T12:00:00Z", "date_to": "2026-06-01T14:00:00Z"}]})
    current = "?current_event=days&current_subevent=1&current_checkinlist=11"
    for moment, want in (("09:00", 304), ("10:00", 11), ("10:59", 11), ("11:01", 21), ("13:00", 21),
                         ("15:00", 21)):
        server.step(op="server_now", value=f"2026-06-01T{moment}:00Z")
        status, chosen, _ = get(server, "/api/v1/device/eventselection" + current)
        assert (status if status == 304 else chosen["checkinlist"]) == want, (moment, status, chosen)
    server.step(op="server_now", value="2026-06-02T09:00:00Z")
    assert get(server, "/api/v1/device/eventselection" + current)[1]["subevent"] == 2  # the last there was
    server.step(op="server_device", id=1, gate=7)
    assert get(server, "/api/v1/device/eventselection" + current)[0] == 404  # no list of this gate


def thousands_of_orders_are_made_up_and_can_be_redeemed(server):
    server.control("bulk", event="expo", orders=1000, positions=2, items=[1])
    page = get(server, EVENT + "orders/?page=20")[1]
    assert page["count"] == 1000 and page["next"] is None and len(page["results"]) == 50
    secret = page["results"][49]["positions"][1]["secret"]
    since = "2026-06-01T01:59:00Z"
    assert get(server, EVENT + f"orders/?modified_since={since}")[1]["count"] == 0
    redeem(server, secret, "ok")
    rows = get(server, EVENT + f"orders/?modified_since={since}")[1]["results"]
    assert len(rows) == 1 and len(rows[0]["positions"][1]["checkins"]) == 1


def main():
    failed, cases = 0, [value for name, value in globals().items() if callable(value) and
                        getattr(value, "__code__", None) and value.__code__.co_varnames[:1] == ("server",) and
                        value.__code__.co_argcount == 1 and name != "fresh"]
    with Pretix("org") as server:
        for case in cases:
            fresh(server)
            try:
                case(server)
                print("ok", case.__name__)
            except Exception as error:
                failed += 1
                print("not ok", f"{case.__name__}: {type(error).__name__}: {error}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
