"""Template words for the desk's front page. Each shows only entries of the kinds that the user may see."""

from django import template
from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html

from publishing import front_page
from publishing.entry_admin import EntryAdmin
from publishing.health import AddressHealth
from publishing.models import Source
from publishing.report_admin import open_reports

register = template.Library()


def _desks(request):
    """{kind: its admin} of the kinds that the user may see."""
    desks = [desk for desk in admin.site._registry.values() if isinstance(desk, EntryAdmin)]
    return {desk.model.KIND: desk for desk in desks if desk.has_view_permission(request)}


@register.simple_tag(takes_context=True)
def desk_sections(context):
    """The lists of entries, as front_page.sections gives them."""
    request = context["request"]
    return front_page.sections(request.user, _desks(request), timezone.localdate())


@register.simple_tag(takes_context=True)
def open_releases(context):
    """Releases that are still to be published; none for who may not publish."""
    return front_page.open_releases(context["request"].user)


@register.simple_tag(takes_context=True)
def dead_sources(context):
    """How many sources stand at a dead address; None for who may not see sources."""
    if not context["request"].user.has_perm("publishing.view_source"):
        return None
    return Source.objects.filter(url__in=AddressHealth.objects.dead().values("url")).count()


@register.simple_tag(takes_context=True)
def readers_reports(context):
    """How many reports of errors wait; None for who may not see them."""
    return open_reports(context["request"].user)


@register.simple_tag(takes_context=True)
def desk_link(context, entry):
    """The entry's title, leading to its form where the user may see it, or else to its page where it says that its draft is `hidden`."""
    desk = _desks(context["request"]).get(entry.kind)
    if desk is None:
        return entry.title
    hidden = getattr(entry, "hidden", False)
    address = entry.get_absolute_url() if hidden else desk.address("change", entry.pk)
    return format_html('<a href="{}">{}</a>', address, entry.title)
