"""Template words for the desk's front page. Each shows only entries of the kinds that the user may see."""

from django import template
from django.contrib import admin
from django.utils import timezone

from publishing import front_page
from publishing.entry_admin import EntryAdmin
from publishing.health import AddressHealth
from publishing.models import Source

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_sections(context):
    """The lists of entries, as front_page.sections gives them."""
    request = context["request"]
    desks = [desk for desk in admin.site._registry.values() if isinstance(desk, EntryAdmin)]
    visible = {desk.model.KIND: desk for desk in desks if desk.has_view_permission(request)}
    return front_page.sections(request.user, visible, timezone.localdate())


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
