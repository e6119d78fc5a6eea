"""The site's settings, for a server that is tortured: static files need not be collected for it."""

from defcoop_site.settings import *  # noqa: F403
from defcoop_site.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
