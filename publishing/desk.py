"""Reading and writing the working rows that every kind has. Each kind's own desk module adds its fields and parts."""

from django.utils.translation import gettext as _

from . import kinds
from .content import ImageContent, SourceContent
from .first_mentions import phrases
from .images import Image
from .models import Entry, EntryAlias, Source
from .names import normalise, spelt, uncased
from .text import SEVERAL, linked_names

IMAGE_FIELDS = ("digest", "width", "height", "credit", "licence", "licence_terms", "source_url")
PHRASES_AT_A_TIME = 5000  # within what any database takes in one query
ENTRY_FIELDS = ("title", "slug", "language", "summary", "featured")


def plain_fields(row, names):
    """{name: value} of a row's own columns; a foreign key gives its key as text or ""."""
    values = {}
    for name in names:
        if row._meta.get_field(name).is_relation:
            key = getattr(row, f"{name}_id")
            values[name] = str(key) if key else ""
        else:
            values[name] = getattr(row, name)
    return values


def resolve_names(names):
    """{name: key as text} for the names that mean an entry, by title first, then by alias; SEVERAL for those that mean more than one.

    An entry in the trash is meant where no other one is, so that links to it work again once it is back.
    """
    wanted = {name: normalise(name) for name in names}
    if not wanted:
        return {}
    titles = Entry.objects.filter(normalised_title__in=wanted.values(), trashed__purged_at=None)
    aliases = EntryAlias.objects.filter(normalised__in=wanted.values())
    by_title, by_alias, trashed = {}, {}, {}
    for found, rows in (
        (by_title, titles.values_list("pk", "normalised_title", "trashed")),
        (by_alias, aliases.values_list("entry_id", "normalised", "entry__trashed")),
    ):
        for key, plain, in_trash in rows:
            (trashed if in_trash else found).setdefault(plain, set()).add(str(key))
    meant = {name: by_title.get(plain) or by_alias.get(plain) or trashed.get(plain) for name, plain in wanted.items()}
    return {name: next(iter(keys)) if len(keys) == 1 else SEVERAL for name, keys in meant.items() if keys}


def resolve_mentions(texts):
    """{name as it stands in the texts: key} of the entries that texts may link to by themselves; SEVERAL for a name of more than one.

    Two queries for every five thousand phrases of the texts, however many names there are.
    """
    wanted = {phrase: uncased(phrase) for phrase in phrases(texts)}
    bearers, spellings = {}, {}
    for batch in batched(dict.fromkeys(wanted.values()), PHRASES_AT_A_TIME):
        titles = Entry.objects.filter(normalised_title__in=batch, trashed=None).values_list(
            "pk", "kind", "title", "normalised_title"
        )
        aliases = EntryAlias.objects.filter(normalised__in=batch, entry__trashed=None)
        for key, kind, name, plain in [*titles, *aliases.values_list("entry", "entry__kind", "name", "normalised")]:
            bearers.setdefault(plain, {})[str(key)] = kind
            spellings.setdefault(plain, set()).add(spelt(name))
    return {
        phrase: next(iter(bearers[plain])) if len(bearers[plain]) == 1 else SEVERAL
        for phrase, plain in wanted.items()
        if phrase in spellings.get(plain, ()) and any(kinds.get(kind).links_itself for kind in bearers[plain].values())
    }


def batched(items, size):
    """The items in lists of at most this size."""
    items = list(items)
    return [items[start : start + size] for start in range(0, len(items), size)]


def finish(content, labelled=()):
    """Add what follows from the texts: sources, links, images and labels. labelled: rows whose names the snapshot should keep."""
    names = [name for text in content.prose() for name in linked_names(text)]
    content.links = resolve_names(dict.fromkeys(names))
    content.first_mentions = resolve_mentions(content.prose()) if content.link_first_mentions else {}
    keys = content.source_keys()
    sources = {source.key: source for source in Source.objects.filter(key__in=keys)}
    content.sources = {
        key: SourceContent(
            **{
                name: getattr(sources[key], name)
                for name in ("title", "author", "publisher", "date", "url", "archive_url", "kind")
            }
        )
        for key in sorted(sources)
    }
    content.images = _images(content.image_keys())
    content.labels = {str(row.pk): str(row) for row in labelled if row is not None}
    return content


def _images(keys):
    """{key: ImageContent} of the images with these keys, as they now are."""
    found = Image.objects.filter(key__in=keys).order_by("key") if keys else []
    return {image.key: ImageContent(**{name: getattr(image, name) for name in IMAGE_FIELDS}) for image in found}


def write_entry(row, content, losses):
    """Write the common fields of a content onto a working row. An address that another entry has is named and left as it is."""
    for name in ENTRY_FIELDS:
        if name != "slug":
            setattr(row, name, getattr(content, name))
    if Entry.objects.filter(kind=row.KIND, slug=content.slug).exclude(pk=row.pk).exists():
        losses.append(
            _("The address “%(slug)s” now belongs to another entry; the present one stays.") % {"slug": content.slug}
        )
    else:
        row.slug = content.slug


def write_aliases(row, names):
    """Replace the entry's aliases; names that compare equal count once."""
    unique = {normalise(name): name.strip() for name in reversed(names) if normalise(name)}
    ordered = [unique[plain] for plain in dict.fromkeys(normalise(name) for name in names) if plain in unique]
    if ordered == list(row.aliases.order_by("position").values_list("name", flat=True)):
        return
    row.aliases.all().delete()
    EntryAlias.objects.bulk_create(
        [
            EntryAlias(entry_id=row.pk, position=place, name=name, normalised=normalise(name))
            for place, name in enumerate(ordered)
        ]
    )


def existing(model, keys, labels, losses):
    """The rows of a model with these keys, in their order; a missing one is named in losses."""
    rows = model.objects.filter(pk__in=[key for key in keys if key])
    if issubclass(model, Entry):
        rows = rows.filter(trashed__purged_at=None)  # of a purged one only the identity is left
    found = {str(row.pk): row for row in rows}
    for key in keys:
        if key and key not in found:
            losses.append(_("“%(name)s” no longer exists and was left out.") % {"name": labels.get(key, key)})
    return [found[key] for key in keys if key in found]


def missing_source(key):
    """A sentence that names a source which is gone."""
    return _("The source “%(key)s” no longer exists.") % {"key": key}


def changed_images(was, became):
    """Sentences that name the images of a content (JSON) which are gone, or have another file now."""
    then, now = was.get("images", {}), became.get("images", {})
    gone = [_("The image “%(key)s” no longer exists.") % {"key": key} for key in sorted(then) if key not in now]
    replaced = [key for key in sorted(then) if key in now and then[key]["digest"] != now[key]["digest"]]
    return gone + [
        _("The image “%(key)s” has another file now, which is shown here.") % {"key": key} for key in replaced
    ]


def write_parts(parent, related_name, parts, build):
    """Make the parent's parts what the content says, keeping their keys. build(part) -> {column: value}, or None to leave it out."""
    manager = getattr(parent, related_name)
    present = {str(row.pk): row for row in manager.all()}
    fresh = []
    for part in parts:
        values = build(part)
        if values is None:
            continue
        row = present.pop(part.key, None) or manager.model(pk=part.key, **{manager.field.name: parent})
        for name, value in {**values, "position": part.position}.items():
            setattr(row, name, value)
        if row._state.adding:
            fresh.append(row)
        else:
            row.save()
    manager.model.objects.bulk_create(fresh)
    manager.filter(pk__in=list(present)).delete()
