"""What somebody types into an entry's form and has not saved, and who has the form open.

One row per person and entry, overwritten in place. It is not history: no snapshot is taken of it, nothing public comes from it, and it goes with
the save that it became, when its writer discards it, or with time.
"""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from .models import Entry

KEPT_FOR = timedelta(days=30)
PRESENT_FOR = timedelta(minutes=10)  # without a word from the form; a form that is left says so
MOST_CHARACTERS = 4_000_000  # of the fields as JSON; an agreement with 200 parties takes some 200,000
WRITING = re.compile(r"[0-9a-f]{16}")
# Of a posted form, what says who posts it, not what was typed.
ASIDE = ("csrfmiddlewaretoken", "writing", "opened_by")
POPUP = ("_popup", "_to_field")  # all other names with an underscore in front are buttons

_signer = Signer(salt="publishing.buffers.opened_by")


class FormBuffer(models.Model):
    """A person at an entry's form. `typed_at` is None where nothing typed is unsaved; `writing` names the opening of the form that typed it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    entry = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="+")  # None: being added
    writing = models.CharField(max_length=16, blank=True)
    fields = models.TextField(blank=True)  # JSON: [[name, value], …] as a browser posts them
    typed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # None: the form was left

    class Meta:
        default_permissions = ()  # who may change an entry may type
        constraints = [
            models.UniqueConstraint(fields=["user", "entry"], name="form_is_buffered_once_per_person_and_entry"),
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(entry=None), name="new_form_is_buffered_once_per_person_and_kind"
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.entry or self.kind}"

    def pairs(self):
        """The typed fields as [[name, value], …]."""
        return json.loads(self.fields)

    def posted(self):
        """The typed fields as a QueryDict."""
        return query(self.pairs())


# --- Fields as text ----------------------------------------------------------------------------------------------------------


class Unreadable(ValueError):
    """The fields are no form, or too large a one. The message is for people."""


def typed_fields(posted):
    """[[name, value], …] of a posted form: all that was typed, without buttons and tokens."""
    names = [name for name in posted if name not in ASIDE and (not name.startswith("_") or name in POPUP)]
    return [[name, value] for name in names for value in posted.getlist(name)]


def query(fields):
    """A QueryDict of [[name, value], …]."""
    posted = QueryDict(mutable=True)
    for name, value in fields:
        posted.appendlist(name, value)
    return posted


def pack(fields):
    """[[name, value], …] as text. Raises Unreadable where it is too long."""
    # Half a character, which a script can send, is none to a database.
    text = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace").decode()
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(_("The form holds too much to be kept unsaved."))
    return text


def unpack(text):
    """[[name, value], …] from text that a browser sent. Raises Unreadable."""
    try:
        fields = json.loads(text if len(text) <= MOST_CHARACTERS else "")
    except (ValueError, RecursionError):
        raise Unreadable(_("What was sent is no form, or too large a one.")) from None
    pairs = isinstance(fields, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in fields)
    if not pairs or len(fields) > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise Unreadable(_("What was sent is no form, or too large a one."))
    if not all(isinstance(text, str) for pair in fields for text in pair):
        raise Unreadable(_("What was sent is no form, or too large a one."))
    return fields


def signed(user):
    """A word by which a form says who opened it, and which nobody else can make."""
    return _signer.sign(str(user.pk))


def opener(posted):
    """The key, as text, of the user who opened the posted form; "" where the form does not say or was not made here."""
    try:
        return _signer.unsign(posted.get("opened_by", ""))
    except BadSignature:
        return ""


def writing_of(posted):
    """The name of the writing that a form belongs to, or a new one."""
    name = posted.get("writing", "")
    return name if WRITING.fullmatch(name) else secrets.token_hex(8)


# --- Rows --------------------------------------------------------------------------------------------------------------------


def _rows(user, kind, entry):
    return FormBuffer.objects.filter(user=user, kind=kind, entry=entry and entry.pk)


def buffered(user, kind, entry):
    """What the person typed and did not save, as a FormBuffer; None where there is nothing."""
    return _rows(user, kind, entry).exclude(typed_at=None).first()


def keep(user, kind, entry, writing, fields=None, now=None):
    """Note that the person is at the form and, given fields, what stands in it. entry: None for one being added.

    Returns whether the fields were kept: those of another writing that was neither taken up nor discarded stay, and what was
    saved or discarded does not come back.
    """
    now = now or timezone.now()
    row, _made = FormBuffer.objects.get_or_create(user=user, kind=kind, entry_id=entry and entry.pk)
    rows = FormBuffer.objects.filter(pk=row.pk)
    rows.update(seen_at=now)
    if fields is None:
        return False
    own = Q(typed_at=None) & ~Q(writing=writing) | Q(typed_at__isnull=False, writing=writing)
    return rows.filter(own).update(fields=pack(fields), typed_at=now, writing=writing) > 0


def leave(user, kind, entry):
    """Note that the person left the form."""
    _rows(user, kind, entry).update(seen_at=None)


def undo(user, kind, entry, writing):
    """Note that the form is again as it was opened."""
    _rows(user, kind, entry).filter(writing=writing).update(fields="", typed_at=None, writing="")


def discard(user, kind, entry):
    """Give up what the person typed. The row keeps the name of the writing, so that no copy of it comes back."""
    _rows(user, kind, entry).update(fields="", typed_at=None)


def settle(user, kind, entry, writing):
    """Note that a writing was saved: what was kept of it goes, and what was kept of another stays."""
    if WRITING.fullmatch(writing):
        row, _made = FormBuffer.objects.get_or_create(user=user, kind=kind, entry_id=entry and entry.pk)
        saved = FormBuffer.objects.filter(Q(typed_at=None) | Q(writing=writing), pk=row.pk)
        saved.update(fields="", typed_at=None, writing=writing)


def drop_expired(now):
    """Delete what nobody came back for. Returns how many rows."""
    stale = Q(typed_at__lt=now - KEPT_FOR) | Q(typed_at=None) & (Q(seen_at=None) | Q(seen_at__lt=now - PRESENT_FOR))
    return FormBuffer.objects.filter(stale).delete()[0]


# --- Who is here -------------------------------------------------------------------------------------------------------------


def name_of(user):
    return user.get_full_name() or user.get_username()


@dataclass(frozen=True)
class Company:
    """Who has an entry's form open. mine: my own FormBuffer with something unsaved, or None; others: sentences."""

    mine: FormBuffer | None
    others: list


