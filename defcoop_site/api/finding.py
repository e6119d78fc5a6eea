"""Finding what an address or a parameter of the API names."""

from django.http import Http404, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _

from publishing.public import PublicEntry
from publishing.views import moved_to
from topics.vocabulary import resolve

from .problems import Problem


def topic_named(slug):
    """The Topic of an address, one that it had before it was merged, or an alias; None for None. Raises Problem where there is none."""
    if slug is None:
        return None
    found = resolve([slug.lower()]).get(slug.lower())
    if found is None:
        raise Problem(404, _("There is no topic “%(name)s”.") % {"name": slug})
    return found


def entry_named(kind, slug):
    """The live entry, or what is known of it, with an address, or that a former address leads to; None for None. Raises Problem where there is none."""
    if slug is None:
        return None
    entry = PublicEntry.objects.live().filter(kind=kind, slug=slug).only("kind", "slug", "withdrawn").first()
    try:
        target = entry or moved_to(kind, slug)
    except Http404:
        target = None
    if target is None or target.withdrawn or target.kind != kind:
        raise Problem(404, _("There is no %(kind)s “%(name)s”.") % {"kind": kind, "name": slug})
    return target


def found_or_moved(kind, slug, address):
    """(the live row, None), or (None, the redirect to where it is now). address(row) -> of what was asked about it.

    Raises Problem where the entry is gone, Http404 where nothing ever was.
    """
    entry = PublicEntry.objects.filter(kind=kind, slug=slug).first()
    if entry:
        return entry, None
    target = moved_to(kind, slug)
    if target is None:
        raise Problem(410)
    return None, HttpResponsePermanentRedirect(address(target))
