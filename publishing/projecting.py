"""What all kinds' projections share: the public row with its prepared page."""

from .first_mentions import FirstMentions
from .names import name_address, normalise
from .public import PublicEntry, PublicLink, PublicName, PublicSearch
from .search_words import tokens
from .text import Notes, link_target, linked_names, to_plain, typographic

# Another word whenever a release projects snapshots otherwise than the one before: `manage.py prepare` then writes the public rows anew.
PROJECTION = "projection:found-by-tokens-alone"


def notes_of(content):
    """A Notes for the entry's sources; bodies rendered with it number their citations."""
    return Notes(content.sources)


def mentions_of(key, content):
    """A FirstMentions for the entry's texts; bodies rendered with it in reading order link to each entry once."""
    return FirstMentions(content.first_mentions, taken=[str(key), *content.links.values()])


def public_entry(kind, key, content, *, category, page, notes, linked=()):
    """The unsaved public row. `page` is what the kind's template needs beside the common parts; linked: keys that first mentions link to.

    The page gains: topics, pins, exclusions and mentions (keys as text), names (addresses of names that it links to), labels, aliases
    and notes.
    """
    # In reading order: a database may give the links back in another order than it was given.
    names = [name for text in content.prose() for name in linked_names(text)]
    targets = list(dict.fromkeys(link_target(content.links, name) for name in names)) + list(linked)
    search_text = " ".join(to_plain(text) for text in content.prose())
    entry = PublicEntry(
        id=key,
        kind=kind,
        slug=content.slug,
        title=content.title,
        sort_key=normalise(content.title),
        summary=typographic(content.summary),
        language=content.language,
        category=category,
        featured=content.featured,
        withdrawn=False,
        topic_count=len(content.topics),
        page={
            **page,
            "topics": content.topics,
            "pins": content.pins,
            "exclusions": content.exclusions,
            "mentions": [target for target in targets if target not in ("", str(key)) and not target.startswith("=")],
            "names": [target[1:] for target in targets if target.startswith("=")],
            "labels": content.labels,
            "aliases": content.aliases,
            "notes": notes.listed(),
        },
        search_title=normalise(" ".join([content.title, *content.aliases])),
        search_text=normalise(f"{content.summary} {search_text}"),
    )
    entry.plain_text = search_text
    return entry


def search_row(projected):
    """The PublicSearch of a Projection whose entry `public_entry` has just made."""
    entry = projected.entry
    names = [entry.title, *entry.page["aliases"]]
    links = sorted({str(row.target_id) for row in projected.rows if isinstance(row, PublicLink)})
    found_by = tokens(entry.kind, names, entry.summary, entry.plain_text, projected.under, links, projected.dated)
    return PublicSearch(entry_id=entry.pk, tokens=found_by, text=entry.plain_text)


def link_rows(entry, ways):
    """PublicLinks for [(way, key)], mentions included, each once; keys that are empty or the entry's own are left out."""
    pairs = [(PublicLink.Way.MENTION, key) for key in entry.page["mentions"]] + ways
    wanted = dict.fromkeys((way, key) for way, key in pairs if key and key != str(entry.pk))
    return [PublicLink(entry_id=entry.pk, way=way, target_id=key) for way, key in wanted]


def name_rows(entry):
    """A PublicName for the entry's title and each of its aliases."""
    labels = {name_address(label): label for label in [*reversed(entry.page["aliases"]), entry.title]}
    return [PublicName(entry_id=entry.pk, name=name, label=label) for name, label in labels.items() if name]


def stamp(public_entry, first_published_at, revised_at, version):
    """Write onto a projected row what its text does not know: when it was published."""
    public_entry.first_published_at = first_published_at
    public_entry.revised_at = revised_at
    public_entry.version = version
