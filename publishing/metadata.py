"""What a page tells machines about itself: permanent address, Open Graph, and JSON-LD in the words of schema.org."""

import json
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate

from . import kinds
from .negotiation import FORMS

PUBLICATION = "International defence cooperation"
# In a script element nothing is unescaped, so markup is written as JSON escapes it.
MARKUP = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Metadata:
    """address: the absolute address of the entry; forms: [(media type, address)]; history, cite, report: addresses; json_ld: of the same name's element."""

    address: str
    locale: str
    forms: list
    history: str
    cite: str
    report: str
    json_ld: SafeString


def metadata(request, entry, live=None):
    """The Metadata of a public row. live: where it is an older version, the present row."""
    kind = kinds.get(entry.kind)
    address = request.build_absolute_uri((live or entry).get_absolute_url().partition("?")[0])
    if live:
        forms = [(FORMS[form], version_form_address(entry, form)) for form in FORMS]
    else:
        forms = [(FORMS[form], reverse("entry_form", args=[kind.section, entry.slug, form])) for form in FORMS]
    return Metadata(
        address=address,
        locale=entry.language.replace("-", "_"),
        forms=forms,
        history=reverse("entry_history", args=[kind.section, (live or entry).slug]),
        cite=reverse("version_cite", args=[kind.section, entry.slug, entry.version]),
        report=reverse("report", args=[kind.section, (live or entry).slug]) + f"?version={entry.version}",
        json_ld=_script_text(json_ld(request, entry, address)),
    )


def version_form_address(entry, form):
    return reverse("version_form", args=[kinds.get(entry.kind).section, entry.slug, entry.version, form])


def json_ld(request, entry, address):
    """The entry as a schema.org Article; what it is about, where the kind knows."""
    kind = kinds.get(entry.kind)
    home = request.build_absolute_uri(reverse("home"))
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": f"urn:uuid:{entry.pk}",
        "headline": entry.title,
        "url": address,
        "inLanguage": entry.language,
        "version": str(entry.version),
        "datePublished": localdate(entry.first_published_at).isoformat(),
        "dateModified": localdate(entry.revised_at).isoformat(),
        "isPartOf": {"@type": "WebSite", "name": PUBLICATION, "url": home},
        **({"about": kind.about(entry)} if kind.about else {}),
    }


def _script_text(data):
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(MARKUP))  # noqa: S308 - nothing in it can end the element
