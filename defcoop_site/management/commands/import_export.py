"""manage.py import_export DIR: an export into an empty site."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from defcoop_site.exports.importing import ImportRefused, import_export


class Command(BaseCommand):
    help = (
        "Write an export into an empty, migrated database: entries, topics, redirects and versions, or nothing at all."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", help="the folder of one export, with its SHA256SUMS")

    def handle(self, folder, **options):
        try:
            count = import_export(Path(folder))
        except ImportRefused as error:
            raise CommandError(f"Nothing was imported. {error}") from None
        except OSError as error:
            raise CommandError(f"Nothing was imported. {folder} cannot be read: {error.strerror or error}") from None
        self.stdout.write(f"{count} entries imported.")
