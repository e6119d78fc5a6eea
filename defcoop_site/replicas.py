"""Read replicas (DATABASE_REPLICA_URLS): public pages are rendered from one that has caught up with the last publication."""

import random
import threading
import time
from contextlib import contextmanager

from django.db import Error

from . import generations

REST = 5  # seconds for which a replica that failed is left alone
_this_thread = threading.local()


@contextmanager
def reading_from(alias):
    """Have what this thread reads come from a database."""
    before, _this_thread.alias = getattr(_this_thread, "alias", None), alias
    try:
        yield
    finally:
        _this_thread.alias = before


class Router:
    """Reads of a public request go where `reading_from` says; everything else to the primary."""

    def db_for_read(self, model, **hints):
        return getattr(_this_thread, "alias", None) or "default"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, one, other, **hints):
        return True  # one library, in several copies

    def allow_migrate(self, alias, label, **hints):
        return alias == "default"


class Replicas:
    def __init__(self, aliases):
        self.rests_until = dict.fromkeys(aliases, 0)

    def rest(self, alias):
        self.rests_until[alias] = time.monotonic() + REST

    def _in_turn(self, primary_answers):
        """Those that answered last in any order; without the primary also those that did not, as they may be back."""
        now, aliases = time.monotonic(), list(self.rests_until)
        random.shuffle(aliases)
        awake = [alias for alias in aliases if self.rests_until[alias] <= now]
        return awake if primary_answers else awake + [alias for alias in aliases if alias not in awake]

    def choose(self, wanted, primary_answers):
        """(database to render from, the generation that the page will have). wanted: the generation that the reader is to see, None if unknown.

        A replica that lags behind it is passed over while the primary answers; without the primary, the one that has most is better than none.
        """
        lagging = []
        for alias in self._in_turn(primary_answers):
            try:
                generation = generations.ask(alias)
            except Error:
                self.rest(alias)
                continue
            if wanted is None or generation >= wanted:
                return alias, wanted if primary_answers else generation
            lagging.append((generation, alias))
        if primary_answers or not lagging:
            return "default", wanted
        generation, alias = max(lagging)
        return alias, generation
