"""What an editor is told when somebody else changed the same field meanwhile."""

from django.utils.translation import gettext as _

from .snapshots import content_of


def in_words(value, labels):
    """A field's value as an editor knows it: keys by their names, lists with commas."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(item, item)) for item in values)


def conflict_message(path, head, mine):
    """(form field or None, message) that tells the editor what somebody else made of the same field."""
    content = content_of(head).to_json()
    theirs = content.get(path[0])
    where = path[0]
    if len(path) == 3:
        part = next((part for part in content.get(path[0], []) if part["key"] == path[1]), None)
        own = next((part for part in mine.get(path[0], []) if part["key"] == path[1]), None)
        named = part or own or {}
        theirs = part[path[2]] if part else _("removed")
        where = f"{path[0]}, {named.get('title') or named.get('article') or named.get('name_used') or named.get('position')}, {path[2]}"
    message = _(
        "%(who)s changed “%(where)s” meanwhile, to: “%(theirs)s”. Save again to keep yours, or copy theirs."
    ) % {
        "who": head.author or _("Somebody"),
        "where": where.replace("_", " "),
        "theirs": in_words(theirs, content["labels"])[:1000],
    }
    return (path[0] if len(path) == 1 else None), message
