"""What goes wrong, as problem details (RFC 9457)."""

import json
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MEDIA_TYPE = "application/problem+json"
REASONS = {
    400: gettext_lazy("The address holds something that nothing here can be asked with."),
    403: gettext_lazy("This is not for everybody."),
    404: gettext_lazy("There is nothing at this address."),
    405: gettext_lazy("Only GET, HEAD and OPTIONS are answered here."),
    406: gettext_lazy("This is answered in application/json alone."),
    410: gettext_lazy("What was at this address is gone."),
    429: gettext_lazy("Too many requests. Wait as long as Retry-After says."),
    500: gettext_lazy("Something went wrong here. It is not the fault of what was asked."),
    503: gettext_lazy("This cannot be answered just now. Ask again after as many seconds as Retry-After says."),
}


class Problem(Exception):
    """Why a request is not answered. errors: [{parameter, detail}]."""

    def __init__(self, status, detail="", errors=()):
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)


def problem_data(path, status, detail="", errors=()):
    """The members of RFC 9457; about:blank says that the status tells all there is to tell about the type."""
    data = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail or REASONS.get(status, "")),
        "instance": path[:500],
    }
    return {**data, "errors": list(errors)} if errors else data


def problem_answer(request, status, detail="", errors=()):
    text = json.dumps(problem_data(request.path, status, detail, errors), ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE)


def on_problem(request, problem):
    return problem_answer(request, problem.status, problem.detail, problem.errors)


def on_not_found(request, error):
    return problem_answer(request, 404)


def on_invalid(request, error):
    """The parameters that make no sense, each with the reason. What makes no sense in the path is no address."""
    if any(each["loc"][0] == "path" for each in error.errors):
        return problem_answer(request, 404)
    errors = [{"parameter": str(each["loc"][-1]), "detail": _reason(each)} for each in error.errors]
    return problem_answer(request, 400, _("A parameter makes no sense."), errors)


def _reason(error):
    return error["msg"].removeprefix("Value error, ")
