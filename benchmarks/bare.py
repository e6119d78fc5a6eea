"""The least that a WSGI application can do: the same bytes each time, from memory. BARE_BODY: a file; its headers stand beside it as JSON."""

import json
import os
from pathlib import Path

BODY = Path(os.environ["BARE_BODY"]).read_bytes()
STATUS, HEADERS = json.loads(Path(os.environ["BARE_BODY"] + ".json").read_text())
HEADERS = [tuple(header) for header in HEADERS]


def application(environ, start_response):
    start_response(STATUS, HEADERS)
    return [BODY]
