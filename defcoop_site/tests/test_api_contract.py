"""The API keeps to its OpenAPI document, whatever it is asked: schemathesis asks, through the page cache, on all that the site is served with."""

import pytest
import schemathesis
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from defcoop_site.api.limiting import LimitedApi
from defcoop_site.api.site import openapi
from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from defcoop_site.page_cache import PageCache

schemathesis.openapi.format("edtf", st.sampled_from(["1949", "1990-10", "1990-10-03"]))
schemathesis.openapi.format("cursor", st.just(""))  # others are this site's to give; test_api.py walks through lists
served = {}  # the site of the test that runs
contract = schemathesis.openapi.from_dict(openapi())
contract.app = lambda environ, start_response: served["site"](environ, start_response)


def fill():
    """A small library whose addresses are those of the document’s examples."""
    airlift = make_topic("airlift")
    pair = [publish_now(make_actor(title=slug, slug=slug, topics=[airlift])) for slug in ("finland", "turkey")]
    parties = [{"actor": actor, "in_force": "1949"} for actor in pair]
    said = [{"actor": actor} for actor in pair]
    common = {
        "in_force": "1949",
        "topics": [airlift],
        "parties": parties,
        "obligations": ["defence"],
        "statements": said,
    }
    publish_now(make_agreement(slug="north-atlantic-treaty", **common))
    for number in range(3):
        publish_now(make_article(title=f"Collective defence {number}", slug=f"page-{number}", topics=[airlift]))


@pytest.fixture
def library(db, settings):
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # a whole request would end by closing the test's own connection
    settings.ALLOWED_HOSTS, settings.API_REQUESTS_PER_MINUTE, settings.PAGE_CACHE_FOLDER = ["localhost"], 0, ""
    caches["default"].clear()
    fill()
    served["site"] = LimitedApi(PageCache(WSGIHandler(), 1))
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("library")
@contract.parametrize()
@settings(max_examples=10, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_documented(case):
    case.call_and_validate(headers={"Accept-Encoding": "identity"})
