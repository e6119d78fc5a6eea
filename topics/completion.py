"""Finding topics while an editor types: completions, and the nearest names to one that no topic has."""

from difflib import SequenceMatcher

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.models import Entry
from publishing.names import normalise

from .models import TaggedEntry
from .vocabulary import Topic, TopicAlias

MOST_OFFERED = 10
MOST_ROWS = 100
LONGEST = 100


def with_uses(topics, user):
    """Topics with `uses`: how many entries carry them in drafts that a person may see."""
    seen = TaggedEntry.objects.exclude(content_object__in=Entry.objects.hidden_from(user))
    carrying = seen.filter(tag=OuterRef("pk")).order_by().values("tag").annotate(n=Count("pk"))
    return topics.annotate(uses=Coalesce(Subquery(carrying.values("n")), 0, output_field=IntegerField()))


def complete(text, user):
    """[{name, label, detail}] of topics whose name or alias contains the text; those that begin with it first. One query."""
    plain = normalise(text[:LONGEST])
    if not plain:
        return []
    rank = Case(
        When(normalised__startswith=plain, then=Value(0)),
        When(aliases__normalised__startswith=plain, then=Value(1)),
        When(normalised__contains=plain, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = Topic.objects.filter(Q(normalised__contains=plain) | Q(aliases__normalised__contains=plain))
    rows = with_uses(found, user).annotate(rank=rank, alias=F("aliases__name"), alias_plain=F("aliases__normalised"))
    fields = ("pk", "name", "normalised", "alias", "alias_plain", "uses", "broader__name")
    offered = {}
    for row in rows.order_by("rank", "normalised", "alias_plain").values(*fields)[:MOST_ROWS]:
        offered.setdefault(row["pk"], _offer(row, plain))
    return list(offered.values())[:MOST_OFFERED]


def _offer(row, plain):
    by_alias = plain not in row["normalised"]
    uses = ngettext("%(n)d entry", "%(n)d entries", row["uses"]) % {"n": row["uses"]}
    below = _("below %(topic)s") % {"topic": row["broader__name"]} if row["broader__name"] else ""
    return {
        "name": row["name"],
        "label": f"{row['alias']} → {row['name']}" if by_alias else row["name"],
        "detail": ", ".join(filter(None, [uses, below])),
    }


def nearest(names, count=3):
    """{name: [names of the topics that are written most like it]}. Two queries, however many names."""
    known = list(Topic.objects.values_list("normalised", "name"))
    known += list(TopicAlias.objects.values_list("normalised", "topic__name"))
    return {name: _nearest(normalise(name)[:LONGEST], known, count) for name in names}


def _nearest(plain, known, count):
    matcher, best = SequenceMatcher(autojunk=False), {}
    matcher.set_seq2(plain)
    for other, topic in known:
        matcher.set_seq1(other)
        best[topic] = max(best.get(topic, 0), matcher.ratio())
    return sorted(best, key=lambda topic: (-best[topic], topic))[:count]
