"""Keys of topics and entries in plain SQL, where the ORM has no words for a question or takes longer than the answer."""

import json

from django.db import connection


def adapt(key):
    """A key (text or UUID) as the database takes it in plain SQL: SQLite keeps 32 hexadecimal digits."""
    return str(key).replace("-", "") if connection.vendor == "sqlite" else str(key)


def as_text(key):
    """A key that plain SQL gave (a UUID, or SQLite's digits) as text."""
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}" if isinstance(key, str) else str(key)


def listed(keys):
    """Keys as the one parameter that KEYS takes."""
    keys = [adapt(key) for key in keys]
    return json.dumps(keys) if connection.vendor == "sqlite" else keys


def paired(numbers):
    """{key: number} as the one parameter that NUMBERED_KEYS takes."""
    return json.dumps([[adapt(key), number] for key, number in numbers.items()])


def keys_sql():
    """A subquery of the keys in one parameter (`listed`)."""
    return {"sqlite": "SELECT value FROM json_each(%s)", "postgresql": "SELECT unnest(%s::uuid[])"}[connection.vendor]


def numbered_keys_sql():
    """A subquery of keys with a number each, columns `key` and `number`, from one parameter (`paired`)."""
    return {
        "sqlite": """SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS number FROM json_each(%s)""",
        "postgresql": """SELECT (pair->>0)::uuid AS key, (pair->>1)::bigint AS number
            FROM json_array_elements(%s::json) AS given(pair)""",
    }[connection.vendor]
