"""manage.py export_data [DIR]: everything live as CSV, JSON Lines and SQLite."""

import sqlite3
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from defcoop_site.exports.making import ExportBusy, make_export


class Command(BaseCommand):
    help = "Write everything live as CSV, JSON Lines and one SQLite file into a new folder, whole or not at all."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", metavar="DIR", help="where exports are kept; EXPORT_ROOT unless named")
        parser.add_argument(
            "--address", default="", help="of the site, to be named in the export: https://library.example"
        )

    def handle(self, folder, address, **options):
        root = Path(folder) if folder else settings.EXPORT_ROOT
        began = time.monotonic()
        try:
            made = make_export(root, home=address, keep=settings.EXPORTS_KEPT)
        except ExportBusy:
            raise CommandError(f"Another export is being written to {root}.") from None
        except (OSError, sqlite3.OperationalError) as error:  # SQLite has its own word for a full disk
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"The export could not be written to {root}: {reason}.") from error
        self.stdout.write(f"{made} in {time.monotonic() - began:.0f} s.")
