"""Telling a CDN to forget its pages (PAGE_CDN_PURGE_URL): done by `manage.py run_due` after a publication, so that no editor waits for a network."""

import json
import logging
import urllib.request
from http.client import HTTPException

from django.conf import settings
from django.db.models import F

from .public import Generation

logger = logging.getLogger(__name__)

EVERY_PAGE = "pages"  # the key that every page carries
PATIENCE = 10  # seconds


def tell_cdn():
    """Have the CDN forget every page, if something was published since it last did. Returns whether it was told now.

    Any page may show a changed entry, so there is nothing finer to name. Two runs at a time tell it twice, which does no harm.
    """
    if not settings.PAGE_CDN_PURGE_URL:
        return False
    number = Generation.objects.filter(number__gt=F("told_cdn")).values_list("number", flat=True).first()
    if number is None:
        return False
    try:
        _post()
    except (OSError, HTTPException) as error:  # the next run tries again
        logger.warning("The CDN was not told to forget its pages: %s", error)
        return False
    Generation.objects.filter(told_cdn__lt=number).update(told_cdn=number)
    return True


def _post():
    """As Fastly, Cloudflare and most others take it: the key in a header and in the body."""
    name, _, value = settings.PAGE_CDN_PURGE_HEADER.partition(":")
    headers = {"Content-Type": "application/json", "Surrogate-Key": EVERY_PAGE}
    if name:
        headers[name.strip()] = value.strip()
    body = json.dumps({"tags": [EVERY_PAGE]}).encode()
    request = urllib.request.Request(settings.PAGE_CDN_PURGE_URL, body, headers, method="POST")  # noqa: S310 - the operator's
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
        pass
