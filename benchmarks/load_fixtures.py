"""Loads the content of fixtures/ into the database of the settings."""

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the setup

from defcoop_site.seed import seed  # noqa: E402

if __name__ == "__main__":
    seed(settings.BASE_DIR / "fixtures")
