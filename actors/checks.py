"""What is missing or weak in actors and agreements, beside what publishing finds in every entry."""

from django.utils.translation import gettext_lazy as _

from publishing.checks import Finding, is_unsourced

from . import order
from .terms import StatementKind

# Fields without which an actor, an agreement or a part of one says too little to be published, with what to say.
ACTOR = {"actor_kind": _("Choose its kind."), "region": _("Choose its region.")}
FORMER_NAME = {"name": _("Write the name."), "until": _("Say until when it bore the name, or write “unknown”.")}
AGREEMENT = {
    "agreement_type": _("Choose its type."),
    "legal_force": _("Choose its legal force."),
    "scope": _("Choose its scope."),
}
PARTS = {
    "obligations": {
        "kind": _("Choose its kind."),
        "description": _("Say it in plain words."),
        "source": _("No source is named."),
    },
    "participations": {
        "actor": _("Choose the actor."),
        "role": _("Choose the role."),
        "source": _("No source is named."),
    },
    "statements": {
        "actor": _("Choose who made it."),
        "kind": _("Choose its kind."),
        "made": _("Say when it was made, or write “unknown”."),
        "description": _("Say it in plain words."),
        "source": _("No source is named."),
    },
}


def check_actor(content):
    """Findings of an ActorContent."""
    found = [*_needed(content, ACTOR), *_body(content), *_facts(content), *_misplaced(content, order.ACTOR)]
    for part in content.former_names:
        found += _needed(part, FORMER_NAME, "former_names", part.key)
        found += _misplaced(part, order.NAME, "former_names", part.key)
    return found


def check_agreement(content):
    """Findings of an AgreementContent."""
    found = [*_needed(content, AGREEMENT), *_body(content), *_facts(content), *_misplaced(content, order.AGREEMENT)]
    if not content.participations:
        found.append(Finding((), _("It names no parties.")))
    for list_name, needed in PARTS.items():
        for part in getattr(content, list_name):
            found += _needed(part, needed, list_name, part.key)
    for spell in content.participations:
        found += _misplaced(spell, order.SPELL, "participations", spell.key)
    for statement in content.statements:
        found += _misplaced(statement, order.STATEMENT, "statements", statement.key)
        if statement.kind == StatementKind.OBJECTION and not statement.objects_to:
            where = ("statements", statement.key, "objects_to")
            found.append(Finding(where, str(_("Choose whose statement it is against.")), blocking=True))
    return found


def _needed(content, fields, *where):
    """A blocking Finding for each of the fields that is empty."""
    return [
        Finding((*where, name), str(message), blocking=True)
        for name, message in fields.items()
        if not getattr(content, name).strip()
    ]


def _body(content):
    if is_unsourced(content.body):
        yield Finding(("body",), _("The text cites no source."))


def _facts(content):
    if not content.facts_source:
        yield Finding(("facts_source",), _("No source is named for the facts."))


def _misplaced(dated, rules, *where):
    return [Finding((*where, later), str(message), blocking=True) for later, message in order.misplaced(dated, rules)]
