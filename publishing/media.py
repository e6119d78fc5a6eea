"""The files of images, for readers: those that a page with a published version shows, and no others.

Whoever is signed in and may see images on the desk is given those of drafts too, at the same address: a preview is the page itself.
"""

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import second_factor
from .public import PublicImage

VIEW_RIGHT = "publishing.view_image"
TYPES = {"avif": "image/avif", "webp": "image/webp"}


def stored_name(digest, width, form):
    """Name of a file in the storage. width: pixels, or "full"."""
    return f"images/{digest[:2]}/{digest}-{width}.{form}"


@require_safe
def media(request, digest, width, form):
    """One rendition of an image."""
    public = PublicImage.objects.filter(digest=digest).exists()
    if not public and (not request.user.has_perm(VIEW_RIGHT) or second_factor.is_missing(request)):
        raise Http404(_("There is no page at this address."))
    etag = f'"{digest}-{width}-{form}"'
    response = get_conditional_response(request, etag=etag) or file_response(digest, width, form)
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=31536000, immutable" if public else "private, no-store"
    return response


def file_response(digest, width, form):
    """A file from the storage, which no browser takes for anything but an image."""
    try:
        with default_storage.open(stored_name(digest, width, form)) as file:
            response = HttpResponse(file.read(), content_type=TYPES[form])
    except FileNotFoundError as error:
        raise Http404(_("There is no page at this address.")) from error
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
