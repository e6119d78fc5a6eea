"""The structure of actors and agreements in snapshots. Keys of entries are text; dates are texts of publishing.dates."""

from dataclasses import dataclass, field

from publishing.content import EntryContent, Part

# Fields that came after agreements were first published. At their default ("", False or []) they stay out of the JSON, so that the
# digest of a snapshot from before is what it was; tests/test_content.py holds an old one.
LATER = {
    "opened", "suspension_ended", "withdrawal_rule", "disputed", "other_reading", "dispute", "automatic", "area", "decided_by", "owed_by",
    "owed_to", "ratified", "provisional", "notice", "activity", "confidence",
}  # fmt: skip
LATER_OF_AGREEMENT = LATER - {"provisional"} | {"suspended", "statements"}


def without_unused(data, later):
    """The JSON of a part or an agreement without the later fields that hold their default."""
    return {name: value for name, value in data.items() if value or name not in later}


@dataclass(kw_only=True)
class FormerNameContent(Part):
    """A name that an actor bore before its present one. source: a citation key, "" for that of the actor's facts."""

    name: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    locator: str = ""


@dataclass(kw_only=True)
class ActorContent(EntryContent):
    """An actor's content."""

    actor_kind: str = ""
    official_name: str = ""
    region: str = ""
    iso3: str = ""
    founded: str = ""
    dissolved: str = ""
    seat: str = ""
    website: str = ""
    wikidata: str = ""
    predecessors: list[str] = field(default_factory=list)
    part_of: str = ""
    constituent_agreement: str = ""
    facts_source: str = ""
    facts_locator: str = ""
    body: str = ""
    former_names: list[FormerNameContent] = field(default_factory=list)

    def to_json(self):
        data = without_unused(super().to_json(), {"former_names"})
        if "former_names" in data:
            data["former_names"] = [without_unused(part, {"source", "locator"}) for part in data["former_names"]]
        return data

    def texts(self):
        return {("body",): self.body}

    def source_keys(self):
        cited = [self.facts_source, *(part.source for part in self.former_names)]
        return [key for key in dict.fromkeys([*super().source_keys(), *cited]) if key]


@dataclass(kw_only=True)
class ObligationContent(Part):
    """What an agreement obliges to. source: a citation key; owed_by, owed_to: keys of actors, "" for every party and every other party."""

    kind: str = ""
    article: str = ""
    condition: str = ""
    discretionary: bool = False
    description: str = ""
    source: str = ""
    locator: str = ""
    automatic: bool = False
    area: str = ""
    decided_by: str = ""
    owed_by: str = ""
    owed_to: str = ""


@dataclass(kw_only=True)
class ParticipationContent(Part):
    """One actor's spell. actor: the entry's key; source: a citation key."""

    actor: str = ""
    role: str = ""
    signed: str = ""
    consent: str = ""
    consent_means: str = ""
    in_force: str = ""
    suspended: str = ""
    ended: str = ""
    ended_means: str = ""
    name_used: str = ""
    note: str = ""
    source: str = ""
    locator: str = ""
    ratified: str = ""
    provisional: str = ""
    suspension_ended: str = ""
    notice: str = ""
    disputed: str = ""
    other_reading: str = ""
    dispute: str = ""

    def readings(self, name):
        """The date texts that sources give for one of its dates: one, or two where it is disputed."""
        return (getattr(self, name), self.other_reading) if self.disputed == name else (getattr(self, name),)


@dataclass(kw_only=True)
class StatementContent(Part):
    """A reservation, declaration or objection. actor, objects_to: keys of actors; source: a citation key."""

    actor: str = ""
    kind: str = ""
    article: str = ""
    made: str = ""
    withdrawn: str = ""
    objects_to: str = ""
    description: str = ""
    source: str = ""
    locator: str = ""


@dataclass(kw_only=True)
class AgreementContent(EntryContent):
    """An agreement's content."""

    agreement_type: str = ""
    legal_force: str = ""
    scope: str = ""
    adopted: str = ""
    signed: str = ""
    place: str = ""
    provisional: str = ""
    in_force: str = ""
    terminated: str = ""
    termination_cause: str = ""
    entry_into_force_rule: str = ""
    depositary: str = ""
    languages: str = ""
    registration: str = ""
    text_source: str = ""
    facts_source: str = ""
    facts_locator: str = ""
    amends: str = ""
    superseded_by: str = ""
    body: str = ""
    opened: str = ""
    suspended: str = ""
    suspension_ended: str = ""
    withdrawal_rule: str = ""
    activity: str = ""
    confidence: str = ""
    disputed: str = ""
    other_reading: str = ""
    dispute: str = ""
    obligations: list[ObligationContent] = field(default_factory=list)
    participations: list[ParticipationContent] = field(default_factory=list)
    statements: list[StatementContent] = field(default_factory=list)

    def to_json(self):
        data = without_unused(super().to_json(), LATER_OF_AGREEMENT)
        for name in ("obligations", "participations"):
            data[name] = [without_unused(part, LATER) for part in data[name]]
        return data

    def readings(self, name):
        """The date texts that sources give for one of its dates: one, or two where it is disputed."""
        return (getattr(self, name), self.other_reading) if self.disputed == name else (getattr(self, name),)

    def texts(self):
        return {("body",): self.body}

    def source_keys(self):
        cited = [self.text_source, self.facts_source]
        cited += [part.source for part in (*self.obligations, *self.participations, *self.statements)]
        return [key for key in dict.fromkeys([*super().source_keys(), *cited]) if key]
