"""serve: pretix' own WSGI application, and the files beside it.

A real installation has a web server in front, which hands out /media/ (backgrounds of badges)
and /static/ (their default). Here this does it."""

import mimetypes
import os
import pathlib

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from pretix.wsgi import application as pretix

inner = StaticFilesHandler(pretix)


def application(environ, start_response):
    path = environ.get("PATH_INFO", "")
    if not path.startswith("/media/"):
        return inner(environ, start_response)
    top = pathlib.Path(settings.MEDIA_ROOT).resolve()
    file = (top / path[len("/media/"):]).resolve()
    if not file.is_relative_to(top) or not file.is_file():
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"no such file"]
    kind = mimetypes.guess_type(os.fspath(file))[0] or "application/octet-stream"
    body = file.read_bytes()
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
