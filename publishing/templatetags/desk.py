"""Template words for the desk's front page. Each shows only entries of the kinds that the user may see."""

from django import template
from django.contrib import admin
from django.db.models import Count, F, Q
from django.utils import timezone

from publishing.entry_admin import EntryAdmin
from publishing.health import AddressHealth
from publishing.models import Entry, Source
from publishing.public import PublicEntry
from publishing.releases import Release
from publishing.scheduling import PublicationSchedule
from publishing.standing import PUBLISH_RIGHT
from publishing.trash import Trashed
from publishing.upkeep import overdue

register = template.Library()
MOST = 10


def _desks(request):
    """{kind: its admin} of the kinds that the user may see."""
    desks = [desk for desk in admin.site._registry.values() if isinstance(desk, EntryAdmin)]
    return {desk.model.KIND: desk for desk in desks if desk.has_view_permission(request)}


@register.simple_tag(takes_context=True)
def my_drafts(context):
    """Entries whose newest snapshot is the user's and is not what readers see, the latest first."""
    request = context["request"]
    unseen = Q(live=None) | ~Q(head=F("live"))
    mine = Entry.objects.filter(unseen, head__author=request.user.pk, kind__in=_desks(request), trashed=None)
    return mine.select_related("head").order_by("-head__created_at")[:MOST]


@register.simple_tag(takes_context=True)
def scheduled(context):
    """What waits for its time, the next first."""
    waiting = PublicationSchedule.objects.filter(entry__kind__in=_desks(context["request"]))
    return waiting.select_related("entry", "snapshot").order_by("due_at")[:MOST]


@register.simple_tag(takes_context=True)
def recently_revised(context):
    """Live entries, the one revised last first."""
    live = PublicEntry.objects.live().filter(kind__in=_desks(context["request"]))
    return live.for_list().order_by("-revised_at", "sort_key")[:MOST]


@register.simple_tag(takes_context=True)
def dead_sources(context):
    """How many sources stand at a dead address; None for who may not see sources."""
    if not context["request"].user.has_perm("publishing.view_source"):
        return None
    return Source.objects.filter(url__in=AddressHealth.objects.dead().values("url")).count()


@register.simple_tag(takes_context=True)
def overdue_for_check(context):
    """The user's own entries that nobody checked or published within their interval, by title."""
    request = context["request"]
    return overdue(request.user, timezone.localdate()).filter(kind__in=_desks(request))[:MOST]


@register.simple_tag(takes_context=True)
def open_releases(context):
    """Releases that are still to be published, each with `size`, the next first; none for who may not publish."""
    if not context["request"].user.has_perm(PUBLISH_RIGHT):
        return []
    waiting = Release.objects.open().annotate(size=Count("items"))
    return waiting.order_by(F("due_at").asc(nulls_last=True), "name")[:MOST]


@register.simple_tag(takes_context=True)
def in_trash(context):
    """What is in the trash, what is purged first before the others, each with `days`: how many are left."""
    found = Trashed.objects.in_trash().filter(entry__kind__in=_desks(context["request"])).select_related("entry")
    rows, now = list(found.order_by("at")[:MOST]), timezone.now()
    for row in rows:
        row.days = row.days_left(now)
    return rows


@register.simple_tag(takes_context=True)
def desk_address(context, entry):
    """Where an entry is edited."""
    return _desks(context["request"])[entry.kind].address("change", entry.pk)
