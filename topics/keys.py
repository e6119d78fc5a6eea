"""The keys of topics in stored contents: where they stand, and what they mean since topics were merged (docs/decisions/0010)."""

from publishing.content import is_parts

from .vocabulary import MergedTopic


def places(data):
    """(key of the part, or "" for the entry itself; its keys of topics) for every place of a content, as JSON, that carries topics."""
    yield "", data.get("topics", [])
    for parts in data.values():
        if is_parts(parts):
            yield from ((part["key"], part["topics"]) for part in parts if "topics" in part)


def changed(data, change):
    """The JSON with change(place, keys) -> keys applied to every place; what it changes comes back in order, each key once."""

    def of(place, holder):
        keys = change(place, holder["topics"]) if "topics" in holder else None
        return holder if keys is None or keys == holder["topics"] else {**holder, "topics": sorted(set(keys))}

    whole = {
        name: [of(part["key"], part) for part in value] if is_parts(value) else value for name, value in data.items()
    }
    return of("", whole)


def up_to_date(data):
    """The JSON of a stored content with each merged topic's key replaced by its successor's. At most one query."""
    keys = {key for _place, topics in places(data) for key in topics}
    merged = MergedTopic.objects.filter(pk__in=keys).values_list("key", "topic_id") if keys else []
    successors = {str(key): str(topic) for key, topic in merged}
    if not successors:
        return data
    current = changed(data, lambda _place, topics: [successors.get(key, key) for key in topics])
    labels = data.get("labels", {})
    # What the key was called then, so that a comparison can name it.
    names = {new: labels[old] for old, new in sorted(successors.items()) if old in labels}
    return {**current, "labels": {**names, **labels}}
