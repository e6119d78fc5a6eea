"""From the content of actors and agreements to their public rows."""

from datetime import date, timedelta

from publishing.content import plain
from publishing.dates import UNKNOWN, bounds
from publishing.kinds import Projection
from publishing.names import normalise
from publishing.projecting import link_rows, name_rows, notes_of, public_entry
from publishing.public import PublicLink
from publishing.text import to_html
from topics.public import standing_under, tagging_rows

from .public import (
    PublicActor,
    PublicAgreement,
    PublicExit,
    PublicFormerName,
    PublicObligation,
    PublicParticipation,
    PublicStatement,
    acts,
    first_day,
    hull,
    spell,
)
from .terms import OUTSIDE_ROLES, ExitAct, ExitCause

Way = PublicLink.Way
DAY = timedelta(days=1)
ACTOR_FACTS = (
    "actor_kind", "official_name", "region", "iso3", "founded", "dissolved", "seat", "website", "wikidata", "predecessors", "part_of",
    "constituent_agreement",
)  # fmt: skip
AGREEMENT_FACTS = (
    "agreement_type", "legal_force", "scope", "adopted", "signed", "place", "provisional", "in_force", "terminated", "termination_cause",
    "entry_into_force_rule", "depositary", "languages", "registration", "amends", "superseded_by", "opened", "suspended", "suspension_ended",
    "withdrawal_rule", "disputed", "other_reading", "dispute", "activity", "confidence",
)  # fmt: skip


def facts(content, names, notes):
    """The values of a facts box, with the number of the note that gives their source (or None)."""
    values = {name: getattr(content, name) for name in names}
    return {
        **values,
        "note": notes.number(content.facts_source, content.facts_locator) if content.facts_source else None,
    }


def _former_name(part, notes):
    return {**plain(part), "note": notes.number(part.source, part.locator) if part.source else None}


def project_actor(key, content):
    """Projection of an actor."""
    notes = notes_of(content)
    page = {
        "body": to_html(content.body, links=content.links, notes=notes, images=content.images),
        "facts": {
            **facts(content, ACTOR_FACTS, notes),
            "former_names": [_former_name(part, notes) for part in content.former_names],
        },
    }
    entry = public_entry("actor", key, content, category=content.actor_kind, page=page, notes=notes)
    own_names = {normalise(name) for name in (content.title, content.official_name, *content.aliases) if name}
    for note in entry.page["notes"]:
        note["is_own"] = not own_names.isdisjoint({normalise(note["author"]), normalise(note["publisher"])})
    ways = [(Way.MEMBERSHIP, content.constituent_agreement), (Way.PART, content.part_of)]
    ways += [(Way.PREDECESSOR, predecessor) for predecessor in content.predecessors]
    detail = PublicActor(
        entry_id=key,
        actor_kind=content.actor_kind,
        region=content.region,
        iso3=content.iso3,
        dissolved=content.dissolved,
        **spell(content.founded, content.dissolved),
    )
    rows = [detail, *former_names(key, content)]
    under = standing_under(content.topics)
    rows = [*rows, *tagging_rows(entry, under), *link_rows(entry, ways), *name_rows(entry)]
    return Projection(entry, rows, list(under))


def former_names(key, content):
    """PublicFormerNames for the days on which the actor certainly bore each name. A name without a first day begins after the one before it."""
    first = None
    for part in content.former_names:
        since, until = bounds(part.since), bounds(part.until)
        first = since[1] if since else first
        if until and UNKNOWN not in (part.since, part.until) and (first is None or first <= until[0]):
            yield PublicFormerName(entry_id=key, name=part.name, first=first, last=until[0])
        first = until[1] + DAY if until and part.until != UNKNOWN else date.max  # of the next


