"""manage.py orphans: the live pages to which no other page leads."""

from django.core.management.base import BaseCommand

from publishing.public import PublicEntry


class Command(BaseCommand):
    help = "List the live entries that no other live entry's text or facts lead to, one address a line."

    def handle(self, **options):
        orphans = PublicEntry.objects.orphans().for_list().order_by("kind", "sort_key", "pk")
        for entry in orphans.iterator():
            self.stdout.write(f"{entry.get_absolute_url()} {entry.title}")
