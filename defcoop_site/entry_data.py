"""An entry as JSON: what its version says, with names in place of keys, from public rows alone. The shape is in docs/data.md."""

import re

from django.conf import settings

from actors.as_of import carry
from publishing import citing, kinds
from publishing.content import is_parts
from publishing.public import PublicEntry

# What editors keep beside the text; a page shows what follows from it, not itself.
EDITORIAL = ("pins", "exclusions", "featured", "link_first_mentions", "first_mentions", "labels", "topics", "links")
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COMMON = ("title", "slug", "language", "summary", "aliases", "sources", "images")


def for_readers(kind, version):
    """The content of a published version as JSON, without what only editors see, and labels of what its fields name."""
    data = kind.content.from_json(version.content, version.schema).to_json()
    shown = {name: value for name, value in data.items() if name not in EDITORIAL}
    named = set(keys_in(shown))
    shown["labels"] = {key: label for key, label in data["labels"].items() if key in named}
    for name, parts in shown.items():
        if is_parts(parts):
            shown[name] = [{field: value for field, value in part.items() if field != "topics"} for part in parts]
    return shown


def _is_key(value):
    return isinstance(value, str) and len(value) == 36 and KEY.fullmatch(value) is not None


def keys_in(value):
    """Keys of entries anywhere in content. A part's own key names no entry."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("key", "topics"):
                yield from keys_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)
    elif _is_key(value):
        yield value


def _named(value, reference):
    """The value with `reference(key)` in place of each key of an entry."""
    if isinstance(value, dict):
        return {name: inner if name == "key" else _named(inner, reference) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, reference) for inner in value]
    return reference(value) if _is_key(value) else value


def reference(request, entry, label=""):
    """How another entry is named: with an address where it has a page."""
    if entry is None or entry.withdrawn:
        return {"title": label or (entry.title if entry else "")}
    address = request.build_absolute_uri(entry.get_absolute_url().partition("?")[0])
    return {"id": str(entry.pk), "kind": entry.kind, "title": entry.title, "url": address}


def entry_data(request, read, context, table, citation):
    """The JSON of a ReadVersion. context: of its page, as of a day where it has one; table: its Table."""
    entry, live = read.entry, read.live
    content = for_readers(kinds.get(entry.kind), read.version)
    labels = content.pop("labels")
    keys = set(keys_in(content))
    found = {str(other.pk): other for other in PublicEntry.objects.filter(pk__in=keys).for_list()}
    around = context["around"]
    if "as_of" in context:
        carry(found.values(), context["as_of"])
    named = _named(
        {name: value for name, value in content.items() if name not in COMMON},
        lambda key: reference(request, found.get(key), labels.get(key, "")),
    )
    mentioned = [around.targets[key] for key in entry.page["mentions"] if key in around.targets]
    return {
        "id": str(entry.pk),
        "kind": entry.kind,
        "title": entry.title,
        "url": request.build_absolute_uri(live.get_absolute_url().partition("?")[0]),
        "version": entry.version,
        "version_url": citation.url,
        "live_version": live.version,
        "withdrawn": live.withdrawn,
        "language": entry.language,
        "summary": entry.summary,
        "aliases": content["aliases"],
        "topics": [
            {"name": topic.name, "url": request.build_absolute_uri(topic.get_absolute_url())} for topic in around.topics
        ],
        "first_published": entry.first_published_at.isoformat(),
        "published": read.version.published_at.isoformat(),
        "revised": entry.revised_at.isoformat(),
        "checked": entry.checked_on.isoformat() if entry.checked_on else None,
        "note": read.version.note,
        "licence": settings.CONTENT_LICENCE,
        "publication": citation.publication,
        "citation": {"apa": citing.apa(citation), "chicago": citing.chicago(citation)},
        "content": named,
        "links": [reference(request, target) for target in mentioned if not target.withdrawn],
        "sources": content["sources"],
        "table": {
            "title": table.title,
            "readme": table.readme,
            "columns": table.columns,
            "rows": table.records(),
        },
    }
