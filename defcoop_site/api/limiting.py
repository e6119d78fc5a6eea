"""How often one visitor may ask the API. It stands before the page cache, so that every answer counts and says how the visitor stands."""

import json
from types import SimpleNamespace

from django.conf import settings

from publishing.limits import Limit

from .middleware import CROSS_ORIGIN, DATA
from .problems import MEDIA_TYPE, problem_data

MINUTE = 60


class LimitedApi:
    """A WSGI application before another one."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        count = settings.API_REQUESTS_PER_MINUTE
        if not count or not environ["PATH_INFO"].startswith(DATA):
            return self.application(environ, start_response)
        taken = Limit("api", count, MINUTE).take(SimpleNamespace(META=environ))
        told = list(taken.headers.items())
        if not taken.allowed:
            return _refused(environ, start_response, told)
        return self.application(
            environ, lambda status, headers, exc_info=None: start_response(status, [*headers, *told], exc_info)
        )


def _refused(environ, start_response, told):
    path = environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace")
    body = json.dumps(problem_data(path, 429), ensure_ascii=False).encode()
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *CROSS_ORIGIN.items(),
        *told,
    ]
    start_response("429 Too Many Requests", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
