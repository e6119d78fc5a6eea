"""Finding an actor, or another entry, by what a reader types."""

from publishing.names import address, normalise
from publishing.public import PublicEntry

LONGEST_NAME = 200
MOST_OFFERED = 10
ACTORS = ("actor",)


def _named(text, kinds):
    """Live entries of the kinds whose title or aliases hold the text, by title."""
    plain = normalise(text[:LONGEST_NAME])
    rows = PublicEntry.objects.live().filter(kind__in=kinds, search_title__contains=plain)
    return plain, rows.order_by("sort_key", "pk")


def offered(text):
    """The titles of at most MOST_OFFERED actors that fit what was typed; those that begin with it first. One query."""
    plain, rows = _named(text, ACTORS)
    if not plain:
        return []
    found = list(rows.values_list("title", flat=True)[: MOST_OFFERED * 5])
    return sorted(found, key=lambda title: not normalise(title).startswith(plain))[:MOST_OFFERED]


def find_actor(text):
    """(the live actor that a text means, []), or (None, actors that it may mean)."""
    return find_entry(text, ACTORS)


def find_entry(text, kinds):
    """(the live entry of one of the kinds that a text means, []), or (None, those that it may mean). A title counts before an address and an alias.

    Two queries at most.
    """
    plain, rows = _named(text, kinds)
    if not plain:
        return None, []
    slug = address(text[:LONGEST_NAME])
    own = PublicEntry.objects.live().filter(kind__in=kinds, slug=slug).order_by("kind").first() if slug else None
    found = list(rows.for_list().only(*PublicEntry.LIST_FIELDS, "sort_key", "page")[: MOST_OFFERED * 5])
    by_title = [actor for actor in found if actor.sort_key == plain]
    by_alias = [actor for actor in found if plain in map(normalise, actor.page["aliases"])]
    meant = by_title or ([own] if own else by_alias)
    if len(meant) == 1:
        return meant[0], []
    return None, (meant or found)[:MOST_OFFERED]
