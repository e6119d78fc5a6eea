"""`/metrics` for Prometheus, where METRICS_TOKEN is set: a WSGI application before all others, so that pages from the page cache count too."""

import hmac
import os
import time

from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections, connection

from .readiness import look, status

try:
    import prometheus_client as prometheus
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.multiprocess import MultiProcessCollector
except ImportError:
    raise ImproperlyConfigured(
        "METRICS_TOKEN is set, and the library prometheus-client is missing: it is in requirements/prod.txt."
    ) from None

ADDRESS = "/metrics"
AREAS = ("admin", "api", "static", "media", "search", "share")
TIMES = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = prometheus.Counter("site_requests", "Requests answered.", ["area", "method", "status"])
SECONDS = prometheus.Histogram("site_request_seconds", "Time until an answer began.", ["area"], buckets=TIMES)
METHODS = ("GET", "HEAD", "POST")


class State:
    """What `/readyz` says, as gauges, asked at each scrape."""

    def collect(self):
        findings = look()
        yield GaugeMetricFamily("site_ready", "1 while the site can answer.", value=status(findings) != "unready")
        ok = GaugeMetricFamily("site_check", "1 where nothing wants the operator.", labels=["check"])
        figures = GaugeMetricFamily("site_figure", "What the checks of /readyz found.", labels=["check", "figure"])
        for finding in findings:
            ok.add_metric([finding.name], finding.ok)
            for name, value in finding.figures.items():
                if value is not None:
                    figures.add_metric([finding.name, name], value)
        yield from (ok, figures)


def _registry():
    """Of this process, or of all processes of this machine, where gunicorn named a folder for them."""
    registry = prometheus.CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(prometheus.REGISTRY)
    registry.register(State())
    return registry


def area_of(path):
    first = path.lstrip("/").partition("/")[0]
    return first if first in AREAS else "page"


class Measured:
    """A WSGI application before another one. token: what `/metrics` is asked with."""

    def __init__(self, application, token):
        self.application, self.expected = application, f"Bearer {token}".encode()

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path == ADDRESS:
            return self.metrics(environ, start_response)
        area, method = area_of(path), environ["REQUEST_METHOD"]
        began = time.perf_counter()

        def started(line, headers, *rest):
            SECONDS.labels(area).observe(time.perf_counter() - began)
            REQUESTS.labels(area, method if method in METHODS else "other", line[:3]).inc()
            return start_response(line, headers, *rest)

        return self.application(environ, started)

    def metrics(self, environ, start_response):
        # Latin-1, as WSGI gives all headers.
        given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
        plain = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        if not hmac.compare_digest(given, self.expected):
            start_response("401 Unauthorized", [*plain, ("WWW-Authenticate", "Bearer")])
            return [b"A token is needed.\n"]
        if not connection.in_atomic_block:  # as ever but in a test
            close_old_connections()
        body = prometheus.generate_latest(_registry())
        start_response("200 OK", [("Content-Type", prometheus.CONTENT_TYPE_LATEST), *plain[1:]])
        return [body]