def _party(part, content, notes):
    """A row of the table of parties."""
    return {
        **plain(part),
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
                **plain(part),
                "note_number": notes.number(part.source, obligation_locator(part)),
            }
            for part in content.obligations
        ],
        "parties": [_party(part, content, notes) for part in content.participations],
        "statements": [_statement(part, content, notes) for part in content.statements],
    }
    entry = public_entry("agreement", key, content, category=content.agreement_type, page=page, notes=notes)
    ways = [(Way.AMENDS, content.amends), (Way.SUPERSEDED, content.superseded_by)]
    ways += [(Way.PARTY, part.actor) for part in (*content.participations, *content.statements)]
    rows = [
        _agreement_row(key, content, notes, entry.sort_key),
        *(_obligation_row(key, content, part, notes) for part in content.obligations),
    ]
    rows += [_participation_row(key, content, part, notes) for part in content.participations]
    rows += [_statement_row(key, content, part, notes) for part in content.statements]
    rows += exits(key, content, notes)
    under = standing_under(content.topics)
    rows = [*rows, *tagging_rows(entry, under), *link_rows(entry, ways), *name_rows(entry)]
    return Projection(entry, rows, list(under), _dated(content))


def sourced(content, notes, key, locator):
    """The columns of Sourced."""
    source = content.sources.get(key)
    return {
        "source_key": key,
        "source_title": source.title if source else "",
        "source_url": source.url if source else "",
        "locator": locator,
        "note_number": notes.number(key, locator) if key else None,
    }


def _begun(content):
    """The first day on which anything in the agreement may have happened."""
    return first_day(
        [
            content.adopted,
            content.opened,
            *content.readings("signed"),
            content.provisional,
            *content.readings("in_force"),
        ]
    )


def _dated(content):
    return content.signed or content.opened or content.adopted or content.in_force


def agreement_acts(content):
    """The day columns of the agreement's own acts."""
    return {
        **acts(
            in_force=content.readings("in_force"),
            ended=content.readings("terminated"),
            signed=content.readings("signed") if content.signed else _dated(content),
            provisional=content.provisional,
            suspended=content.suspended,
            suspension_ended=content.suspension_ended,
        ),
        "known_from": _begun(content),
    }


def _agreement_row(key, content, notes, sort_key):
    parties = {part.actor for part in content.participations if part.role not in OUTSIDE_ROLES}
    return PublicAgreement(
        entry_id=key,
        sort_key=sort_key,
        agreement_type=content.agreement_type,
        legal_force=content.legal_force,
        scope=content.scope,
        dated=_dated(content),
        provisional=content.provisional,
        in_force=content.in_force,
        terminated=content.terminated,
        withdrawal_rule=content.withdrawal_rule,
        activity=content.activity,
        confidence=content.confidence,
        party_count=len(parties),
        **agreement_acts(content),
        **(sourced(content, notes, content.text_source, "") if content.text_source else {}),
    )


def obligation_locator(part):
    return part.locator or (f"art. {part.article}" if part.article else "")


def _obligation_row(key, content, part, notes):
    names = (
        "position",
        "kind",
        "article",
        "condition",
        "discretionary",
        "automatic",
        "area",
        "decided_by",
        "description",
    )
    return PublicObligation(
        entry_id=key,
        part_key=part.key,
        owed_by=part.owed_by or None,
        owed_to=part.owed_to or None,
        **{name: getattr(part, name) for name in names},
        **sourced(content, notes, part.source, obligation_locator(part)),
    )


def party_ends(content, part):
    """The date texts of a party's end. A signature that never led to force does not end with the agreement: it stays a signature."""
    if part.ended:
        return part.readings("ended")
    return content.readings("terminated") if part.in_force or part.provisional else ("",)


def party_acts(content, part):
    """The day columns of one party's acts. A suspension of the agreement suspends each party that is not suspended itself."""
    suspended = (
        (part.readings("suspended"), part.suspension_ended)
        if part.suspended
        else (content.suspended, content.suspension_ended)
    )
    own = [
        *part.readings("signed"),
        part.ratified,
        *part.readings("consent"),
        part.provisional,
        *part.readings("in_force"),
    ]
    return {
        **acts(
            in_force=part.readings("in_force"),
            ended=party_ends(content, part),
            signed=part.readings("signed"),
            provisional=part.provisional,
            suspended=suspended[0],
            suspension_ended=suspended[1],
        ),
        "known_from": first_day(own, _begun(content)),
    }


