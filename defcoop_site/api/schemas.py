"""The shapes of answers, as OpenAPI documents them. Answers are written as they come from the rows; tests hold them against these shapes."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from actors import terms

DATE = "EDTF level 0: 1949, 1949-04 or 1949-04-04, as precise as the source; “unknown”: no source says; empty: it did not happen."
KIND = Literal["article", "actor", "agreement"]
STATUS = Literal[tuple(terms.Status.values)]


class Shape(Schema):
    model_config = ConfigDict(extra="forbid")


class Sparse(Shape):
    """What `fields=` may leave out parts of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=lambda schema: schema.pop("required", None))


def date(description="", **options):
    return Field(description=f"{description} {DATE}".strip(), examples=["1949-04-04"], **options)


class FieldError(Shape):
    parameter: str
    detail: str


class ProblemDetails(Shape):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []


class Reference(Shape):
    """An entry with a live page."""

    id: str = Field(description="Never changes, whatever the address.")
    kind: KIND
    title: str
    url: str


class Name(Shape):
    """What has no live page here."""

    title: str


class TopicReference(Shape):
    name: str
    slug: str
    url: str


class Source(Shape):
    title: str
    locator: str = Field(description="Where in the source: “art. 5”.")
    url: str


class EntryItem(Sparse):
    """A live entry as lists show it."""

    id: str
    kind: KIND
    slug: str = Field(description="The last part of its address. It may change; then the old one redirects.")
    title: str
    url: str
    api_url: str
    summary: str
    language: str
    topics: list[TopicReference]
    version: int
    first_published: str
    revised: str


class ActorItem(EntryItem):
    actor_kind: Literal[tuple(terms.ActorKind.values)]
    region: Literal[tuple(terms.Region.values)]
    iso3: str = Field(description="ISO 3166-1 alpha-3, empty for what is no state.")
    cow: str = Field(
        description="Codes of the Correlates of War project that ever meant the state, parted by spaces; empty where none did."
    )
    dissolved: str = date()


class AgreementItem(EntryItem):
    type: Literal[tuple(terms.AgreementType.values)]
    legal_force: Literal[tuple(terms.LegalForce.values)]
    scope: Literal[tuple(terms.Scope.values)]
    dated: str = date("When it was adopted or signed.")
    in_force: str = date()
    ended: str = date()
    parties: int = Field(description="How many take part as parties; with `on`, how many were bound on the day.")
    status: STATUS
    source: Source | None


class Page(Shape):
    results: list[Any]
    next: str | None = Field(description="The address of the next page; null on the last.")


class ArticlePage(Page):
    results: list[EntryItem]


class OnDay(Page):
    on: str = Field(description="The day of which states speak.")


class ActorPage(OnDay):
    results: list[ActorItem]


class AgreementPage(OnDay):
    results: list[AgreementItem]


class CitationTexts(Shape):
    apa: str
    chicago: str


class LinkedTopic(Shape):
    name: str
    url: str


class RowTable(Shape):
    """The table of the entry's page."""

    title: str
    readme: list[str]
    columns: list[str]
    rows: list[dict[str, Any]]


class Document(Sparse):
    """A whole version of an entry. The shape of `content` depends on the kind (docs/data.md)."""

    id: str
    kind: KIND
    title: str
    url: str
    version: int
    version_url: str = Field(description="Permanent: it answers with this version for ever.")
    live_version: int
    withdrawn: bool
    language: str
    summary: str
    aliases: list[str]
    topics: list[LinkedTopic]
    first_published: str
    published: str
    revised: str
    checked: str | None
    note: str
    licence: str
    publication: str
    citation: CitationTexts
    content: dict[str, Any]
    links: list[Reference]
    sources: dict[str, Any]
    table: RowTable


class VersionItem(Shape):
    version: int
    published: str
    note: str
    minor: bool
    url: str
    api_url: str


class VersionPage(Page):
    results: list[VersionItem]


