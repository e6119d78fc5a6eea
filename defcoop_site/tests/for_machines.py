"""Checkers of what pages and feeds tell machines: Atom (RFC 4287), schema.org's JSON-LD, Open Graph. Each returns what is wrong, in sentences."""

import json
import re
from datetime import date, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
PROPERTY = re.compile(r'<meta property="(og:[\w:]+)" content="([^"]*)">')


def is_address(value):
    """Whether a text is an absolute address."""
    parts = urlsplit(value) if isinstance(value, str) else None
    return bool(
        parts and ((parts.scheme in ("http", "https") and parts.netloc) or (parts.scheme == "urn" and parts.path))
    )


# --- Atom ----------------------------------------------------------------------------------------------------------------------


def _one(element, name, faults, where):
    found = element.findall(ATOM + name)
    if len(found) != 1:
        faults.append(f"{where} has {len(found)} {name}, not one")
        return None
    return (found[0].text or "").strip()


def _dated(element, name, faults, where):
    text = _one(element, name, faults, where)
    if text is not None and not RFC_3339.fullmatch(text):
        faults.append(f"{where}: {name} is no date of RFC 3339: {text}")
        return None
    return text


def _identified(element, faults, where):
    """What a feed and an entry have in common (sections 4.1.1 and 4.1.2)."""
    key, title = _one(element, "id", faults, where), _one(element, "title", faults, where)
    if key is not None and not is_address(key):
        faults.append(f"{where}: its id is no absolute address: {key}")
    if title == "":
        faults.append(f"{where} has an empty title")
    for link in element.findall(ATOM + "link"):
        if not is_address(link.get("href", "")):
            faults.append(f"{where} has a link that leads nowhere")
    alternates = [link for link in element.findall(ATOM + "link") if link.get("rel", "alternate") == "alternate"]
    kinds = [(link.get("type"), link.get("hreflang")) for link in alternates]
    if len(kinds) != len(set(kinds)):
        faults.append(f"{where} has two alternates of one type")
    for person in element.findall(ATOM + "author"):
        if not (person.findtext(ATOM + "name") or "").strip():
            faults.append(f"{where} has an author without a name")
    for category in element.findall(ATOM + "category"):
        if not category.get("term"):
            faults.append(f"{where} has a category without a term")
    for name in ("summary", "subtitle"):
        for text in element.findall(ATOM + name):
            if text.get("type", "text") == "text" and len(text):
                faults.append(f"{where}: its {name} holds elements")
    return key, alternates


def atom_faults(data):
    """What keeps bytes from being a valid Atom feed."""
    faults, feed = [], ElementTree.fromstring(data)  # noqa: S314 - our own
    if feed.tag != ATOM + "feed":
        return ["the root is no feed"]
    _key, _alternates = _identified(feed, faults, "the feed")
    _dated(feed, "updated", faults, "the feed")
    own = [link for link in feed.findall(ATOM + "link") if link.get("rel") == "self"]
    if len(own) != 1:
        faults.append("the feed does not name its own address")
    has_author, seen = bool(feed.findall(ATOM + "author")), set()
    for place, entry in enumerate(feed.findall(ATOM + "entry"), 1):
        where = f"entry {place}"
        key, alternates = _identified(entry, faults, where)
        updated = _dated(entry, "updated", faults, where)
        if entry.find(ATOM + "published") is not None:
            published = _dated(entry, "published", faults, where)
            if updated and published and datetime.fromisoformat(updated) < datetime.fromisoformat(published):
                faults.append(f"{where} was updated before it was published")
        if not alternates and entry.find(ATOM + "content") is None:
            faults.append(f"{where} has neither content nor an alternate")
        if not has_author and not entry.findall(ATOM + "author"):
            faults.append(f"{where} has no author")
        if (key, updated) in seen:
            faults.append(f"{where} stands twice")
        seen.add((key, updated))
    return faults


# --- JSON-LD -------------------------------------------------------------------------------------------------------------------


def _is_text(value):
    return isinstance(value, str) and bool(value.strip())


def _is_date(value):
    """ISO 8601, to the year, the month or the day."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of(*types):
    return lambda value: isinstance(value, dict) and value.get("@type") in types


def _is_reference(value):
    """A thing that is described elsewhere, at its address."""
    return isinstance(value, dict) and value.keys() == {"@id"} and is_address(value["@id"])


def _is_cited(value):
    return _is_reference(value) or _of("CreativeWork")(value)


def _list_of(check):
    return lambda value: isinstance(value, list) and bool(value) and all(map(check, value))


THING = {"name": _is_text, "url": is_address, "description": _is_text, "sameAs": is_address, "@id": is_address}
WORK = {
    **THING,
    "headline": _is_text,
    "image": is_address,
    "inLanguage": _is_text,
    "version": _is_text,
    "datePublished": _is_date,
    "dateModified": _is_date,
    "dateCreated": _is_date,
    "author": _of("Organization", "Person"),
    "publisher": _of("Organization"),
    "license": is_address,
    "isPartOf": _of("WebSite", "Dataset"),
    "about": _of("Country", "Organization", "Legislation"),
    "citation": _list_of(_is_cited),
}
# {type: ({property: what it may hold}, the properties that it must have)}, after schema.org.
TYPES = {
    "Article": (WORK, {"headline", "url", "datePublished", "dateModified", "isPartOf", "author", "publisher", "image"}),
    "CreativeWork": (WORK, {"name"}),
    "WebSite": ({**WORK, "potentialAction": _of("SearchAction")}, {"name", "url"}),
    "Dataset": ({**WORK, "distribution": _list_of(_of("DataDownload"))}, {"name", "description"}),
    "DataDownload": ({**WORK, "contentUrl": is_address, "encodingFormat": _is_text}, {"contentUrl", "encodingFormat"}),
    "SearchAction": ({"target": _of("EntryPoint"), "query-input": _is_text}, {"target", "query-input"}),
    "EntryPoint": ({"urlTemplate": _is_text}, {"urlTemplate"}),
    "Organization": (THING, {"name"}),
    "Country": (THING, {"name"}),
    "Legislation": ({**WORK, "legislationDate": _is_date}, {"name"}),
}


def json_ld_faults(data, where="it"):
    """What is wrong with JSON-LD of schema.org, as a mapping."""
    kind = data.get("@type")
    if kind not in TYPES:
        return [f"{where}: {kind} is no type that pages use"]
    allowed, needed = TYPES[kind]
    faults = [f"{where}: {kind} lacks {name}" for name in sorted(needed - data.keys())]
    for name, value in data.items():
        if name in ("@type", "@context"):
            continue
        if name not in allowed:
            faults.append(f"{where}: {kind} has no {name}")
        elif not allowed[name](value):
            faults.append(f"{where}: {name} of {kind} cannot be {value!r}")
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and not _is_reference(inner):
                faults += json_ld_faults(inner, f"{where}.{name}")
    return faults


def json_ld_of(html):
    """The JSON-LD of a page, as mappings; its context is checked on the way."""
    found = [json.loads(text) for text in SCRIPT.findall(html)]
    assert all(data["@context"] == "https://schema.org" for data in found)
    return found


# --- Open Graph ----------------------------------------------------------------------------------------------------------------


def open_graph(html):
    """{property: content} of a page."""
    return dict(PROPERTY.findall(html))
