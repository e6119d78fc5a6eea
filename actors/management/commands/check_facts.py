"""manage.py check_facts: facts without a source, dates in an impossible order, members of nothing."""

from django.core.management.base import BaseCommand, CommandError

from actors.facts import Library


class Command(BaseCommand):
    help = "List what cannot be right in the facts of actors and agreements (their newest drafts), or has no source. Ends with an error where there is something."

    def handle(self, **options):
        found = 0
        for entry, sentence in Library().findings():
            found += 1
            self.stdout.write(f"{entry.kind} {entry.slug}: {sentence}")
        if found:
            raise CommandError(f"{found:,} findings.")
        self.stdout.write("No fact is without a source, and no date in an impossible order.")
