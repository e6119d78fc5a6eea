"""manage.py move_topic: put a topic that very many entries carry under another one, without a page that waits for it."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from publishing.locks import seize_ties
from topics.management.naming import topic_called
from topics.tree import line_of, move_entries


class Command(BaseCommand):
    help = "Put a topic under another one, or at the top. Each by name or alias."

    def add_arguments(self, parser):
        parser.add_argument("topic", help="the topic that moves, with all below it")
        parser.add_argument("broader", nargs="?", help="what it is to stand under; left out: nothing")

    @transaction.atomic
    def handle(self, topic, broader, **options):
        seize_ties()
        moved = topic_called(topic)
        was_under = line_of(moved.broader_id)
        moved.broader = topic_called(broader) if broader else None
        try:
            moved.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        moved.save()
        move_entries([moved.pk], was_under, line_of(moved.broader_id))
        place = f"under “{moved.broader.name}”" if moved.broader else "at the top"
        self.stdout.write(f"“{moved.name}” stands {place}.")
