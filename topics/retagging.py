"""Moving what carries one topic to another topic, and back: what merging and splitting share.

A moved row is a mapping {model, pk, object, entry, title, joined}: a working row, what it tags (an entry or a part of one), the entry with its
title then, and whether the object carried the other topic already, so that two became one.
"""

from django.apps import apps
from django.db.models import Max, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from taggit.models import ItemBase

from publishing import kinds
from publishing.content import SCHEMA, digest
from publishing.models import Entry, Snapshot
from publishing.publication import publish

from .keys import changed
from .vocabulary import Topic


def tagging_models():
    """The models that tie a topic to an entry or to a part of one. Each names its way to the entry: ENTRY."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, ItemBase) and model._meta.get_field("tag").related_model is Topic
    ]


def move(source, target, entries=None):
    """Make the working rows that carry the source carry the target. Returns the moved rows.

    entries: keys of the only entries that are meant, with their parts; None for all.
    """
    moved = []
    for model in tagging_models():
        rows = model.objects.filter(tag=source)
        if entries is not None:
            rows = rows.filter(**{f"{model.ENTRY}__in": entries})
        both = model.objects.filter(tag=target).values("content_object")
        joined = set(rows.filter(content_object__in=both).values_list("pk", flat=True))
        fields = ("pk", "content_object_id", f"{model.ENTRY}__pk", f"{model.ENTRY}__title")
        for pk, tagged, entry, title in rows.order_by("pk").values_list(*fields):
            moved.append(
                {
                    "model": model._meta.label_lower,
                    "pk": pk,
                    "object": str(tagged),
                    "entry": str(entry),
                    "title": title,
                    "joined": pk in joined,
                }
            )
        rows.filter(content_object__in=both).delete()
        rows.update(tag=target)
    return moved


def seen_rows(moved, user):
    """The moved rows of entries whose drafts a person may see."""
    hidden = {str(key) for key in Entry.objects.hidden_from(user).values_list("pk", flat=True)}
    return [row for row in moved if row["entry"] not in hidden]


def move_back(moved, source, target, by):
    """Undo `move`. Rows that somebody changed since are left alone; returns a sentence for each of them."""
    left, seen = [], {row["entry"] for row in seen_rows(moved, by)}
    for model in tagging_models():
        mine = [row for row in moved if row["model"] == model._meta.label_lower]
        present = {
            topic: {
                str(tagged): pk for tagged, pk in model.objects.filter(tag=topic).values_list("content_object_id", "pk")
            }
            for topic in (source, target)
        }
        for row in mine:
            pk = present[target].get(row["object"])
            if pk is None or row["object"] in present[source]:
                title = row["title"] if row["entry"] in seen else _("a restricted draft")
                left.append(_("“%(title)s”: its topics were changed since and stay.") % {"title": title})
            elif row["joined"]:
                model.objects.create(pk=row["pk"], tag=source, content_object_id=row["object"])
            else:
                model.objects.filter(pk=pk).update(tag=source)
    return list(dict.fromkeys(left))


def replacing(source, target):
    """A change for `amend`: wherever the source stands, the target."""

    def change(_place, keys):
        return [str(target.pk) if key == str(source.pk) else key for key in keys]

    return change


def putting_back(places, source, target):
    """A change for `amend`: the source again where it stood. places: {key of the part or "": whether the target stood there too}."""
    old, new = str(source.pk), str(target.pk)

    def change(place, keys):
        if place not in places or old in keys or new not in keys:
            return keys
        return [*keys, old] if places[place] else [old if key == new else key for key in keys]

    return change


def last_snapshot():
    """The key of the newest snapshot of any entry; those made later have greater ones."""
    return Snapshot.objects.aggregate(last=Max("pk"))["last"] or 0


def _amended(snapshot, change, by, summary, labels, since):
    """A new snapshot with the change made; None where it changes nothing or the snapshot is not newer than `since`."""
    if snapshot.pk <= since:
        return None
    data = kinds.get(snapshot.entry.kind).read(snapshot.content, snapshot.schema).to_json()
    after = changed(data, change)
    if digest(after) == digest(data):
        return None
    after["labels"] = {**after["labels"], **labels}
    entry = snapshot.entry
    last = entry.snapshots.order_by("-number").values_list("number", flat=True)[0]
    return Snapshot.objects.create(
        entry=entry,
        number=last + 1,
        schema=SCHEMA,
        content=after,
        digest=digest(after),
        author=by,
        summary=summary[:200],
    )


def amend(key, change, by, summary, topics, since=0):
    """Make the change in an entry's draft and on its live page, each by a snapshot of its own; the live page's is published as minor.

    Snapshots are never rewritten: what readers could cite stays as it was. topics: those whose names the snapshots should keep; since: only snapshots newer than this one are meant.
    """
    entry = Entry.objects.locked().select_related("head__entry", "live__entry").get(pk=key)
    labels = {str(topic.pk): topic.name for topic in topics}
    head, live, fresh = entry.head, entry.live, None
    if entry.state == Entry.State.LIVE:
        fresh = _amended(live, change, by, summary, labels, since)
        if fresh:
            publish(fresh, by, minor=True)
    if head is None:
        return
    if fresh is None or head.pk != live.pk:
        fresh = _amended(head, change, by, summary, labels, since)
    if fresh:
        Entry.objects.filter(pk=entry.pk).update(head=fresh)


def live_with(keys):
    """Keys of the entries whose live snapshot holds one of these topic keys, anywhere."""
    found = set()
    texts = Entry.objects.exclude(live=None).annotate(text=Cast("live__content", TextField()))
    for key in keys:
        found.update(texts.filter(text__contains=str(key)).values_list("pk", flat=True))
    return found
