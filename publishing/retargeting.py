"""Leading other entries' links elsewhere when a page is taken away: in their drafts, never behind an editor's back."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import kinds
from .content import is_parts
from .desk import resolve_names
from .languages import for_the_record
from .models import Entry
from .publication import PublicationError, publish, unpublish
from .rows import lock_entries, working_row
from .scheduling import cancel
from .snapshots import take_snapshot
from .text import PARSER, Notes

# As text.WIKI_LINK, but with the bar as it is written: in a table it is \|, or it would end the cell.
LINK = re.compile(r"\[\[([^\[\]|\n]{1,200}?)(?:(\\?\|)([^\[\]\n]{1,200}))?\]\]")


@dataclass(frozen=True)
class Retargeted:
    """What became of one linking entry: published at once, or else why it is not."""

    title: str
    published: bool = False
    reason: str = ""


def _places_of_links(markdown):
    """{n: whether it stands in a table} for the n-th [[...]] of a text, where it is a link and not code or escaped."""
    numbers = iter(range(len(markdown)))
    probed = LINK.sub(lambda match: f"[[qz{next(numbers)}{match[2] or ''}{match[3] or ''}]]", markdown)
    places, in_table = {}, False
    for token in PARSER.parse(probed, {"links": {}, "notes": Notes({})}):
        if token.type in ("table_open", "table_close"):
            in_table = token.type == "table_open"
        for child in token.children or ():
            probe = re.fullmatch(r"qz(\d+)", child.meta.get("name", ""))
            if probe:
                places[int(probe[1])] = in_table
    return places


def relink(markdown, names, target):
    """The text with its links to any of these names leading to the target's name, under the words that they showed."""
    places, numbers = _places_of_links(markdown), iter(range(len(markdown)))

    def changed(match):
        number = next(numbers)
        if number not in places or match[1].strip() not in names:
            return match[0]
        bar = match[2] or (r"\|" if places[number] else "|")
        return f"[[{target}{bar}{match[3] or match[1]}]]"

    return LINK.sub(changed, markdown)


def name_of(target):
    """A name that leads to an entry from a text. Raises PublicationError where it has none of its own."""
    names = [target.title, *target.aliases.order_by("position").values_list("name", flat=True)]
    usable = [name for name in names if not re.search(r"[\[\]|\\\n]", name)]
    meant = resolve_names(usable)
    for name in usable:
        if meant.get(name) == str(target.pk):
            return name
    raise PublicationError(
        _("No name leads to “%(title)s” alone, so links cannot be led there. Give it an alias first.")
        % {"title": target.title}
    )


def _relinked(content, gone, target, name):
    """The JSON of a content with its links and pins to `gone` (a key as text) leading to the target."""
    names = {link for link, key in content.links.items() if key == gone}
    texts = {text for text in content.prose() if "[[" in text}
    data = content.to_json()

    def changed(value):
        return relink(value, names, name) if isinstance(value, str) and value in texts else value

    for field, value in data.items():
        if is_parts(value):
            data[field] = [{key: changed(item) for key, item in part.items()} for part in value]
        else:
            data[field] = changed(value)
    data["pins"] = list(dict.fromkeys(target if key == gone else key for key in content.pins))
    return data


def _retarget(entry, gone, target, name, by, publish_at_once):
    """Lead one entry's links elsewhere, as a new snapshot. entry: locked."""
    row, kind = working_row(entry), kinds.get(entry.kind)
    had_changes = entry.head_id != entry.live_id or entry.state != Entry.State.LIVE
    content = kind.desk.from_rows(row)
    data = _relinked(content, str(gone.pk), str(target.pk), name)
    if data == content.to_json():
        return Retargeted(entry.title, reason=_("its draft no longer leads here by a link or a pin"))
    losses = kind.desk.to_rows(row, kind.content.from_json(data))
    if losses:
        raise PublicationError(f"{entry.title}: {' '.join(losses)}")
    summary = for_the_record(gettext_lazy("Links to “%(old)s” now lead to “%(new)s”"), old=gone.title, new=target.title)
    snapshot = take_snapshot(working_row(entry), by, summary[:200])
    if not publish_at_once:
        return Retargeted(entry.title, reason=_("a draft"))
    if had_changes:
        return Retargeted(entry.title, reason=_("a draft, as it had other unpublished changes"))
    try:
        publish(snapshot, by, minor=True)
    except PublicationError as error:
        return Retargeted(entry.title, reason=_("a draft: %(reason)s") % {"reason": error})
    return Retargeted(entry.title, published=True)


@transaction.atomic
def take_away(entry, outcome, target=None, by=None, linking=(), publish_at_once=False):
    """Unpublish an entry and lead the links of others to the target, all or nothing.

    linking: keys of the entries whose links to lead elsewhere; publish_at_once: publish them as minor changes where they had no other.
    Returns [Retargeted]. Raises PublicationError as unpublish() does, and where links have no target.
    """
    entries = lock_entries([entry.pk, *linking])
    report = []
    if linking:
        if target is None or target.pk == entry.pk:
            raise PublicationError(_("Choose the entry to which the links should lead."))
        name = name_of(target)
        others = [entries[key] for key in linking if key not in (entry.pk, target.pk)]
        report = [_retarget(other, entry, target, name, by, publish_at_once) for other in others]
    unpublish(entry, outcome, target if outcome == Entry.State.REDIRECTED else None, by)
    cancel(entry)  # what was planned for the page before; it would bring the page back
    return report
