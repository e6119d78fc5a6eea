"""Merging one topic into another, and undoing it (docs/decisions/0010).

The merged topic's row goes away; its names become aliases of the other topic, its key and address lead there (MergedTopic). Snapshots stay as
they are: they are read with the successor's key. So undoing a merge gives every older snapshot its first meaning back.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.audit import AuditEvent, record
from publishing.languages import for_the_record
from publishing.locks import seize_ties
from publishing.publication import rewrite_public

from .models import TopicDeed
from .retagging import amend, last_snapshot, live_with, move, move_back, putting_back
from .tree import line_of, move_entries
from .vocabulary import MAX_DEPTH, MergedTopic, Topic, TopicAlias


class TopicDeedError(Exception):
    """A merge, a split or its undoing was refused; the message says why."""


def depth_above(topic):
    """Levels of the tree from the top down to this topic, itself included."""
    depth, keys = 1, {topic.pk}
    while topic.broader is not None and topic.broader_id not in keys:
        depth, topic = depth + 1, topic.broader
        keys.add(topic.pk)
    return depth


def _stands_below(topic, other):
    seen = set()
    while topic is not None and topic.pk not in seen:
        seen.add(topic.pk)
        topic = topic.broader
        if topic == other:
            return True
    return False


def locked(*keys):
    """The topics with these keys, locked, in that order; None for one that does not exist."""
    found = {topic.pk: topic for topic in Topic.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [found.get(key) for key in keys]


def refuse_merge(source, target):
    """Raise TopicDeedError where the source cannot be merged into the target."""
    if source is None or target is None:
        raise TopicDeedError(_("One of the topics no longer exists."))
    if source == target:
        raise TopicDeedError(_("A topic cannot be merged into itself."))
    if _stands_below(target, source):
        raise TopicDeedError(
            _("“%(target)s” stands below “%(source)s”. Merge the narrower into the broader one, or move it first.")
            % {"target": target, "source": source}
        )
    if source.narrower.exists() and depth_above(target) + source.depth_below() - 1 > MAX_DEPTH:
        raise TopicDeedError(
            _("The narrower topics of “%(source)s” would stand deeper than %(depth)d levels.")
            % {"source": source, "depth": MAX_DEPTH}
        )


@transaction.atomic
def merge(source, target, by=None):
    """Merge the source into the target, for drafts and readers at once. Returns the TopicDeed. Raises TopicDeedError."""
    seize_ties()
    source, target = locked(source.pk, target.pk)
    refuse_merge(source, target)
    kept = {
        "topic": {
            "name": source.name,
            "slug": source.slug,
            "description": source.description,
            "broader": str(source.broader_id) if source.broader_id else None,
        },
        "aliases": [{"pk": alias.pk, "name": alias.name} for alias in source.aliases.all()],
        "narrower": [{"pk": str(topic.pk), "name": topic.name} for topic in source.narrower.all()],
        "merged": [str(merged.pk) for merged in source.merged.all()],
        "rows": move(source, target),
        "since": last_snapshot(),
    }
    affected = live_with([source.pk, *kept["merged"]])
    source.aliases.update(topic=target)
    kept["alias"] = TopicAlias.objects.create(topic=target, name=source.name).pk
    source.narrower.update(broader=target)
    source.merged.update(topic=target)
    MergedTopic.objects.create(key=source.pk, slug=source.slug, topic=target)
    rewrite_public(affected)
    move_entries([topic["pk"] for topic in kept["narrower"]], line_of(source.pk), line_of(target.pk))
    deed = TopicDeed.objects.create(
        kind=TopicDeed.Kind.MERGE,
        source_key=source.pk,
        source_name=source.name,
        target_key=target.pk,
        target_name=target.name,
        record=kept,
        by=by,
    )
    source.delete()
    record(AuditEvent.Action.MERGE_TOPICS, by, was=deed.source_name, became=deed.target_name)
    return deed


def close(deed, by):
    """Mark a deed as undone and tell the audit log."""
    deed.undone_at, deed.undone_by = timezone.now(), by
    deed.save(update_fields=["undone_at", "undone_by"])
    record(AuditEvent.Action.UNDO_TOPICS, by, was=deed.target_name, became=deed.source_name)


def put_back_snapshots(record, source, target, by, summary):
    """Give entries whose snapshots were made since the deed their source topic back, in snapshots of their own.

    record: a TopicDeed's, with its moved rows and, of a split, what live pages alone carried.
    """
    places = defaultdict(dict)
    for entry, place, joined in record.get("live", []):
        places[entry][place] = joined
    for row in record["rows"]:
        places[row["entry"]]["" if row["object"] == row["entry"] else row["object"]] = row["joined"]
    for entry, its_places in places.items():
        amend(entry, putting_back(its_places, source, target), by, summary, [source, target], record["since"])


def _refuse_undo(deed, target):
    topic = deed.record["topic"]
    if deed.undone_at:
        raise TopicDeedError(_("This has been undone already."))
    if target is None:
        raise TopicDeedError(_("“%(name)s” was merged or removed since. Undo that first.") % {"name": deed.target_name})
    plain = Topic(name=topic["name"]).plain
    other = Topic.objects.filter(Q(normalised=plain) | Q(slug=topic["slug"])).first()
    alias = TopicAlias.objects.filter(normalised=plain).exclude(topic=target).select_related("topic").first()
    if other or alias:
        raise TopicDeedError(
            _("The name “%(name)s” belongs to the topic “%(other)s” now. Change that first.")
            % {"name": topic["name"], "other": other or alias.topic}
        )


def _revive(deed, left):
    """The merged topic's row again. What it stood below may be gone, or stand elsewhere."""
    was = deed.record["topic"]
    source = Topic(id=deed.source_key, name=was["name"], slug=was["slug"], description=was["description"])
    source.broader = Topic.objects.filter(pk=was["broader"]).first() if was["broader"] else None
    if was["broader"] and source.broader is None:
        left.append(_("Its broader topic no longer exists; it stands at the top."))
    try:
        source.refuse_cycle()
    except ValidationError:
        source.broader = None
        left.append(_("Its broader topic was moved since and stands too deep; it stands at the top."))
    source.save(force_insert=True)
    return source


