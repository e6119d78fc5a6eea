"""From the content of actors and agreements to their public rows."""

from dataclasses import asdict

from publishing.kinds import Projection
from publishing.projecting import link_rows, name_rows, notes_of, public_entry
from publishing.public import PublicLink
from publishing.text import to_html
from topics.public import tagging_rows

from .public import PublicActor, PublicAgreement, PublicParticipation, spell
from .terms import OUTSIDE_ROLES

Way = PublicLink.Way
ACTOR_FACTS = (
    "actor_kind", "official_name", "region", "iso3", "founded", "dissolved", "seat", "website", "wikidata", "predecessors", "part_of",
    "constituent_agreement",
)  # fmt: skip
AGREEMENT_FACTS = (
    "agreement_type", "legal_force", "scope", "adopted", "signed", "place", "provisional", "in_force", "terminated", "termination_cause",
    "entry_into_force_rule", "depositary", "languages", "registration", "amends", "superseded_by",
)  # fmt: skip


def facts(content, names, notes):
    """The values of a facts box, with the number of the note that gives their source (or None)."""
    values = {name: getattr(content, name) for name in names}
    return {
        **values,
        "note": notes.number(content.facts_source, content.facts_locator) if content.facts_source else None,
    }


def project_actor(key, content):
    """Projection of an actor."""
    notes = notes_of(content)
    page = {
        "body": to_html(content.body, links=content.links, notes=notes, images=content.images),
        "facts": facts(content, ACTOR_FACTS, notes),
    }
    entry = public_entry("actor", key, content, category=content.actor_kind, page=page, notes=notes)
    ways = [(Way.MEMBERSHIP, content.constituent_agreement), (Way.PART, content.part_of)]
    ways += [(Way.PREDECESSOR, predecessor) for predecessor in content.predecessors]
    detail = PublicActor(
        entry_id=key,
        actor_kind=content.actor_kind,
        region=content.region,
        iso3=content.iso3,
        dissolved=content.dissolved,
    )
    return Projection(entry, [detail, *tagging_rows(entry, content), *link_rows(entry, ways), *name_rows(entry)])


def _party(part, content, notes):
    """A row of the table of parties."""
    return {
        **asdict(part),
        "note_number": notes.number(part.source, part.locator),
        "label": part.name_used or content.labels.get(part.actor, ""),
    }


def project_agreement(key, content):
    """Projection of an agreement."""
    notes = notes_of(content)
    page = {
        "body": to_html(content.body, links=content.links, notes=notes, images=content.images),
        "facts": facts(content, AGREEMENT_FACTS, notes),
        "text_note": notes.number(content.text_source) if content.text_source else None,
        "obligations": [
            {
                **asdict(part),
                "note_number": notes.number(
                    part.source, part.locator or (f"art. {part.article}" if part.article else "")
                ),
            }
            for part in content.obligations
        ],
        "parties": [_party(part, content, notes) for part in content.participations],
    }
    entry = public_entry("agreement", key, content, category=content.agreement_type, page=page, notes=notes)
    ways = [(Way.AMENDS, content.amends), (Way.SUPERSEDED, content.superseded_by)]
    ways += [(Way.PARTY, part.actor) for part in content.participations]
    rows = [_agreement_row(key, content), *(_participation_row(key, content, part) for part in content.participations)]
    return Projection(entry, [*rows, *tagging_rows(entry, content), *link_rows(entry, ways), *name_rows(entry)])


def _agreement_row(key, content):
    parties = {part.actor for part in content.participations if part.role not in OUTSIDE_ROLES}
    return PublicAgreement(
        entry_id=key,
        agreement_type=content.agreement_type,
        legal_force=content.legal_force,
        scope=content.scope,
        dated=content.signed or content.adopted or content.in_force,
        provisional=content.provisional,
        in_force=content.in_force,
        terminated=content.terminated,
        party_count=len(parties),
        **spell(content.in_force, content.terminated),
    )


def _participation_row(key, content, part):
    # A signature that never led to force does not end with the agreement: it stays a signature.
    ended = part.ended or (content.terminated if part.in_force else "")
    return PublicParticipation(
        entry_id=key,
        actor_id=part.actor,
        part_key=part.key,
        position=part.position,
        role=part.role,
        name=part.name_used or content.labels.get(part.actor, ""),
        signed=part.signed,
        in_force=part.in_force,
        suspended=part.suspended,
        ended=ended,
        ended_means=part.ended_means,
        **spell(part.in_force, ended),
    )
