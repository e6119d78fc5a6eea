"""Who waits for whom where several people write at once.

What entries are tied to (topics, other entries) must not go away between the moment when a draft or a publication names it and the end of that
transaction: PostgreSQL would refuse the row only then. So whoever writes an entry shares a lock, and whoever takes away what entries are tied to
(merging, splitting, moving and deleting topics, purging entries) holds it alone. It is the row of the generation, in two modes that do not hinder
publications from raising it. First this lock, then entries, then the generation. SQLite has one writer at a time and needs none of it.
"""

from django.db import connection

from .public import Generation

ROW = "SELECT id FROM publishing_generation WHERE id = 1"


def share_ties():
    """Wait for whoever takes away what entries are tied to, and keep it where it is until the transaction ends."""
    _hold(f"{ROW} FOR KEY SHARE")


def seize_ties():
    """Wait for all who write entries, and keep them waiting until the transaction ends. Called before anything is read or locked."""
    _hold(f"{ROW} FOR UPDATE")


def _hold(sql):
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if cursor.fetchone() is None:  # nothing was ever published
            Generation.objects.get_or_create(pk=1)
            cursor.execute(sql)
