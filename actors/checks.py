"""What is missing or weak in actors and agreements, beside what publishing finds in every entry."""

from django.utils.translation import gettext as _

from publishing.checks import Finding, is_unsourced

from . import order


def check_actor(content):
    """Findings of an ActorContent."""
    return [*_body(content), *_facts(content), *_misplaced(content, order.ACTOR)]


def check_agreement(content):
    """Findings of an AgreementContent."""
    found = [*_body(content), *_facts(content), *_misplaced(content, order.AGREEMENT)]
    if not content.participations:
        found.append(Finding((), _("It names no parties.")))
    for list_name in ("obligations", "participations"):
        for part in getattr(content, list_name):
            if not part.source:
                found.append(Finding((list_name, part.key, "source"), _("No source is named.")))
    for spell in content.participations:
        found += _misplaced(spell, order.SPELL, "participations", spell.key)
    return found


def _body(content):
    if is_unsourced(content.body):
        yield Finding(("body",), _("The text cites no source."))


def _facts(content):
    if not content.facts_source:
        yield Finding(("facts_source",), _("No source is named for the facts."))


def _misplaced(dated, rules, *where):
    return [Finding((*where, later), str(message), blocking=True) for later, message in order.misplaced(dated, rules)]
