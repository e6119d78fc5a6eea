"""Topics as they are named on a command line."""

from django.core.management.base import CommandError

from topics.vocabulary import find


def topic_called(name):
    """The topic with a name or alias; raises CommandError where there is none."""
    found = find([name])
    if not found:
        raise CommandError(f"There is no topic “{name}”.")
    [topic] = found.values()
    return topic
