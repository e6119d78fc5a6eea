"""With what the entries that a search found can be narrowed: topics, actors and decades, each with how many of them. One query."""

from dataclasses import dataclass, field
from uuid import UUID

from actors.public import PublicAgreement
from publishing.public import PublicEntry, PublicLink, public_connection
from topics.public import PublicTagging
from topics.vocabulary import Topic

MOST_FACETS = 12
TABLES = {
    "entries": PublicEntry._meta.db_table,
    "links": PublicLink._meta.db_table,
    "taggings": PublicTagging._meta.db_table,
    "topics": Topic._meta.db_table,
    "agreements": PublicAgreement._meta.db_table,
}
# What it is, its word in an address, its name, how many, in which entry. The last part is no count: topics of each entry of the page itself.
# What does not count is told apart afterwards (`_counts`): by a condition here, SQLite would read a whole table first to look up the few.
COUNTS = """
WITH found (id) AS (VALUES {found}), page (id) AS (VALUES {page})
SELECT * FROM (
    SELECT 'topic', topic.slug, topic.name, counted.n, ''
    FROM (SELECT row.topic_id, COUNT(*) AS n FROM found JOIN {taggings} row ON row.entry_id = found.id GROUP BY row.topic_id) counted
    JOIN {topics} topic ON topic.id = counted.topic_id ORDER BY counted.n DESC, topic.normalised LIMIT {most}
) topics
UNION ALL SELECT * FROM (
    SELECT 'actor', other.slug, other.title, CASE WHEN other.kind = 'actor' AND NOT other.withdrawn THEN counted.n ELSE 0 END AS n, ''
    FROM (SELECT row.target_id, COUNT(DISTINCT row.entry_id) AS n FROM found JOIN {links} row ON row.entry_id = found.id GROUP BY row.target_id) counted
    JOIN {entries} other ON other.id = counted.target_id ORDER BY n DESC, other.sort_key LIMIT {most}
) actors
UNION ALL SELECT * FROM (
    SELECT 'period', SUBSTR(row.dated, 1, 3) || '0', '', COUNT(*) AS n, '' FROM found JOIN {agreements} row ON row.entry_id = found.id
    GROUP BY SUBSTR(row.dated, 1, 3)
) periods
UNION ALL
    SELECT 'carried', topic.slug, topic.name, 0, CAST(page.id AS CHAR(36)) FROM page JOIN {taggings} row ON row.entry_id = page.id AND row.own
    JOIN {topics} topic ON topic.id = row.topic_id
"""


@dataclass(frozen=True)
class Facet:
    """value: its word in an address; label: its name; entries: how many of what was found."""

    value: str
    label: str
    entries: int


@dataclass
class Facets:
    """topics, actors: the commonest first; periods: decades, the newest first; carried: {entry key: its own Topics by name, unsaved}."""

    topics: list = field(default_factory=list)
    actors: list = field(default_factory=list)
    periods: list = field(default_factory=list)
    carried: dict = field(default_factory=dict)


def facets(keys, page):
    """The Facets of the entries with the keys; carried: of those of the page. No query where there are none."""
    found = Facets(carried={key: [] for key in page})
    if not keys or not page:
        return found
    lists = {"topic": found.topics, "actor": found.actors, "period": found.periods}
    for what, value, label, entries, key in _rows(keys, page):
        if what == "carried":
            found.carried[UUID(key.strip())].append(Topic(slug=value, name=label))
        elif _counts(what, value, entries):
            lists[what].append(Facet(value, label or value, entries))
    for shown in (found.topics, found.actors):
        shown.sort(key=lambda facet: (-facet.entries, facet.label.casefold()))
    found.periods.sort(key=lambda facet: facet.value, reverse=True)
    for topics in found.carried.values():
        topics.sort(key=lambda topic: topic.plain)
    return found


def _counts(what, value, entries):
    """Whether a row of COUNTS tells of anything: not of what is no live actor, nor of agreements without a known date."""
    return entries and (what != "period" or (len(value) == 4 and value.isdecimal()))


def _rows(keys, page):
    connection = public_connection()
    column = PublicEntry._meta.pk
    values = [column.get_db_prep_value(key, connection) for key in (*keys, *page)]
    sql = COUNTS.format(
        found=", ".join(["(%s)"] * len(keys)),
        page=", ".join(["(%s)"] * len(page)),
        most=MOST_FACETS,
        **TABLES,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
