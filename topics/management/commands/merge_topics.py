"""manage.py merge_topics: merge a topic that very many entries carry, without a page that waits for it."""

from django.core.management.base import BaseCommand, CommandError

from topics.merging import TopicDeedError, merge
from topics.vocabulary import find


class Command(BaseCommand):
    help = "Merge one topic into another, each by name or alias. It can be undone on the desk."

    def add_arguments(self, parser):
        parser.add_argument("source", help="the topic that goes")
        parser.add_argument("target", help="the topic that stays")

    def handle(self, source, target, **options):
        topics = []
        for name in (source, target):
            found = list(find([name]).values())
            if not found:
                raise CommandError(f"There is no topic “{name}”.")
            topics += found
        try:
            deed = merge(*topics)
        except TopicDeedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{deed}: {len(deed.record['rows'])} rows. Undo it under “Merges and splits”.")
