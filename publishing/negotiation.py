"""The forms in which an entry can be had beside its page, and which of them a request asks for."""

import re

FORMS = {
    "json": "application/json",
    "md": "text/markdown",
    "csv": "text/csv",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl.json": "application/vnd.citationstyles.csl+json",
}
TABLE_FORMS = ("csv", "json")
PAGES = ("text/html", "application/xhtml+xml", "text/*", "*/*")
LONGEST_ACCEPT = 1000
RANGE = re.compile(r"[\w.+*-]+/[\w.+*-]+", re.ASCII)


class FormConverter:
    """The last part of an address: one of FORMS."""

    regex = r"json|md|csv|bib|ris|csl\.json"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class TableFormConverter(FormConverter):
    """The last part of the address of a list's rows."""

    regex = "csv|json"


def _weights(accept):
    """{media type: weight, 0 to 1} of an Accept header. What makes no sense counts for nothing."""
    weights = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((text[2:].strip() for text in parameters if text.startswith("q=")), "1")
        try:
            weights[name] = min(1.0, max(0.0, float(weight)))
        except ValueError:
            continue
    return weights


def wanted_form(accept):
    """The key of FORMS that an Accept header prefers to the page, "" for the page.

    Only what is named in full counts for a form, and the page wins a tie, so that every browser and every header that makes no sense gets the
    page. Nothing is refused: a page that was not asked for helps more than a 406.
    """
    if len(accept) > LONGEST_ACCEPT:
        return ""
    weights = _weights(accept)
    page = next((weights[name] for name in PAGES if name in weights), 0.0)
    form = max(FORMS, key=lambda name: weights.get(FORMS[name], 0.0))
    best = weights.get(FORMS[form], 0.0)
    return form if best > page else ""  # nan is never more


def accepts(accept, media_type):
    """Whether an Accept header lets a media type through. One that is empty or makes no sense lets everything through (RFC 9110, 12.5.1)."""
    weights = {} if len(accept) > LONGEST_ACCEPT else _weights(accept)
    if not any(RANGE.fullmatch(name) for name in weights):
        return True
    ways = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[way] for way in ways if way in weights), 0.0) > 0
