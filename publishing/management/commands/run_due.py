"""manage.py run_due [--loop SECONDS]: publish what is due, purge what has been in the trash for 30 days, drop what was typed,
closed or signed in to long ago, tell a CDN what is new."""

import signal
import time

from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from publishing import buffers, delays
from publishing.cdn import tell_cdn
from publishing.releases import publish_due_releases
from publishing.reports import drop_closed
from publishing.scheduling import publish_due
from publishing.trash import purge_due

STOP = (signal.SIGTERM, signal.SIGINT)


def do_due(now):
    """Whatever is due by a moment. Returns how often each outcome came about."""
    buffers.drop_expired(now)
    drop_closed(now)
    delays.drop_expired(now)
    SessionStore.clear_expired()
    outcomes = publish_due(now) + publish_due_releases(now) + purge_due(now)
    tell_cdn()
    return outcomes


class Command(BaseCommand):
    help = "Publish what is scheduled and due, and purge the trash. Any number of these may run at a time."

    def add_arguments(self, parser):
        parser.add_argument("--loop", type=int, metavar="SECONDS", help="repeat at this interval until stopped")

    def handle(self, loop, **options):
        if loop is None:
            self.say(do_due(timezone.now()))
        elif loop < 1:
            raise CommandError("--loop takes a number of seconds, 1 or more.")
        else:
            self.repeat(loop)

    def say(self, outcomes):
        words = [f"{outcomes['published']} published"]
        words += [f"{outcomes[name]} {name}" for name in ("refused", "broken", "purged") if outcomes[name]]
        self.stdout.write(f"{', '.join(words)}.")
        self.stdout.flush()

    def repeat(self, seconds):
        """Until SIGTERM or SIGINT, which end the wait and never what is being published."""
        self.stopping = False
        before = {number: signal.signal(number, self.stop) for number in STOP}
        try:
            while not self.stopping:
                self.run_once()
                self.wait(seconds)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self, number, frame):
        self.stopping = True

    def run_once(self):
        close_old_connections()
        try:
            outcomes = do_due(timezone.now())
        except OperationalError as error:  # a database that restarts; the next turn asks it again
            self.stderr.write(f"The database cannot be used: {' '.join(str(error).split())}")
            return
        if any(outcomes[name] for name in ("published", "refused", "broken", "purged")):
            self.say(outcomes)

    def wait(self, seconds):
        # In short sleeps, as Python goes on with a long one after a signal.
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))
