"""The site as gunicorn serves it, for tests. Static files need not be collected for it, and each answer says when Django made it."""

import os
import time

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "defcoop_site.settings")
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

from defcoop_site.wsgi import application  # noqa: E402, I001 - after the settings; it sets Django up
from defcoop_site.page_cache import PageCache  # noqa: E402


def marked(inner):
    def outer(environ, start_response):
        def start(status, headers, *more):
            return start_response(status, [*headers, ("X-Made", f"{os.getpid()} {time.time_ns()}")], *more)

        return inner(environ, start)

    return outer


cache = application
while not isinstance(cache, PageCache):  # others stand before it
    cache = cache.application
cache.application = marked(cache.application)