def _participation_row(key, content, part, notes):
    names = (
        "position",
        "role",
        "signed",
        "consent",
        "consent_means",
        "provisional",
        "in_force",
        "suspended",
        "suspension_ended",
        "notice",
    )
    return PublicParticipation(
        entry_id=key,
        actor_id=part.actor,
        part_key=part.key,
        agreement_type=content.agreement_type,
        name=part.name_used or content.labels.get(part.actor, ""),
        ended=party_ends(content, part)[0],
        ended_means=part.ended_means,
        **{name: getattr(part, name) for name in names},
        **party_acts(content, part),
        **sourced(content, notes, part.source, part.locator),
    )


def statement_days(content, part):
    """The day columns of the time for which a statement stands. Not withdrawn, it ends with its maker's last spell, or with the agreement."""
    if part.withdrawn:
        return spell(part.made, part.withdrawn)
    own = [party.readings("ended") for party in content.participations if party.actor == part.actor] or [("",)]
    ends = [texts if any(texts) else content.readings("terminated") for texts in own]
    if not all(map(any, ends)):
        return spell(part.made, "")
    return spell(part.made, max(ends, key=lambda texts: hull(*texts)[1]))


def _statement(part, content, notes):
    """A line of the list of reservations and declarations, with the days on which it stands."""
    return {
        **plain(part),
        "note_number": notes.number(part.source, part.locator),
        "label": name_of_maker(content, part),
        "days": {name: day and day.isoformat() for name, day in statement_days(content, part).items()},
    }


def name_of_maker(content, part):
    """The name under which the maker of a statement last took part."""
    used = [party.name_used for party in content.participations if party.actor == part.actor]
    return (used[-1] if used else "") or content.labels.get(part.actor, "")


def _statement_row(key, content, part, notes):
    names = ("position", "kind", "article", "made", "withdrawn", "description")
    return PublicStatement(
        entry_id=key,
        actor_id=part.actor,
        objects_to_id=part.objects_to or None,
        part_key=part.key,
        name=name_of_maker(content, part),
        objects_to_name=content.labels.get(part.objects_to, ""),
        **{name: getattr(part, name) for name in names},
        **statement_days(content, part),
        **sourced(content, notes, part.source, part.locator),
    )


# The causes of an agreement's end that ExitCause calls by another name.
SAME_CAUSE = {"expired": ExitCause.NOT_RENEWED}


def exits(key, content, notes):
    """PublicExits of an agreement: its own end, and each party's end and suspension."""
    if content.terminated:
        cause = SAME_CAUSE.get(content.termination_cause, content.termination_cause or ExitCause.UNKNOWN)
        source = sourced(content, notes, content.facts_source, content.facts_locator)
        yield PublicExit(
            entry_id=key, act=ExitAct.AGREEMENT_ENDED, cause=cause, **_exit_days(content.terminated), **source
        )
    for part in content.participations:
        common = {
            "entry_id": key,
            "actor_id": part.actor,
            "part_key": part.key,
            "name": part.name_used or content.labels.get(part.actor, ""),
            **sourced(content, notes, part.source, part.locator),
        }
        if part.suspended:
            days = _exit_days(part.suspended)
            yield PublicExit(
                **common, act=ExitAct.SUSPENDED, cause=ExitCause.SUSPENSION, until=part.suspension_ended, **days
            )
        if part.ended:
            days = _exit_days(part.ended, part.notice)
            yield PublicExit(**common, act=ExitAct.LEFT, cause=part.ended_means or ExitCause.UNKNOWN, **days)


def _exit_days(dated, notice=""):
    year = int(dated[:4]) if dated[:4].isdigit() else None
    return {"dated": dated, "notice": notice, "year": year, "known_from": first_day([dated, notice]) or date.min}
