"""HTTP/1.1 for pretix-stub: requests in, answers or faults out, on asyncio's protocols.

An application is a function of a Request that returns an Answer. Faults stand between:
they are asked before (an answer instead) and after it (the answer, spoilt).
"""

import asyncio
import gzip
import json
import re
import socket
import struct
import urllib.parse

HEAD_MAX, BODY_MAX = 64 * 1024, 64 * 1024 * 1024
WORDS = {200: "OK", 201: "Created", 204: "No Content", 301: "Moved Permanently", 302: "Found",
         304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
         404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 411: "Length Required",
         413: "Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests",
         500: "Internal Server Error", 503: "Service Unavailable"}


class Request:
    __slots__ = ("method", "path", "raw_path", "query", "headers", "body", "raw_query")

    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.raw_path, _, self.raw_query = target.partition("?")
        self.path = urllib.parse.unquote(self.raw_path)
        self.query = urllib.parse.parse_qsl(self.raw_query, keep_blank_values=True)

    def first(self, name, default=None):
        return next((value for key, value in self.query if key == name), default)

    def every(self, name):
        return [value for key, value in self.query if key == name]

    def json(self):
        """The body as JSON; ValueError if it is none. An empty body is {}."""
        return json.loads(self.body.decode("utf-8")) if self.body.strip() else {}


class Answer:
    __slots__ = ("status", "headers", "body")

    def __init__(self, status, body=None, headers=None, content_type="application/json"):
        self.status, self.headers = status, dict(headers or {})
        if body is None:
            self.body = b""
        elif isinstance(body, bytes):
            self.body = body
        else:
            self.body = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if body is not None:
            self.headers.setdefault("Content-Type", content_type)


def html(status, text):
    return Answer(status, f"<!doctype html><html><body><h1>{text}</h1></body></html>".encode(),
                  content_type="text/html; charset=utf-8")


