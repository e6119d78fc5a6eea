"""What a page tells machines about itself: permanent address, Open Graph, and JSON-LD in the words of schema.org."""

import json
from dataclasses import dataclass

from django.conf import settings
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
    """address: the absolute address of the entry; forms: [(media type, address)]; history, cite, report: addresses; card: the
    absolute address of its picture; json_ld: of the same name's element."""

    address: str
    locale: str
    forms: list
    history: str
    cite: str
    report: str
    card: str
    json_ld: SafeString


def metadata(request, entry, notes, live=None):
    """The Metadata of a public row. notes: as readers see them; live: where it is an older version, the present row."""
    kind = kinds.get(entry.kind)
    address = request.build_absolute_uri((live or entry).get_absolute_url().partition("?")[0])
    if live:
        forms = [(FORMS[form], version_form_address(entry, form)) for form in FORMS]
    else:
        forms = [(FORMS[form], reverse("entry_form", args=[kind.section, entry.slug, form])) for form in FORMS]
    card = request.build_absolute_uri(reverse("card", args=[kind.section, (live or entry).slug]))
    return Metadata(
        address=address,
        locale=entry.language.replace("-", "_"),
        forms=forms,
        history=reverse("entry_history", args=[kind.section, (live or entry).slug]),
        cite=reverse("version_cite", args=[kind.section, entry.slug, entry.version]),
        report=reverse("report", args=[kind.section, (live or entry).slug]) + f"?version={entry.version}",
        card=card,
        json_ld=script_text(json_ld(request, entry, notes, address, card)),
    )


def version_form_address(entry, form):
    return reverse("version_form", args=[kinds.get(entry.kind).section, entry.slug, entry.version, form])


def publisher(request):
    """The publication as schema.org's Organization."""
    return {"@type": "Organization", "name": PUBLICATION, "url": _home(request)}


def website(request):
    """The site as schema.org's WebSite, which can be searched."""
    target = request.build_absolute_uri(reverse("search")) + "?q={words}"
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": PUBLICATION,
        "url": _home(request),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=words",
        },
    }


def json_ld(request, entry, notes, address, card):
    """The entry as a schema.org Article; what it is about, where the kind knows. address, card: absolute addresses."""
    kind = kinds.get(entry.kind)
    stated = settings.CONTENT_LICENCE
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": f"urn:uuid:{entry.pk}",
        "headline": entry.title,
        "description": entry.summary,
        "url": address,
        "image": card,
        "inLanguage": entry.language,
        "version": str(entry.version),
        "datePublished": localdate(entry.first_published_at).isoformat(),
        "dateModified": localdate(entry.revised_at).isoformat(),
        "author": publisher(request),
        "publisher": publisher(request),
        **({"license": stated} if "://" in stated else {}),
        "isPartOf": {"@type": "WebSite", "name": PUBLICATION, "url": _home(request)},
        **({"about": kind.about(entry)} if kind.about else {}),
        **({"citation": _citations(notes)} if notes else {}),
    }


def _home(request):
    return request.build_absolute_uri(reverse("home"))


def _citations(notes):
    """The sources of an entry, each once, in the order of its notes: where they are, or what they are called where nobody knows. The notes say all;
    names too were a kilobyte of a long page that nobody reads twice."""
    found = {}
    for note in notes:
        url = note["archive_url"] if note.get("dead") else note["url"]
        found.setdefault(
            url or note["title"], {"@id": url} if url else {"@type": "CreativeWork", "name": note["title"]}
        )
    return list(found.values())


def script_text(data):
    """JSON-LD as the text of a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(MARKUP))  # noqa: S308 - nothing in it can end the element
