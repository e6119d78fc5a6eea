"""What keeps a content from being published for the sake of its images, and where each is mended."""

from dataclasses import dataclass, fields, is_dataclass

from django.utils.translation import gettext as _

from .figures import has_licence
from .text import image_uses


@dataclass(frozen=True)
class Fault:
    """path: (field,) or (list of parts, part's key, field), as in `content.merge`; anchor: id of the form's field with the text, as id_introduction or id_sections-2-body; image: key of the image whose own form
    mends it, or ""."""

    message: str
    path: tuple
    anchor: str
    image: str = ""


def faults(content):
    """The Faults of a content (a dataclass of content.py), in reading order."""
    found = []
    for path, anchor, heading, text in _places(content):
        uses, strays = image_uses(text)
        found += [Fault(_in(heading, _stray(key)), path, anchor) for key in strays]
        for use in uses:
            image = content.images.get(use.key)
            message = _wrong_with(use, image)
            if message:
                found.append(Fault(_in(heading, message), path, anchor))
            elif not image.credit.strip() or not has_licence(image):
                message = _("The image “%(key)s” needs a credit and a licence.") % {"key": use.key}
                found.append(Fault(_in(heading, message), path, anchor, use.key))
    return found


def _wrong_with(use, image):
    if image is None:
        return _("There is no image “%(key)s”. Upload it, or correct its key.") % {"key": use.key}
    if not use.alternative:
        return _(
            "The image “%(key)s” has no alternative text. Say between the square brackets what it shows, or write “decorative” there."
        ) % {"key": use.key}
    return ""


def _stray(key):
    return _('The image “%(key)s” must stand on a line of its own, as ![What it shows](image:%(key)s "Caption").') % {
        "key": key
    }


def _in(heading, message):
    return f"{heading}: {message}" if heading else message


def _places(content):
    """[(path, anchor of the form's field, heading of the part or "", Markdown)] of the texts with images."""
    wanted = {text for text in content.prose() if "(image:" in text}
    found = []
    for column in fields(content):
        value = getattr(content, column.name)
        if isinstance(value, str) and value in wanted:
            found.append(((column.name,), f"id_{column.name}", "", value))
        elif isinstance(value, list):
            for number, part in enumerate(value):
                for name, text in vars(part).items() if is_dataclass(part) else ():
                    if isinstance(text, str) and text in wanted:
                        place = f"id_{column.name}-{number}-{name}"
                        found.append(((column.name, part.key, name), place, getattr(part, "title", ""), text))
    return found