def company(user, kind, entry, now=None):
    """The Company of a person at a form, in one query."""
    now = now or timezone.now()
    rows = FormBuffer.objects.filter(kind=kind, entry=entry and entry.pk).select_related("user").defer("fields")
    if entry is None:
        rows = rows.filter(user=user)
    rows = list(rows.order_by("-seen_at", "pk"))
    mine = next((row for row in rows if row.user_id == user.pk and row.typed_at), None)
    here = [row for row in rows if row.user_id != user.pk and row.seen_at and row.seen_at > now - PRESENT_FOR]
    return Company(mine, [_presence(row, now) for row in here])


def _presence(row, now):
    if now - row.seen_at < timedelta(minutes=1):
        return _("%(who)s has this open, and was active just now.") % {"who": name_of(row.user)}
    since = timesince(row.seen_at, now, depth=1)
    return _("%(who)s has this open, last active %(since)s ago.") % {"who": name_of(row.user), "since": since}


def saved_meanwhile(row, base):
    """A sentence on who saved the entry since the form was opened on a snapshot; "" where nobody did. base: its number as text."""
    if row is None or row.head is None or base == str(row.head.number):
        return ""
    author = row.head.author
    return _("%(who)s saved this entry at %(when)s (snapshot %(number)d). Your save will be joined with that one.") % {
        "who": name_of(author) if author else _("Somebody"),
        "when": timezone.localtime(row.head.created_at).strftime("%H:%M"),
        "number": row.head.number,
    }
