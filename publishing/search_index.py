"""Looking tokens up in the database's own full-text index: FTS5 in SQLite, a tsvector with a GIN index in PostgreSQL.

What is asked for is a list of terms, all of which must hold: each a list of Lookups, one of which must hold. Tokens are quoted here and
nowhere else, so nothing typed is ever an operator.
"""

import re
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from .public import public_connection

TOKEN = re.compile(r"[\w\ue000-\uf8ff]+")


@dataclass(frozen=True)
class Lookup:
    """Tokens that follow each other; with prefix, the last one is how a token begins."""

    tokens: tuple
    prefix: bool = False

    def __post_init__(self):
        if not self.tokens or not all(TOKEN.fullmatch(token) for token in self.tokens):
            raise ValueError(f"not tokens: {self.tokens}")

    def marked(self, mark):
        return Lookup(tuple(mark + token for token in self.tokens), self.prefix)


def _sqlite(terms):
    def quoted(lookup):
        return f'"{" ".join(lookup.tokens)}"' + (" *" if lookup.prefix else "")

    match = " AND ".join(f"({' OR '.join(map(quoted, term))})" for term in terms)
    return "publishing_search_index MATCH %s", [match], "rowid", "publishing_search_index"


def _postgresql(terms):
    def words(lookup):
        *whole, last = [f"'{token}'" for token in lookup.tokens]
        return "(" + " & ".join([*whole, last + (":*" if lookup.prefix else "")]) + ")"

    query = " & ".join(f"({' | '.join(map(words, term))})" for term in terms)
    conditions, values = ["vector @@ %s::tsquery"], [query]
    for term in terms:
        if any(len(lookup.tokens) > 1 for lookup in term):
            # The index knows which words there are, and the text in which order. A prefix may go on after the last word.
            conditions.append("(" + " OR ".join(["(' ' || tokens || ' ') LIKE %s"] * len(term)) + ")")
            values += [f"% {' '.join(lookup.tokens)}{'' if lookup.prefix else ' '}%" for lookup in term]
    return " AND ".join(conditions), values, "id", "publishing_publicsearch"


def candidates(tiers, most, again=None):
    """[(entry key as text, kind, sort key, tier)] of live entries for which the terms of a tier hold, each with its first tier.

    tiers: lists of terms. From each at most `most` entries are read, so that what is in every entry costs no more than what is in a
    thousand. again: a term with which each tier is read once more, so that others do not crowd out what it narrows to. One query.
    """
    backend = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    parts, values = [], []
    asked = list(enumerate(tiers))
    if again:
        asked += [(number, [again, *terms]) for number, terms in asked]
    for place, (number, terms) in enumerate(asked):
        condition, given, key, table = backend(terms)
        first = f"SELECT {key} AS id, {number} AS tier FROM {table} WHERE {condition} LIMIT {int(most)}"  # noqa: S608 - as below
        parts.append(f"SELECT * FROM ({first}) part_{place}")  # noqa: S608
        values += given
    # Each once before its rows are looked up: most are found by several tiers.
    hits = f"SELECT id, MIN(tier) AS tier FROM ({' UNION ALL '.join(parts)}) hit GROUP BY id"  # noqa: S608 - as below
    sql = f"""SELECT CAST(entry.id AS VARCHAR(36)), entry.kind, entry.sort_key, hit.tier FROM ({hits}) hit
        JOIN publishing_publicsearch row ON row.id = hit.id JOIN publishing_publicentry entry ON entry.id = row.entry_id
        WHERE NOT entry.withdrawn"""  # noqa: S608 - all that is given is a parameter
    with public_connection().cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def index_differences():
    """A sentence if the index is not what the table says. PostgreSQL's is a part of the table and cannot differ."""
    if connection.vendor != "sqlite":
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO publishing_search_index (publishing_search_index, rank) VALUES ('integrity-check', 1)"
            )
    except DatabaseError:
        return ["the search index differs from its table"]
    return []


def rebuild_index():
    """Make SQLite's index anew from its table."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO publishing_search_index (publishing_search_index) VALUES ('rebuild')")
