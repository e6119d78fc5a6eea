"""The page of a draft: what publishing it now would make."""

from django.utils import timezone

from . import kinds
from .projecting import stamp
from .public import PublicEntry, PublicVersion
from .views import render_entry


def preview_response(request, key, kind_name, content, banner, minor=False, **extra):
    """The page that publishing this content now would make, with a banner. Writes nothing. extra: more for the template."""
    entry = kinds.get(kind_name).project(key, content).entry
    live, now = PublicEntry.objects.filter(pk=key).first(), timezone.now()
    last = PublicVersion.objects.filter(entry_id=key).order_by("-number").first()
    unchanged = live and last and kinds.get(kind_name).read(last.content, last.schema) == content
    number = last.number + (0 if unchanged else 1) if last else 1
    stamp(
        entry,
        live.first_published_at if live else now,
        live.revised_at if unchanged or (live and minor) else now,
        number,
    )
    entry.checked_on = live.checked_on if live else None
    response = render_entry(request, entry, preview=banner, page_path=entry.get_absolute_url(), **extra)
    response["Cache-Control"] = "no-store"
    return response