def render(answer, request, packed, date):
    body, headers = answer.body, answer.headers
    if packed and len(body) > 200 and "Content-Encoding" not in headers and \
            "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 1, mtime=0)
        headers = {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    lines = [f"HTTP/1.1 {answer.status} {WORDS.get(answer.status, 'Status')}", f"Date: {date}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if answer.status != 304:
        lines.append(f"Content-Length: {len(body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return head if request.method == "HEAD" else head + body


# ---- faults ----------------------------------------------------------------------------

class Faults:
    """What goes wrong, for requests whose "METHOD /path?query" fits `route` (a regular
    expression, searched), after `skip` of them, `count` times (null: always).

    kind          what it does
    status        status (default 503), retry_after, body (JSON) instead of an answer
    portal        200 with an HTML page            redirect    302 to `location`
    silence       nothing, the connection stays    reset       RST before anything is done
    lost          all is done, then RST: the answer never arrives
    delay         the answer after `seconds`       drip        `bytes` a `seconds`
    cut           only `keep` bytes of the body (default half), then closed; "chunked": true
    content_type  `value` as content type          huge        a body of `bytes` spaces
    garbage       text that is no JSON             replay      the first answer this URL had
    """

    KINDS = ("status portal redirect silence reset lost delay drip cut content_type huge garbage "
             "replay").split()

    def __init__(self):
        self.rows, self.first_answers = [], {}

    def add(self, row):
        if row.get("kind") not in self.KINDS:
            raise ValueError(f"unknown kind of fault {row.get('kind')!r}: one of {' '.join(self.KINDS)}")
        row = dict(row, left=row.get("count", 1), skip=row.get("skip", 0))
        row["fits"] = re.compile(row.get("route", ""))
        self.rows.append(row)

    def clear(self):
        self.rows.clear()
        self.first_answers.clear()

    def take(self, request):
        if not self.rows:
            return None
        text = f"{request.method} {request.raw_path}?{request.raw_query}"
        for row in self.rows:
            if row["left"] == 0 or not row["fits"].search(text):
                continue
            if row["skip"] > 0:
                row["skip"] -= 1
                continue
            if row["left"] is not None:
                row["left"] -= 1
            return row
        return None


def instead(fault):
    """The answer that a fault gives without asking the application; None: ask it."""
    kind = fault["kind"]
    if kind == "status":
        headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
        if "body" in fault:
            return Answer(fault.get("status", 503), fault["body"], headers)
        answer = html(fault.get("status", 503), "Service trouble")
        answer.headers.update(headers)
        return answer
    if kind == "portal":
        return html(200, "Welcome to the hotel's network. Please log in.")
    if kind == "redirect":
        return Answer(302, b"", {"Location": fault.get("location", "http://portal.invalid/login")})
    return None


def spoil(fault, answer):
    kind = fault["kind"]
    if kind == "content_type":
        answer.headers["Content-Type"] = fault.get("value", "text/html")
    elif kind == "huge":
        answer.body = b" " * fault.get("bytes", 64 * 1024 * 1024)
    elif kind == "garbage":
        answer.body = b'{"count": 1, "results": [{"id": 1, '
    return answer


# ---- connections -----------------------------------------------------------------------

class Connection(asyncio.Protocol):
    def __init__(self, server):
        self.server, self.pending, self.busy = server, bytearray(), False
        self.paused = None

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections += 1
        self.server.open.add(self)

    def connection_lost(self, error):
        self.server.open.discard(self)

    def data_received(self, data):
        self.pending += data
        self.go_on()

    def pause_writing(self):
        self.paused = asyncio.Event()

    def resume_writing(self):
        self.paused.set()
        self.paused = None

    def go_on(self):
        while not self.busy and not self.transport.is_closing():
            request = self.next_request()
            if request is None:
                return
            self.serve(request)

    def next_request(self):
        end = self.pending.find(b"\r\n\r\n")
        if end < 0:
            if len(self.pending) > HEAD_MAX:
                self.transport.abort()
            return None
        lines = self.pending[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        try:
            method, target, _ = lines[0].split(" ")
            length = int(headers.get("content-length", "0"))
        except ValueError:
            length = BODY_MAX + 1
        if "transfer-encoding" in headers or length > BODY_MAX or length < 0:
            self.transport.write(b"HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n")
            self.transport.close()
            return None
        if len(self.pending) < end + 4 + length:
            return None
        body = bytes(self.pending[end + 4:end + 4 + length])
        del self.pending[:end + 4 + length]
        return Request(method, target, headers, body)

    def serve(self, request):
        server = self.server
        control = request.path.startswith("/_stub/")
        fault = None if control else server.faults.take(request)
        answer = instead(fault) if fault else None
        if fault and fault["kind"] in ("silence", "reset"):
            self.busy = True
            if fault["kind"] == "reset":
                self.reset()
            return
        if answer is None:
            answer = server.application(request)
        if not control:
            server.last_headers = answer.headers
        key = (request.method, request.raw_path, request.raw_query)
        if server.keep_first and not control:
            server.faults.first_answers.setdefault(key, (answer.status, answer.body, dict(answer.headers)))
        if not fault:
            self.transport.write(render(answer, request, server.packed, server.date()))
            if request.headers.get("connection", "").lower() == "close":
                self.transport.close()
            return
        if fault["kind"] == "lost":
            self.busy = True
            self.reset()
            return
        if fault["kind"] == "replay" and key in server.faults.first_answers:
            status, body, headers = server.faults.first_answers[key]
            answer = Answer(status, body, headers)
        data = render(spoil(fault, answer), request, server.packed, server.date())
        self.busy = True
        task = asyncio.ensure_future(self.misbehave(fault, data))
        server.tasks.add(task)
        task.add_done_callback(server.tasks.discard)

    async def misbehave(self, fault, data):
        if fault["kind"] == "delay":
            await asyncio.sleep(fault.get("seconds", 1))
        if fault["kind"] == "drip":
            step = fault.get("bytes", 1)
            for at in range(0, len(data), step):
                if self.transport.is_closing():
                    return
                self.transport.write(data[at:at + step])
                await asyncio.sleep(fault.get("seconds", 1))
        elif fault["kind"] == "cut":
            self.cut(fault, data)
            return
        else:
            self.transport.write(data)
        self.busy = False
        self.go_on()

    def cut(self, fault, data):
        head, _, body = data.partition(b"\r\n\r\n")
        keep = body[:fault.get("keep", len(body) // 2)]
        if fault.get("chunked"):
            head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
            keep = b"%x\r\n" % len(body) + keep
        self.transport.write(head + b"\r\n\r\n" + keep)
        self.transport.close()

    def reset(self):
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Server:
    def __init__(self, application, date, packed=False):
        self.application, self.date, self.packed = application, date, packed
        self.faults, self.connections, self.open, self.tasks = Faults(), 0, set(), set()
        self.last_headers = {}
        self.keep_first = True  # off for benches: it would keep every page

    async def listen(self, host, port, context):
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Connection(self), host, port, ssl=context, backlog=256)
