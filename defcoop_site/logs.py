"""The log: one line for each record, with the id of the request that wrote it, and nothing that says who a reader is.

Neither addresses of readers, nor queries, nor names are written; the secret part of a share link's address is left out.
"""

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings

current_id = ContextVar("request_id", default="")
logger = logging.getLogger("defcoop_site.requests")

GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
SHARE = re.compile(r"/share/[^/\s]+")


def with_request_id(get_response):
    """Give each request an id: that of the proxy before the site, or a new one. Errors carry it in a header, and their page shows it."""

    def middleware(request):
        given = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
        request.id = given if GIVEN.fullmatch(given) else secrets.token_hex(6)
        token, began = current_id.set(request.id), time.monotonic()
        try:
            response = get_response(request)
            if response.status_code >= 500:
                response["X-Request-ID"] = request.id
            if settings.LOG_REQUESTS:
                _log(request, response, time.monotonic() - began)
            return response
        finally:
            current_id.reset(token)

    return middleware


def _log(request, response, seconds):
    """Which address it was by its pattern alone: what stands in it may be a secret, or what somebody searched for."""
    match = request.resolver_match
    fields = {
        "method": request.method,
        "route": match.route if match else "",
        "status": response.status_code,
        "ms": round(seconds * 1000),
    }
    logger.info(" ".join(str(value) for value in fields.values()), extra={"fields": fields})


def without_secrets(text):
    return SHARE.sub("/share/…", text)


class LineFormatter(logging.Formatter):
    """For people: moment, level, logger, id of the request, message."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def format(self, record):
        record.request_id = current_id.get() or "-"
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """For machines: each record as one line of JSON."""

    def format(self, record):
        data = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if current_id.get():
            data["request"] = current_id.get()
        if record.exc_info:
            data["traceback"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(data, ensure_ascii=False, default=str))
