"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "defcoop_site.settings")

application = get_wsgi_application()

from django.db import connections  # noqa: E402 - needs the applications above
from django.urls import get_resolver  # noqa: E402

if settings.PAGE_CACHE_MB and not settings.DEBUG:
    from .page_cache import PageCache

    application = PageCache(application, settings.PAGE_CACHE_MB)

from .api.limiting import LimitedApi  # noqa: E402 - needs the applications above

application = LimitedApi(application)
if settings.METRICS_TOKEN:
    from .metrics import Measured

    application = Measured(application, settings.METRICS_TOKEN)

# Views and addresses now, so that workers share them and no first page waits for them. A connection belongs to one process.
get_resolver().url_patterns  # noqa: B018 - asking loads them
connections.close_all()