def _undo_aliases(deed, source, target, left):
    given = target.aliases.filter(pk=deed.record["alias"], normalised=source.normalised)
    given.delete()
    for alias in deed.record["aliases"]:
        if not target.aliases.filter(pk=alias["pk"], name=alias["name"]).update(topic=source):
            left.append(_("The alias “%(name)s” was changed since and stays.") % {"name": alias["name"]})


def _undo_narrower(deed, source, target, left):
    for was in deed.record["narrower"]:
        topic = Topic.objects.filter(pk=was["pk"], broader=target).first()
        if topic:
            topic.broader = source
            try:
                topic.refuse_cycle()
            except ValidationError:
                topic = None
        if topic:
            topic.save(update_fields=["broader"])
        else:
            left.append(_("The topic “%(name)s” was moved since and stays where it is.") % {"name": was["name"]})


@transaction.atomic
def undo_merge(deed, by=None):
    """Bring the merged topic back with all that it had. Returns sentences that name what was changed since and was left alone."""
    seize_ties()
    deed = TopicDeed.objects.select_for_update(of=("self",)).get(pk=deed.pk)
    (target,) = locked(deed.target_key)
    _refuse_undo(deed, target)
    left, keys = [], [str(deed.source_key), *deed.record["merged"]]
    affected = live_with(keys)
    source = _revive(deed, left)
    _undo_aliases(deed, source, target, left)
    _undo_narrower(deed, source, target, left)
    MergedTopic.objects.filter(pk__in=deed.record["merged"], topic=target).update(topic=source)
    MergedTopic.objects.filter(pk=source.pk).delete()
    left += move_back(deed.record["rows"], source, target, by)
    rewrite_public(affected)
    # What stands below comes back under the source.
    move_entries(source.narrower.values_list("pk", flat=True), line_of(target.pk), line_of(source.pk))
    summary = for_the_record(
        gettext_lazy("Merge of “%(source)s” into “%(target)s” undone"), source=source, target=target
    )
    put_back_snapshots(deed.record, source, target, by, summary)
    close(deed, by)
    return left