class TopicItem(Sparse):
    """A topic that live entries carry, themselves or by one below it."""

    id: str
    name: str
    slug: str
    url: str
    api_url: str
    description: str
    broader: TopicReference | None
    entries: int


class TopicPage(Page):
    results: list[TopicItem]


class TopicDocument(TopicItem):
    aliases: list[str]
    narrower: list[TopicReference]
    kinds: dict[str, int] = Field(description="How many entries of each kind.")


class ParticipationItem(Sparse):
    """One actor’s spell in one agreement."""

    key: str = Field(description="The same from version to version.")
    agreement: Reference
    actor: Reference | Name
    name: str = Field(description="The name under which it took part.")
    role: Literal[tuple(terms.Role.values)]
    status: STATUS
    signed: str = date()
    consent: str = date("Consent to be bound.")
    consent_means: str
    provisional: str = date()
    in_force: str = date()
    suspended: str = date()
    suspension_ended: str = date()
    notice: str = date()
    ended: str = date()
    ended_means: str
    source: Source | None


class ParticipationPage(OnDay):
    results: list[ParticipationItem]


class StatementItem(Sparse):
    """A reservation, declaration or understanding that an actor made about an agreement, or its objection to another’s."""

    key: str = Field(description="The same from version to version.")
    agreement: Reference
    actor: Reference | Name
    name: str = Field(description="The name under which it takes part.")
    kind: Literal[tuple(terms.StatementKind.values)]
    article: str
    made: str = date()
    withdrawn: str = date()
    stands: bool | None = Field(description="On the day; null where its dates do not tell.")
    objects_to: Reference | Name | None = Field(description="Whose statement an objection is against.")
    description: str = Field(description="What it says, in our words.")
    source: Source | None


class StatementPage(OnDay):
    results: list[StatementItem]


class Owed(Shape):
    kind: Literal[tuple(terms.ObligationKind.values)]
    article: str
    description: str
    first_owes: bool = Field(description="The first owes it to the second.")
    second_owes: bool
    source: Source | None


class Tie(Shape):
    """An agreement that ties the two."""

    agreement: Reference
    standing: Literal["bound", "suspended", "unknown", "signed", "former"]
    since: str = date("From when both are bound.")
    until: str = date("When the first of the two ended.")
    obligations: list[Owed]
    through: list[Reference] = Field(description="Organisations that the agreement constitutes.")


class Partner(Shape):
    """A third to whom each of the two is bound by a defence obligation, and by which agreements."""

    actor: Reference
    first_by: list[Reference]
    second_by: list[Reference]


class Between(Shape):
    on: str
    first: Reference
    second: Reference
    first_defends: bool = Field(description="On the day, the first is bound to defend the second.")
    second_defends: bool
    ties: list[Tie]
    partners_in_common: list[Partner] = Field(description="Only where the two are not bound to each other’s defence.")


class Found(Shape):
    id: str
    kind: KIND
    slug: str
    title: str
    url: str
    api_url: str
    summary: str
    excerpt: str = Field(description="Plain text around the words that were found; may be empty.")


class Count(Shape):
    value: str
    label: str
    entries: int


class Counts(Shape):
    """How many of what was found: by the words with which it can be narrowed."""

    kind: list[Count]
    topic: list[Count]
    actor: list[Count]
    period: list[Count] = Field(description="Agreements, by the decade of their date.")


class FoundPage(Page):
    results: list[Found]
    total: int = Field(description="How many were found; at most as many as are put in order.")
    is_more: bool = Field(description="Whether there are more than were put in order.")
    counts: Counts
    suggestion: str = Field(description="What may have been meant, where nothing was found.")
    hint: str = Field(description="Why nothing could be searched for; empty otherwise.")


LISTED = dict.fromkeys((400, 404, 406, 429, 500), ProblemDetails)
FOUND = {301: None, **LISTED, 410: ProblemDetails}
