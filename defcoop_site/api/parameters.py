"""What the API can be asked with: types of parameters that check themselves and describe themselves."""

import re
from typing import Annotated, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field

from actors.as_of import AsOf, read_day, today

MOST = 100
LONGEST_SLUG = 100
SLUG = re.compile(r"[-a-zA-Z0-9_]+")


def optional(kind, description, check=None, **schema):
    """The type of a parameter that may be left out; then it is None. check(value) -> value, ValueError with the reason; schema: more of JSON Schema."""

    def describe(found):
        found.pop("default", None)
        found.update(schema)

    return Annotated[
        (kind, Field(description=description, json_schema_extra=describe), *([AfterValidator(check)] if check else []))
    ]


def choice(enumeration, description, more=()):
    """One of the words of a TextChoices."""
    return optional(Literal[(*enumeration.values, *more)], description)


def _slug(text):
    if not SLUG.fullmatch(text) or len(text) > LONGEST_SLUG:
        raise ValueError(_("This is no last part of an address."))
    return text


def slug(description, example):
    return optional(str, description, _slug, pattern=f"^{SLUG.pattern}$", maxLength=LONGEST_SLUG, example=example)


def _day(text):
    if not text:
        raise ValueError(_("Name a day: 1949, 1949-04 or 1949-04-04."))
    read_day(text, timezone.localdate())
    return text


On = optional(
    str,
    "As of this day, in the past: 1990, 1990-10 or 1990-10-03; of a month or year its last day. What came later is left out. Without it, today.",
    _day,
    format="edtf",
    example="1990-10-03",
)


class WithDay(Schema):
    on: On = None

    def when(self):
        """The AsOf that is asked for."""
        return AsOf(read_day(self.on, timezone.localdate()), self.on) if self.on else today()


class Paging(Schema):
    limit: int = Field(50, ge=1, le=MOST, description="The most results in one answer.")
    cursor: optional(
        str, "Where to go on: from “next” of the answer before. Empty: at the beginning.", format="cursor"
    ) = None


def fields_of(item):
    """The parameter by which less of a Schema is asked for."""
    names = list(item.model_fields)

    def check(text):
        unknown = [name for name in text.split(",") if name not in names]
        if unknown:
            known = {"name": unknown[0][:50], "names": ", ".join(names)}
            raise ValueError(_("There is no field “%(name)s”. There are: %(names)s.") % known)
        return text

    one = f"({'|'.join(names)})"
    description = f"Only these, with commas between them: {', '.join(names)}."
    return optional(str, description, check, pattern=f"^{one}(,{one})*$", example=",".join(names[:3]))


def only(data, fields):
    """A mapping with the asked fields alone; all where `fields` is None."""
    if fields is None:
        return data
    return {name: data[name] for name in dict.fromkeys(fields.split(","))}
