"""What cannot be right in the facts of the whole library, or has no source: what `manage.py check_facts` lists.

`checks.py` looks at one entry while somebody edits it; here entries are compared with each other too. Both use the rules of `order.py`.
"""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.dates import certainly_before
from publishing.models import Entry
from publishing.snapshots import content_of

from . import order
from .terms import OUTSIDE_ROLES, AgreementType, Role

ACTOR_FACTS = ("official_name", "founded", "dissolved", "seat")
SPELL_ACTS = ("signed", "ratified", "consent", "provisional", "in_force")
# Beyond what a form refuses: lawful in rare cases (a treaty may take effect backwards), and a slip in most.
AGREEMENT = [
    *order.AGREEMENT,
    ("signed", "in_force", gettext_lazy("It is in force before it was signed.")),
    ("adopted", "in_force", gettext_lazy("It is in force before it was adopted.")),
]
SPELL = [
    *order.SPELL,
    ("signed", "in_force", gettext_lazy("It is in force for a party before that signed.")),
    ("consent", "ended", gettext_lazy("A party left before it consented.")),
]


class Library:
    """The newest contents of all actors and agreements, read one by one."""

    def __init__(self):
        self.entries = (
            Entry.objects.filter(kind__in=("actor", "agreement"), trashed=None)
            .exclude(head=None)
            .order_by("kind", "slug")
        )
        self.titles, self.lives, self.constitutes = {}, {}, defaultdict(set)
        for entry, content in self._read("actor"):
            self.titles[str(entry.pk)] = content.title
            self.lives[str(entry.pk)] = (content.founded, content.dissolved)
            if content.constituent_agreement:
                self.constitutes[content.constituent_agreement].add(str(entry.pk))

    def _read(self, kind):
        for entry in self.entries.filter(kind=kind).select_related("head").iterator(chunk_size=200):
            yield entry, content_of(entry.head)

    def findings(self):
        """(Entry, sentence) for each finding, actors before agreements, in the order of their addresses."""
        for kind, check in (("actor", self._actor), ("agreement", self._agreement)):
            for entry, content in self._read(kind):
                for sentence in check(entry, content):
                    yield entry, sentence

    def _actor(self, entry, content):
        given = [name for name in ACTOR_FACTS if getattr(content, name)]
        if given and not content.facts_source:
            yield _("No source for: %(names)s.") % {"names": ", ".join(given)}
        yield from _unknown_sources(content)
        yield from (str(message) for _later, message in order.misplaced(content, order.ACTOR))
        for part in content.former_names:
            if not (part.source or content.facts_source):
                yield part.name + ": " + _("No source is named.")
            yield from (f"{part.name}: {message}" for _later, message in order.misplaced(part, order.NAME))

    def _agreement(self, entry, content):
        if any(getattr(content, name) for name in order.AGREEMENT_DATES) and not (
            content.facts_source or content.text_source
        ):
            yield _("No source for its dates.")
        yield from _unknown_sources(content)
        yield from (str(message) for _later, message in order.misplaced(content, AGREEMENT))
        if not content.participations:
            yield _("It names no parties.")
        # An export-control regime is no treaty, and its members are those of nothing else.
        has_members = any(spell.role == Role.MEMBER for spell in content.participations)
        if (
            has_members
            and content.agreement_type != AgreementType.EXPORT_CONTROL
            and str(entry.pk) not in self.constitutes
        ):
            yield _("It has members, and is the constituent agreement of no actor.")
        for spell in content.participations:
            name = spell.name_used or self.titles.get(spell.actor, spell.actor)
            for sentence in self._spell(content, spell):
                yield f"{name}: {sentence}"
        for statement in content.statements:
            for sentence in _statement(content, statement):
                yield f"{self.titles.get(statement.actor, statement.actor)}: {sentence}"

    def _spell(self, content, spell):
        if not spell.source:
            yield _("No source is named.")
        acted = any(getattr(spell, name) for name in SPELL_ACTS)
        if not acted and not spell.note and spell.role not in OUTSIDE_ROLES:
            yield _("No act, no “unknown” where it may have acted, and no note that says why.")
        yield from (str(message) for _later, message in order.misplaced(spell, SPELL))
        founded, dissolved = self.lives.get(spell.actor, ("", ""))
        for act in SPELL_ACTS:
            for text in spell.readings(act):
                if certainly_before(text, founded):
                    yield _("It acted (%(act)s) before it existed (%(founded)s).") % {"act": text, "founded": founded}
                if certainly_before(dissolved, text):
                    yield _("It acted (%(act)s) after it had ended (%(dissolved)s).") % {
                        "act": text,
                        "dissolved": dissolved,
                    }
        for text in spell.readings("in_force"):
            if not spell.provisional and certainly_before(text, _begun(content)):
                yield _("It is bound (%(day)s) before the agreement is in force (%(begun)s).") % {
                    "day": text,
                    "begun": _begun(content),
                }


def _statement(content, statement):
    if not statement.source:
        yield _("A statement has no source.")
    yield from (str(message) for _later, message in order.misplaced(statement, order.STATEMENT))
    first = content.adopted or content.opened or content.signed
    if certainly_before(statement.made, first):
        yield _("A statement was made (%(made)s) before there was a text (%(text)s).") % {
            "made": statement.made,
            "text": first,
        }
    own = [spell for spell in content.participations if spell.actor == statement.actor]
    if not own:
        yield _("It made a statement and takes no part.")
    elif all(certainly_before(spell.ended, statement.made) for spell in own):
        yield _("A statement was made (%(made)s) after its maker had left (%(ended)s).") % {
            "made": statement.made,
            "ended": own[-1].ended,
        }


def _begun(content):
    """The earlier of the days on which it was provisionally applied and entered into force; "" where a day is missing or disputed."""
    if content.disputed == "in_force":
        return ""
    return content.provisional or content.in_force


def _unknown_sources(content):
    for key in content.source_keys():
        if key not in content.sources:
            yield _("The source “%(key)s” does not exist.") % {"key": key}
