"""Restricted drafts: for whoever is neither named nor may see all of them, the draft is nowhere on the desk (docs/decisions/0027)."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from .audit import AuditEvent, record
from .models import Entry


class RestrictionError(Exception):
    """Refused; the message says what to do."""


class Restriction(models.Model):
    """That only some people see an entry's draft. Purging the entry leaves it: its title is still theirs."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="restriction")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        default_permissions = ()  # who may change an entry, and see it, may restrict it

    def __str__(self):
        return f"{self.entry}: {self.named}"

    @property
    def named(self):
        """Who sees the draft, beside those who see all of them."""
        return ", ".join(sorted(map(str, self.people.all())))


def _names(content):
    return content["title"], content["aliases"]


@transaction.atomic
def restrict(entry, people, by):
    """Show an entry's draft to these people alone, to `by` and to whoever changed it last; or change who sees it.

    Raises RestrictionError where the draft gives a published page another name: others find the page by its names, on the desk too.
    """
    entry = Entry.objects.locked().select_related("head__author", "live").get(pk=entry.pk)
    if entry.live and _names(entry.head.content) != _names(entry.live.content):
        said = _("Readers know this as “%(title)s”, and the draft changes its title or aliases. Publish that first.")
        raise RestrictionError(said % {"title": entry.live.content["title"]})
    restriction, is_new = Restriction.objects.get_or_create(entry=entry)
    was = "" if is_new else restriction.named
    restriction.people.set({*people, by, entry.head.author} - {None})
    if was != restriction.named:
        record(AuditEvent.Action.RESTRICT, by, entry, was=was, became=restriction.named)
    return restriction


@transaction.atomic
def lift(entry, by=None):
    """Let everybody on the desk see the draft again. entry: locked by the caller, or this and a publication would wait for each other."""
    restriction = Restriction.objects.select_for_update().filter(entry=entry.pk).first()
    if restriction:
        record(AuditEvent.Action.LIFT, by, entry, was=restriction.named)
        restriction.delete()


def keeps_names(entry):
    """Whether an entry's title and aliases stay what readers know, as its draft is restricted."""
    return entry.live_id is not None and Restriction.objects.filter(entry=entry.pk).exists()


def hides_other_names(snapshot, entry):
    """Whether publishing a snapshot would give readers a page whose restricted draft has other names by now."""
    if snapshot.pk == entry.head_id or not Restriction.objects.filter(entry=entry.pk).exists():
        return False
    return _names(snapshot.content) != _names(entry.head.content)


def is_hidden(user, key="pk"):
    """The expression whether the draft of the entry with this key, a column of the query, is hidden from a person."""
    return Exists(Entry.objects.hidden_from(user).filter(pk=OuterRef(key)))


def those_who_may_see(entry, people):
    """The people, without those from whom the entry's draft is hidden."""
    if not Restriction.objects.filter(entry=entry.pk).exists():
        return set(people)
    mine = Entry.objects.filter(pk=entry.pk)
    return {person for person in people if person and mine.visible_to(person).exists()}
