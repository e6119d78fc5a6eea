"""What `wagtail start` made, with the articles in it and the database tuned as ours."""

import os

from bench.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = "only-for-measuring"  # noqa: S105 - holds nothing
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["bench_articles", *INSTALLED_APPS]  # noqa: F405
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["WAGTAIL_DATABASE"],
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA mmap_size=2147418112;",
        },
    }
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"].pop("debug", None)  # noqa: F405
