"""What happened to an agreement and its parties, day by day: the acts of its facts box and its table, in order of time."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from publishing.dates import UNKNOWN, bounds

from . import terms


@dataclass
class Event:
    """date: a date text; names: whom it concerns, none where it is the agreement itself; means: by what means they acted, in words;
    is_coming: whether it lies after the day."""

    date: str
    label: str
    names: list
    means: str = ""
    is_disputed: bool = False
    is_coming: bool = False

    @property
    def written_names(self):
        return ", ".join(self.names)


def _acts():
    """[(act, what the history says where the agreement itself did it, what it says before the parties that did)], as acts follow each other."""
    return [
        ("adopted", _("Adopted"), ""),
        ("opened", _("Opened for signature"), ""),
        ("signed", _("Signed"), _("Signed by")),
        ("ratified", "", _("Ratified at home by")),
        ("consent", "", _("Consent to be bound by")),
        ("provisional", _("The agreement is provisionally applied"), _("Provisionally applied by")),
        ("in_force", _("The agreement enters into force"), _("In force for")),
        ("suspended", _("The agreement is suspended"), _("Suspended for")),
        ("suspension_ended", _("The agreement’s suspension ends"), _("Suspension ends for")),
        ("notice", "", _("Notice of withdrawal by")),
        ("ended", "", _("Ends for")),
        ("terminated", _("The agreement ends"), ""),
    ]


MEANS = {"consent": ("consent_means", terms.ConsentMeans), "ended": ("ended_means", terms.EndMeans)}


def _of_statements(statements):
    """{(date, place, kind, False): Event} of statements and their withdrawals; those of one kind on one day share an event."""
    found = {}
    labels = {
        terms.StatementKind.RESERVATION: (_("Reservation by"), _("Reservation withdrawn by")),
        terms.StatementKind.DECLARATION: (_("Declaration by"), _("Declaration withdrawn by")),
        terms.StatementKind.UNDERSTANDING: (_("Understanding by"), _("Understanding withdrawn by")),
        terms.StatementKind.OBJECTION: (_("Objection by"), _("Objection withdrawn by")),
    }
    for statement in statements:
        kind = statement.part["kind"]
        for place, text, label in zip(
            (100, 101), (statement.part["made"], statement.withdrawn), labels[kind], strict=True
        ):
            if text:
                event = found.setdefault((text, place, kind, False), Event(text, label, []))
                if statement.name not in event.names:
                    event.names.append(statement.name)
    return found


def _means(part, act):
    """By what means a party acted, in words; "" where the act has none."""
    name, choices = MEANS.get(act, ("", None))
    return str(terms.word(choices, part.get(name, ""))) if name else ""


def _of_parties(act, label, place, parties):
    """{(date, place, means, whether disputed): Event} of one act of the parties."""
    found = {}
    for party in parties:
        if not party.part.get(act):
            continue
        means, is_disputed = _means(party.part, act), party.part.get("disputed") == act
        key = (party.part[act], place, means, is_disputed)
        event = found.setdefault(key, Event(key[0], label, [], means, is_disputed))
        if party.name not in event.names:
            event.names.append(party.name)
    return found


def events_of(facts, parties, statements, on, *, newest_first=False):
    """[Event] in order of time, those of an unknown day last; parties that did the same on the same day share one.

    facts: the values of the facts box, parties: the rows of the table (pages.Party), statements: statements.ShownStatements, all as the page shows them
    on the day `on`.
    """
    found = {}
    for place, (act, of_agreement, of_party) in enumerate(_acts()):
        theirs = _of_parties(act, of_party, 2 * place + 1, parties) if of_party else {}
        text = facts.get(act, "") if of_agreement else ""
        is_told = act == "signed" and any(key[0] == text for key in theirs)  # the signatures themselves say it
        if text and not is_told:
            found[text, 2 * place, "", False] = Event(text, of_agreement, [], "", facts.get("disputed") == act)
        found |= theirs
    found |= _of_statements(statements)
    dated = [found[key] for key in sorted(found) if key[0] != UNKNOWN]
    for event in dated:
        event.is_coming = bounds(event.date)[0] > on
    undated = [found[key] for key in sorted(found) if key[0] == UNKNOWN]
    return (dated[::-1] if newest_first else dated) + undated
