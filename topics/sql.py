"""Keys of topics and entries in plain SQL, where the ORM has no words for a question or takes longer than the answer."""

import json

from django.db import connection


def adapt(key):
    """A key (text or UUID) as the database takes it in plain SQL: SQLite keeps 32 hexadecimal digits."""
    return str(key).replace("-", "") if connection.vendor == "sqlite" else str(key)


def as_text(key):
    """A key that plain SQL gave (a UUID, its text, or SQLite's digits) as text."""
    text = str(key)
    return text if "-" in text else f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def listed(keys):
    """Keys as the one parameter that `keys_sql` takes."""
    keys = [adapt(key) for key in keys]
    return json.dumps(keys) if connection.vendor == "sqlite" else keys


def numbered(numbers):
    """Numbers as the one parameter that `numbers_sql` takes."""
    return json.dumps(list(numbers)) if connection.vendor == "sqlite" else list(numbers)


def keys_sql():
    """A subquery of the keys in one parameter (`listed`)."""
    return {"sqlite": "SELECT value FROM json_each(%s)", "postgresql": "SELECT unnest(%s::uuid[])"}[connection.vendor]


def numbers_sql():
    """A subquery of the numbers in one parameter (`numbered`)."""
    return {"sqlite": "SELECT value FROM json_each(%s)", "postgresql": "SELECT unnest(%s::bigint[])"}[connection.vendor]
