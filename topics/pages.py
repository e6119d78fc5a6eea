"""What stands around the text of every entry's page: topics, See also, links to and from it. Five queries, whatever the kind, and one where the text
links to names that several entries share."""

from dataclasses import dataclass, field

from django.conf import settings

from publishing.names import normalise
from publishing.public import NamePage, PublicEntry, PublicLink, entries_by_name

from .see_also import Ranking
from .sql import adapt, keys_sql, listed

# As SQL, because the ORM takes several times as long to write these queries as a database to answer them.
COLUMNS = ", ".join(f"entry.{name}" for name in PublicEntry.LINK_FIELDS)
LINKS_TO = f"""
    SELECT {COLUMNS}, link.way AS way
    FROM publishing_publiclink AS link JOIN publishing_publicentry AS entry ON entry.id = link.entry_id
    WHERE link.target_id = %s AND link.entry_id <> %s AND link.way IN ({{ways}}) AND NOT entry.withdrawn
    ORDER BY entry.sort_key, entry.id"""  # noqa: S608 - columns of ours
TARGETS = f"SELECT {COLUMNS} FROM publishing_publicentry AS entry WHERE entry.id IN "  # noqa: S608


@dataclass
class Surroundings:
    """topics: Topics; targets: {key: PublicEntry} of all that the page may link to; see_also: Suggestions; inline: {place: [Suggestion]};
    links_here: PublicLinks with their entries, by title."""

    topics: list
    targets: dict
    see_also: list
    links_here: list
    inline: dict = field(default_factory=dict)


def links_to(entry, ways=PublicLink.Way.values):
    """The links by which live pages refer to an entry, by title. ways: in which of the PublicLink.Ways."""
    asked = LINKS_TO.format(ways=", ".join(["%s"] * len(ways)))
    rows = PublicEntry.objects.raw(asked, [adapt(entry.pk), adapt(entry.pk), *ways])
    return [PublicLink(entry=row, way=row.way, target_id=entry.pk) for row in rows]


def targets_of(keys):
    """{key as text: PublicEntry} of those keys that have a public row; one query, none for no keys."""
    rows = PublicEntry.objects.raw(TARGETS + f"({keys_sql()})", [listed(keys)]) if keys else ()
    return {str(row.pk): row for row in rows}


def named_targets(names):
    """{"=name": what a link to it leads to} for names that have live entries: the entry, or where they are several the name's page."""
    found = entries_by_name(names) if names else {}
    return {f"={name}": entries[0] if len(entries) == 1 else NamePage(name) for name, entries in found.items()}


def surroundings(entry, *, links_here, shown=(), wanted=(), places=None):
    """Load the Surroundings of a public row.

    shown: keys that the page shows anyway and See also leaves out; wanted: keys that the page links to;
    places: {place: topic keys} for "See also" lines inside the text, in reading order.
    """
    page, places = entry.page, places or {}
    left_out = {key for key in (str(entry.pk), *shown, *page["exclusions"]) if key}
    ranking = Ranking(
        [page["topics"], *places.values()],
        room=settings.SEE_ALSO_AT_END + settings.SEE_ALSO_INLINE * len(places) + len(page["pins"]),
        left_out=left_out,
        pins=page["pins"],
        linked_here={str(link.entry_id) for link in links_here},
    )
    rows = {}
    for place, topics in places.items():
        # A pin stands first at the end, so no line in the text takes it away from there.
        rows[place] = ranking.ranked(topics, left_out={*left_out, *page["pins"]}, limit=settings.SEE_ALSO_INLINE)
        left_out |= {row[0] for row in rows[place]}
    at_end = ranking.ranked(page["topics"], pins=page["pins"], left_out=left_out, limit=settings.SEE_ALSO_AT_END)
    keys = {*wanted, *page["mentions"], *(row[0] for found in (at_end, *rows.values()) for row in found)}
    targets = targets_of(keys) | named_targets(page.get("names", ()))
    return Surroundings(
        topics=sorted(
            (ranking.topics[key] for key in page["topics"] if key in ranking.topics), key=lambda topic: topic.normalised
        ),
        targets=targets,
        see_also=ranking.suggestions(at_end, targets, settings.SEE_ALSO_AT_END),
        links_here=links_here,
        inline={place: ranking.suggestions(found, targets, settings.SEE_ALSO_INLINE) for place, found in rows.items()},
    )


def mentioned(entry, targets, kind):
    """The live entries of a kind that the text mentions, by title."""
    found = [
        targets[key]
        for key in entry.page["mentions"]
        if key in targets and targets[key].kind == kind and not targets[key].withdrawn
    ]
    return sorted(found, key=lambda target: normalise(target.title))
