"""Search over live entries: every word must occur; names count above text. A later index takes this place behind the same function."""

from django.db.models import Case, IntegerField, Q, Value, When

from publishing.names import normalise
from publishing.public import PublicEntry

MOST_WORDS = 8


def search(query, kind=""):
    """Live PublicEntries in which every word of the query occurs, those first whose title or alias has them. An empty query finds nothing."""
    words = list(dict.fromkeys(normalise(query).split()))[:MOST_WORDS]
    if not words:
        return PublicEntry.objects.none()
    in_name, anywhere = Q(), Q()
    for word in words:
        in_name &= Q(search_title__contains=word)
        anywhere &= Q(search_title__contains=word) | Q(search_text__contains=word)
    whole = " ".join(words)
    rank = Case(
        When(sort_key=whole, then=Value(0)),
        When(sort_key__startswith=whole, then=Value(1)),
        When(in_name, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = PublicEntry.objects.live().filter(anywhere)
    return (found.filter(kind=kind) if kind else found).annotate(rank=rank).order_by("rank", "sort_key", "pk")
