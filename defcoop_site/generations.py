"""Which publication generation there is: asked once for every page that is answered from a copy, so past Django's ORM.

The ORM takes most of the time that a kept page costs (0.15 to 0.3 ms against 0.01 on SQLite and 0.04 to 0.08 on PostgreSQL). `PRAGMA data_version` is
no quicker than reading the number, and does not tell of what the same connection wrote.
"""

import time

from django.db import Error, OperationalError, connections

from publishing.public import Generation

from .wal_index import WalIndex

# With its moment: a database that was brought back from a backup counts the same numbers again.
ASK = f"SELECT number, CAST(changed_at AS text) FROM {Generation._meta.db_table} WHERE id = 1"  # noqa: S608 - no value in it
NONE_YET = (0, "")


def ask(alias):
    """(number, moment) in a database. Raises django.db.Error where it does not answer, also on a new connection."""
    connection = connections[alias]
    is_new = connection.connection is None
    is_old = connection.close_at is not None and time.monotonic() >= connection.close_at
    if not is_new and is_old and not connection.in_atomic_block:
        connection.close()
        is_new = True
    try:
        return _ask(connection)
    except Error:
        if connection.in_atomic_block:
            raise
        connection.close()
        if is_new:
            raise
    return _ask(connection)  # the server was started again since the last request


def _ask(connection):
    connection.ensure_connection()
    with connection.wrap_database_errors:
        read = _postgresql if connection.vendor == "postgresql" else _sqlite
        found = read(connection.connection)
    if "pool" in connection.settings_dict.get("OPTIONS", {}) and not connection.in_atomic_block:
        connection.close()  # back into the pool
    return found


def _sqlite(connection):
    rows = connection.execute(ASK).fetchall()
    return rows[0] if rows else NONE_YET


def _postgresql(connection):
    from psycopg.pq import ExecStatus

    result = connection.pgconn.exec_(ASK.encode())
    if result.status != ExecStatus.TUPLES_OK:
        raise OperationalError(result.error_message.decode(errors="replace"))
    return (int(result.get_value(0, 0)), result.get_value(0, 1).decode()) if result.ntuples else NONE_YET


class Current:
    """The generation of the primary database; while it is away, the last that this process or, by their shared store, another has seen."""

    def __init__(self, shared=None):
        self.shared, self.last, self.asks_again = shared, None, 0
        database = connections["default"]
        self.index = WalIndex(database.settings_dict["NAME"]) if database.vendor == "sqlite" else None
        self.known = None, None  # the header of the log's index, and the generation that was read after it

    def read(self):
        """(generation or None, whether the database answered)"""
        if (
            self.index is None or connections["default"].in_atomic_block
        ):  # what a transaction wrote, no header tells yet
            return self._asked()
        header = self.index.header()
        before, generation = self.known
        if header is not None and header == before:
            return generation, True
        found = self._asked()
        if found[1]:
            self.known = header, found[0]
        return found

    def _asked(self):
        began = time.monotonic()
        if began < self.asks_again:
            return self._last_of_all(), False
        try:
            generation = ask("default")
        except Error:
            # A refusal is quick and costs readers nothing. One that took seconds (a lost network) is not asked of every reader.
            now = time.monotonic()
            self.asks_again = now + min(now - began, 5)
            return self._last_of_all(), False
        if generation != self.last:
            self.last = generation
            if self.shared:
                self.shared.note(generation)
        return generation, True

    def _last_of_all(self):
        known = [generation for generation in (self.last, self.shared and self.shared.noted()) if generation]
        return max(known, default=None)
