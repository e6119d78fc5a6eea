"""What all answers under /api/ have in common, whichever part of the site gives them."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag

from defcoop_site.page_cache import cache_control
from publishing.negotiation import accepts

from .problems import MEDIA_TYPE, problem_answer

PREFIX, DATA = "/api/", "/api/v1/"
METHODS = "GET, HEAD, OPTIONS"
CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After",
}
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def answer_programs(get_response):
    """Errors as problem details, leave for scripts of other sites, ETag and 304, HEAD, and no method that would change anything."""

    def middleware(request):
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        response = _answer(request, get_response)
        for name, value in CROSS_ORIGIN.items():
            response[name] = value
        return response

    return middleware


def _answer(request, get_response):
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method not in ("GET", "HEAD"):
        response = problem_answer(request, 405)
        response["Allow"] = METHODS
        return response
    if request.path_info.startswith(DATA) and not accepts(request.headers.get("Accept", ""), "application/json"):
        return problem_answer(request, 406)
    return _without_body(request, get_response) if request.method == "HEAD" else _read(request, get_response)


def _read(request, get_response):
    response = get_response(request)
    if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
        return _as_problem(request, response)
    if response.status_code == 200:
        set_response_etag(response)
        response["Cache-Control"] = cache_control(settings.PAGE_CDN_SECONDS)
        return get_conditional_response(request, etag=response["ETag"], response=response)
    return response


def _as_problem(request, response):
    """What Django or another part of the site says to an error, in the API’s words."""
    problem = problem_answer(request, response.status_code)
    for name in ("Retry-After", "X-Request-ID"):
        if name in response.headers:
            problem[name] = response.headers[name]
    return problem


def _without_body(request, get_response):
    request.method = "GET"  # no view knows HEAD apart
    response = _read(request, get_response)
    request.method = "HEAD"
    response.content = b""
    return response
