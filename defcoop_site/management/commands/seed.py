"""manage.py seed [--check] [FOLDER]: load the fixtures that were never loaded."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from defcoop_site.seed import SeedError, seed


class Command(BaseCommand):
    help = "Load the fixtures that were never loaded, and publish them. An editor's work is never overwritten."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default=settings.BASE_DIR / "fixtures")
        parser.add_argument("--check", action="store_true", help="find every mistake and keep nothing")

    def handle(self, folder, check, **options):
        try:
            loaded = seed(folder, check_only=check)
        except SeedError as error:
            raise CommandError(f"{len(error.mistakes)} mistakes, nothing loaded:\n{error}") from None
        self.stdout.write(f"{loaded} records {'are right' if check else 'loaded'}.")
