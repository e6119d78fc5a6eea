"""Template words for the desk's front page. Each shows only entries of the kinds that the user may see."""

from django import template
from django.contrib import admin
from django.db.models import F, Q
from django.utils.html import format_html

from publishing.entry_admin import EntryAdmin
from publishing.models import Entry
from publishing.public import PublicEntry
from publishing.scheduling import PublicationSchedule

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
    mine = Entry.objects.filter(unseen, head__author=request.user.pk, kind__in=_desks(request))
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
def desk_link(context, entry):
    """The entry's title, leading to its form where the user may see it."""
    desk = _desks(context["request"]).get(entry.kind)
    if desk is None:
        return entry.title
    return format_html('<a href="{}">{}</a>', desk.address("change", entry.pk), entry.title)


@register.simple_tag(takes_context=True)
def desk_address(context, entry):
    """Where an entry is edited."""
    return _desks(context["request"])[entry.kind].address("change", entry.pk)
