"""manage.py generate --entries N: fill a database with a made-up library, for measuring."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from defcoop_site.library import generate
from publishing.models import Entry

BAR = 40  # characters


class Command(BaseCommand):
    help = "Fill an empty database with a made-up library of live entries, the same for the same number. Not for a site that people use."

    def add_arguments(self, parser):
        parser.add_argument("--entries", type=int, required=True, help="how many, at most 1,000,000")
        parser.add_argument("--seed", type=int, default=0, help="another number makes another library of the same kind")
        parser.add_argument(
            "--into-existing", action="store_true", help="also where there are entries already; they stay"
        )

    def handle(self, entries, seed, into_existing, **options):
        if not 1 <= entries <= 1_000_000:
            raise CommandError("--entries takes a number from 1 to 1,000,000.")
        if Entry.objects.exists() and not into_existing:
            raise CommandError("This database holds entries. Take an empty one, or say --into-existing.")
        self.began = time.monotonic()
        self.entries = entries
        try:
            generate(entries, seed, self.say)
        except IntegrityError as error:
            raise CommandError(f"The entries that are there are in the way of new ones: {error}") from None
        self.stdout.write(f"{entries:,} entries made in {time.monotonic() - self.began:.0f} s.")

    def say(self, done):
        bar = "#" * (BAR * done // self.entries)
        line = f"[{bar:.<{BAR}}] {done:,} of {self.entries:,} entries"
        self.stdout.write(line, ending="\r" if self.stdout.isatty() else "\n")
        self.stdout.flush()
