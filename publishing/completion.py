"""What `[[` and `[@` can become: entries by title and alias, sources by key and title. One query each."""

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.http import HttpResponseNotAllowed, JsonResponse
from django.utils.translation import gettext as _

from . import kinds
from .models import Entry, EntryAlias, Source
from .names import normalise
from .text import WIKI_LINK

MOST = 10
LONGEST = 200


def complete(desk, request):
    """JSON {"results": [{"insert", "label", "detail"}]} for ?of=entry|source&q=…; insert: the whole link or citation."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    offers = {"entry": entry_offers, "source": source_offers}.get(request.GET.get("of"))
    if offers is None:
        return JsonResponse({"error": _("Say in “of” whether an entry or a source is meant.")}, status=400)
    typed = request.GET.get("q", "")[:LONGEST]
    return JsonResponse({"results": offers(typed, request.user) if normalise(typed) else []})


def _prefix_first(field, typed):
    return Case(When(**{f"{field}__startswith": typed}, then=Value(0)), default=Value(1))


def _named(typed, user):
    """Entries known to a person with these letters in their title or an alias, with all that a link needs to mean one alone."""
    others = EntryAlias.objects.filter(normalised=OuterRef("normalised")).exclude(entry=OuterRef("entry"))
    titled = Entry.objects.filter(normalised_title=OuterRef("normalised"))
    aliases = EntryAlias.objects.filter(entry=OuterRef("pk"))
    sole = aliases.filter(~Exists(others), ~Exists(titled))
    namesakes = Entry.objects.filter(normalised_title=OuterRef("normalised_title")).order_by()
    matching = Q(normalised__contains=typed)

    def first(rows):
        return Subquery(rows.order_by(_prefix_first("normalised", typed), "position").values("name")[:1])

    return (
        Entry.objects.known_to(user)
        .annotate(
            matching_alias=first(aliases.filter(matching)),
            matching_sole_alias=first(sole.filter(matching)),
            sole_alias=first(sole),
            namesakes=Subquery(namesakes.values("normalised_title").annotate(number=Count("pk")).values("number")),
            by_prefix=Case(
                When(Q(normalised_title=typed) | Exists(aliases.filter(normalised=typed)), then=Value(0)),
                When(normalised_title__startswith=typed, then=Value(1)),
                When(Exists(aliases.filter(normalised__startswith=typed)), then=Value(2)),
                default=Value(3),
            ),
        )
        .filter(Q(normalised_title__contains=typed) | Q(matching_alias__isnull=False))
    )


def entry_offers(typed, user):
    """Up to MOST offers for what was typed; what is called just so first, then what begins with it."""
    plain = normalise(typed)
    rows = _named(plain, user).order_by("by_prefix", "normalised_title", "kind", "pk")[:MOST]
    return [_entry_offer(row, plain) for row in rows]


def _entry_offer(row, plain):
    by_title = plain in row.normalised_title
    words = row.title if by_title else row.matching_sole_alias or row.matching_alias
    if not by_title and row.matching_sole_alias:
        name = words
    elif row.namesakes == 1:
        name = row.title
    else:
        name = row.sole_alias
    detail = [str(kinds.get(row.kind).label)]
    if words != row.title:
        detail.append(row.title)
    if row.state != Entry.State.LIVE:
        detail.append(row.get_state_display())
    link = f"[[{name}]]" if name == words else f"[[{name}|{words}]]"
    if not name or not WIKI_LINK.fullmatch(link):
        link = f"[[{words}]]"
        detail.append(_("shares its name; give it an alias of its own first"))
    return {"insert": link, "label": words, "detail": ", ".join(detail)}


def source_offers(typed, _user):
    """Up to MOST offers for what was typed; keys, then titles that begin with it first."""
    typed = typed.strip()
    rows = (
        Source.objects.filter(Q(key__icontains=typed) | Q(title__icontains=typed))
        .annotate(
            by_prefix=Case(
                When(key__istartswith=typed, then=Value(0)),
                When(title__istartswith=typed, then=Value(1)),
                default=Value(2),
            )
        )
        .order_by("by_prefix", "key")[:MOST]
    )
    return [{"insert": f"[@{row.key}]", "label": row.key, "detail": row.title} for row in rows]
