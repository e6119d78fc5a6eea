"""The structure of actors and agreements in snapshots. Keys of entries are text; dates are texts of publishing.dates."""

from dataclasses import dataclass, field

from publishing.content import EntryContent, Part


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

    def texts(self):
        return {("body",): self.body}

    def source_keys(self):
        return (
            list(dict.fromkeys([*super().source_keys(), self.facts_source]))
            if self.facts_source
            else super().source_keys()
        )


@dataclass(kw_only=True)
class ObligationContent(Part):
    """What an agreement obliges to. source: a citation key."""

    kind: str = ""
    article: str = ""
    condition: str = ""
    discretionary: bool = False
    description: str = ""
    source: str = ""
    locator: str = ""


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
    obligations: list[ObligationContent] = field(default_factory=list)
    participations: list[ParticipationContent] = field(default_factory=list)

    def texts(self):
        return {("body",): self.body}

    def source_keys(self):
        cited = [self.text_source, self.facts_source]
        cited += [obligation.source for obligation in self.obligations] + [part.source for part in self.participations]
        return [key for key in dict.fromkeys([*super().source_keys(), *cited]) if key]
