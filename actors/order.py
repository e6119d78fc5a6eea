"""Which dates cannot come before which: (earlier field, later field, what to say where the later one comes first)."""

from django.utils.translation import gettext_lazy as _

from publishing.dates import certainly_before

# Of an agreement itself, in the order in which they come.
AGREEMENT_DATES = (
    "adopted",
    "opened",
    "signed",
    "provisional",
    "in_force",
    "suspended",
    "suspension_ended",
    "terminated",
)
ACTOR = [("founded", "dissolved", _("An actor cannot be dissolved before it was founded."))]
AGREEMENT = [
    ("signed", "terminated", _("An agreement cannot end before it was signed.")),
    ("in_force", "terminated", _("An agreement cannot end before it entered into force.")),
    ("suspended", "suspension_ended", _("A suspension cannot end before it begins.")),
]
SPELL = [
    ("in_force", "ended", _("A spell cannot end before it begins.")),
    ("signed", "ended", _("A spell cannot end before the signature.")),
    ("signed", "consent", _("Consent to be bound cannot come before the signature.")),
    ("suspended", "suspension_ended", _("A suspension cannot end before it begins.")),
    ("notice", "ended", _("A withdrawal cannot take effect before its notice.")),
]
NAME = [("since", "until", _("A name cannot end before it begins."))]
STATEMENT = [("made", "withdrawn", _("A statement cannot be withdrawn before it was made."))]


def misplaced(dated, rules):
    """[(later field, message)] of the rules that a row or a content certainly breaks. A date that is none breaks no rule here."""
    found = []
    for earlier, later, message in rules:
        try:
            wrong = certainly_before(getattr(dated, later), getattr(dated, earlier))
        except ValueError:
            continue  # the field's own validator names what is wrong with it
        if wrong:
            found.append((later, message))
    return found
