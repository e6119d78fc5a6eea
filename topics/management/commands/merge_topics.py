"""manage.py merge_topics: merge a topic that very many entries carry, without a page that waits for it."""

from django.core.management.base import BaseCommand, CommandError

from topics.management.naming import topic_called
from topics.merging import TopicDeedError, merge


class Command(BaseCommand):
    help = "Merge one topic into another, each by name or alias. It can be undone on the desk."

    def add_arguments(self, parser):
        parser.add_argument("source", help="the topic that goes")
        parser.add_argument("target", help="the topic that stays")

    def handle(self, source, target, **options):
        try:
            deed = merge(topic_called(source), topic_called(target))
        except TopicDeedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{deed}: {len(deed.record['rows'])} rows. Undo it under “Merges and splits”.")
