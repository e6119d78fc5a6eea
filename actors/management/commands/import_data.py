"""manage.py import_data DATA-SET FOLDER: agreements from a data set that the operator downloaded."""

import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connection, reset_queries

from actors.importing import atop, dcad, uk_treaties, un_status
from actors.importing.reading import FileRefused
from actors.importing.states import States
from actors.importing.writing import Importer

DATA_SETS = {module.DATA_SET.name: module for module in (atop, dcad, un_status, uk_treaties)}
PARTIAL = (un_status, uk_treaties)


class Command(BaseCommand):
    help = (
        "Import agreements from the files of a data set, as drafts. Run twice it changes nothing; what an editor has changed stays. "
        "See docs/importing.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("data_set", choices=sorted(DATA_SETS))
        parser.add_argument("folder", help="where its files lie, as they were downloaded")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish what is imported, and drafts of an earlier import that nobody changed",
        )
        parser.add_argument(
            "--take-doubtful",
            nargs="*",
            metavar="ID",
            help="also import what is probably in the library already: these records, or all where none is named",
        )
        parser.add_argument(
            "--defence-only",
            action="store_true",
            help="of un-status and uk-treaties: only what is about defence and disarmament",
        )

    def handle(self, data_set, folder, dry_run, publish, take_doubtful, defence_only, **options):
        module, began = DATA_SETS[data_set], time.monotonic()
        if defence_only and module not in PARTIAL:
            raise CommandError(f"{data_set} is all about defence: leave --defence-only out.")
        _without_map()
        states = States()
        try:
            reading = module.read(folder, states, **({"defence_only": True} if defence_only else {}))
        except FileRefused as error:
            raise CommandError(f"{error} Nothing was imported.") from error
        importer = Importer(module.DATA_SET, states, publishing=publish, take_doubtful=take_doubtful)
        plan = importer.plan(reading)
        self._list(reading, plan)
        if not dry_run:
            try:
                importer.run(plan, self.say)
            except IntegrityError as error:
                raise CommandError(f"Somebody else wrote the same at the same time: {error}. Run it again.") from error
        self._sum_up(reading, plan, dry_run, time.monotonic() - began)

    def say(self, done, of):
        reset_queries()  # with DEBUG on, Django would keep them all
        self.stdout.write(f"{done:,} of {of:,} records", ending="\r" if self.stdout.isatty() else "\n")
        self.stdout.flush()

    def _list(self, reading, plan):
        for title, lines in (
            ("About the files", reading.notes),
            ("In the library already", plan.known),
            ("Probably in the library already, not imported (see --take-doubtful)", plan.doubtful),
            ("Conflicts: changed in the file and by an editor; the entry stays", plan.conflicts),
            ("Left out", plan.problems),
        ):
            if lines:
                self.stdout.write(f"{title}:")
                for line in lines:
                    self.stdout.write(f"  {line}")

    def _sum_up(self, reading, plan, dry_run, seconds):
        counts = {
            "new": len(plan.new),
            "changed": len(plan.changed),
            "the same": plan.same,
            "known": len(plan.known),
            "doubtful": len(plan.doubtful),
            "conflicts": len(plan.conflicts),
        }
        told = ", ".join(f"{number:,} {word}" for word, number in counts.items())
        head = "Would import" if dry_run else "Imported"
        self.stdout.write(
            f"{head}: {len(reading.records):,} records read ({told}); {len(plan.problems):,} lines left out; {len(plan.states):,} states made; "
            f"{len(plan.publish):,} drafts published; {seconds:.0f} s{_peak()}."
        )


def _without_map():
    """Read SQLite's file piece by piece: mapped, the whole of it would count as this process's memory by and by."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size = 0")


def _peak():
    """The most memory that this process had; "" where the system does not tell."""
    try:
        import resource
    except ImportError:
        return ""
    unit = 1 if sys.platform == "darwin" else 1024
    return f", at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1_000_000:.0f} MB"
