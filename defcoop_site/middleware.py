"""What every request passes through."""

from django.http import HttpResponseBadRequest
from django.utils import translation

from publishing.languages import language_of

DESK = "/admin/"
SHARED = "/share/"


def refuse_malformed_addresses(get_response):
    """Answer 400 to an address with a NUL or with bytes that are no UTF-8: no database or template should ever meet them."""

    def middleware(request):
        text = request.path_info + request.META.get("QUERY_STRING", "")
        values = [value for key in request.GET for value in (key, *request.GET.getlist(key))]
        if any("\x00" in value or "\ufffd" in value for value in (text, *values)):
            return HttpResponseBadRequest(
                "This address holds characters that no page has. Check it for damage.",
                content_type="text/plain; charset=utf-8",
            )
        return get_response(request)

    return middleware


def say_who_may_embed(get_response):
    """Everything for readers may be shown by other sites too (open by default); the desk, and drafts that are shared, by none."""

    def middleware(request):
        response = get_response(request)
        ours_alone = request.path_info.startswith((DESK, SHARED))
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin" if ours_alone else "cross-origin")
        return response

    return middleware


def choose_language(get_response):
    """Speak the language that the address names, the first one where it names none; on the desk the editor's own.

    Django's LocaleMiddleware would ask a reader's cookie and browser too: then one address would be several pages, and no cache could keep it.
    """

    def middleware(request):
        if request.path_info.startswith(DESK):
            language = translation.get_language_from_request(request)
        else:
            language = language_of(request.path_info)
        with translation.override(language):
            return get_response(request)

    return middleware
