"""manage.py check_public: compare every public row with the live snapshots."""

from django.core.management.base import BaseCommand, CommandError

from publishing.check import check_public


class Command(BaseCommand):
    help = "Recompute every public row from the live snapshots and name what differs."

    def handle(self, **options):
        differences = check_public()
        if differences:
            raise CommandError("\n".join([*differences, "Run manage.py rebuild_public to write them anew."]))
        self.stdout.write("The public rows are what the live snapshots give.")
