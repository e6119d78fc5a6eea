"""manage.py rebuild_public: write all public rows anew."""

from django.core.management.base import BaseCommand

from publishing.publication import rebuild_public


class Command(BaseCommand):
    help = "Write all public rows anew from the live snapshots."

    def handle(self, **options):
        self.stdout.write(f"{rebuild_public()} entries have a page.")
