"""Splitting a topic: chosen entries, with their parts, carry another topic from now on. And undoing it (docs/decisions/0010).

Unlike a merge, this says something new about single entries, so each gets a snapshot that says so, and a minor version where it is live.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing import kinds
from publishing.audit import AuditEvent, record
from publishing.languages import for_the_record
from publishing.locks import seize_ties
from publishing.models import Entry
from publishing.publication import raise_generation

from .keys import places
from .merging import TopicDeedError, close, locked, put_back_snapshots
from .models import TopicDeed
from .retagging import amend, last_snapshot, move, move_back, replacing, tagging_models
from .vocabulary import Topic

MOST_AT_ONCE = 500


def carriers(topic, user):
    """Working entries whose draft a person may see and that carry a topic, themselves or in a part."""
    keys = set()
    for model in tagging_models():
        keys.update(model.objects.filter(tag=topic).values_list(f"{model.ENTRY}__pk", flat=True))
    return Entry.objects.filter(pk__in=keys).visible_to(user).order_by("normalised_title", "pk")


def _live_places(entries, source, target):
    """[[entry key, place, joined]] of the live pages that carry the source."""
    found = []
    for entry in Entry.objects.filter(pk__in=entries, state=Entry.State.LIVE).select_related("live"):
        data = kinds.get(entry.kind).read(entry.live.content, entry.live.schema).to_json()
        found += [
            [str(entry.pk), place, str(target.pk) in keys] for place, keys in places(data) if str(source.pk) in keys
        ]
    return found


@transaction.atomic
def split(source, target, entries, by=None):
    """Move the chosen entries (their keys) from the source to the target, an unsaved Topic if it is new. Returns the TopicDeed."""
    seize_ties()
    is_new = target._state.adding
    if is_new:
        target.full_clean(exclude=["slug"])
        target.save()
    source, target = locked(source.pk, target.pk)
    if source is None or target is None or source == target:
        raise TopicDeedError(_("Choose another topic."))
    chosen = list(carriers(source, by).filter(pk__in=entries).values_list("pk", flat=True))
    if not chosen or len(chosen) > MOST_AT_ONCE:
        raise TopicDeedError(_("Choose between one entry and %(most)d.") % {"most": MOST_AT_ONCE})
    kept = {
        "is_new": is_new,
        "since": last_snapshot(),
        "live": _live_places(chosen, source, target),
        "rows": move(source, target, chosen),
    }
    summary = for_the_record(gettext_lazy("Topic “%(source)s” split: “%(target)s”"), source=source, target=target)
    for key in chosen:
        amend(key, replacing(source, target), by, summary, [target])
    raise_generation()
    record(AuditEvent.Action.SPLIT_TOPIC, by, was=source.name, became=target.name)
    return TopicDeed.objects.create(
        kind=TopicDeed.Kind.SPLIT,
        source_key=source.pk,
        source_name=source.name,
        target_key=target.pk,
        target_name=target.name,
        record=kept,
        by=by,
    )


def is_unused(topic):
    """Whether nothing at all hangs on a topic."""
    tied = [model.objects.filter(tag=topic) for model in tagging_models()]
    tied += [topic.narrower, topic.aliases, topic.merged, topic.public_taggings]
    return not any(rows.exists() for rows in tied)


@transaction.atomic
def undo_split(deed, by=None):
    """Give the entries their topic back. Returns sentences that name what was changed since and was left alone."""
    seize_ties()
    deed = TopicDeed.objects.select_for_update(of=("self",)).get(pk=deed.pk)
    if deed.undone_at:
        raise TopicDeedError(_("This has been undone already."))
    source, target = locked(deed.source_key, deed.target_key)
    if source is None or target is None:
        raise TopicDeedError(_("One of the two topics was merged or removed since. Undo that first."))
    left = move_back(deed.record["rows"], source, target, by)
    summary = for_the_record(gettext_lazy("Split of “%(source)s” undone"), source=source)
    put_back_snapshots(deed.record, source, target, by, summary)
    if deed.record["is_new"]:
        if is_unused(target):
            Topic.objects.filter(pk=target.pk).delete()
        else:
            left.append(_("The topic “%(name)s” is in use and stays.") % {"name": target})
    raise_generation()
    close(deed, by)
    return left
