"""What an export consists of: its tables, their columns, and what each means. Every file of an export is made from these."""

from dataclasses import dataclass

NAME = "defence-cooperation"
FORMAT = 1  # of an export; whoever changes what an import reads raises it


@dataclass(frozen=True)
class Column:
    """type: as Frictionless calls it; to: "table" whose key this holds, "" for none; in_csv: whether it stands in CSV."""

    name: str
    about: str
    type: str = "string"
    to: str = ""
    in_csv: bool = True


@dataclass(frozen=True)
class ExportTable:
    """key: the columns by which a row is known, and by which rows are ordered; label: the one that names a row to people."""

    name: str
    about: str
    key: tuple
    columns: tuple
    label: str = ""

    @property
    def names(self):
        return [column.name for column in self.columns]

    @property
    def in_csv(self):
        return [column for column in self.columns if column.in_csv]


def _dated(name, about):
    """A date as EDTF text, with the first and the last day that it can mean."""
    return (
        Column(name, f"{about}. EDTF level 0: 1949, 1949-04 or 1949-04-04; “unknown”: no source says; empty: it did not happen"),
        Column(f"{name}_earliest", f"First day that {name} can mean; empty where it is unknown or did not happen", "date"),
        Column(f"{name}_latest", f"Last day that {name} can mean; empty where it is unknown or did not happen", "date"),
    )  # fmt: skip


def _sourced(to_whom="the row"):
    return (
        Column("source_key", f"Citation key of the source that says {to_whom}", to="sources"),
        Column("locator", "Where in the source"),
    )


ENTRY = Column("entry_id", "The entry", to="entries")
POSITION = Column("position", "Order within the entry", "integer")
DISPUTE = (
    Column("disputed", "Which of the dates is disputed; empty for none"),
    Column("other_reading", "The other date that a source gives, as EDTF"),
    Column("dispute", "Who says what, in words"),
)

TABLES = (
    ExportTable(
        "entries",
        "Every entry that has a page: articles, actors and agreements.",
        ("id",),
        (
            Column("id", "Never changes, whatever the entry is called"),
            Column("kind", "article, actor or agreement"),
            Column("slug", "Last part of the page’s address"),
            Column("path", "Address of the page within the site"),
            Column("title", "Title"),
            Column("language", "Language of the text, as a language tag"),
            Column("summary", "Standfirst"),
            Column("category", "Kind of actor, or type of agreement"),
            Column("version", "Number of the present version", "integer"),
            Column("withdrawn", "Whether the page is kept with a banner and no longer maintained", "boolean"),
            Column("featured", "Whether it stands on the front page", "boolean"),
            Column("first_published", "When version 1 was published", "datetime"),
            Column("revised", "When the last version that is not minor was published", "datetime"),
            Column("checked", "Day on which somebody last found nothing to change", "date"),
        ),
        "title",
    ),
    ExportTable(
        "aliases",
        "Other names of entries: abbreviations, former and native names.",
        ("entry_id", "position"),
        (ENTRY, POSITION, Column("name", "The name")),
        "name",
    ),
    ExportTable(
        "topics",
        "The topics that tie entries together.",
        ("id",),
        (
            Column("id", "Never changes"),
            Column("name", "As it is written inside a sentence"),
            Column("slug", "Last part of its page’s address"),
            Column("path", "Address of its page within the site"),
            Column("description", "One line that says what belongs there"),
            Column("broader_id", "The topic above it", to="topics"),
        ),
        "name",
    ),
    ExportTable(
        "topic_aliases",
        "Other names of topics.",
        ("topic_id", "name"),
        (Column("topic_id", "The topic", to="topics"), Column("name", "The name")),
        "name",
    ),
    ExportTable(
        "merged_topics",
        "Topics that were merged into others: their addresses lead there.",
        ("id",),
        (
            Column("id", "Key of the former topic"),
            Column("slug", "Last part of its former address"),
            Column("topic_id", "The topic that it was merged into", to="topics"),
        ),
        "slug",
    ),
    ExportTable(
        "entry_topics",
        "Which entry carries which topics itself.",
        ("entry_id", "topic_id"),
        (ENTRY, Column("topic_id", "The topic", to="topics")),
    ),
    ExportTable(
        "sections",
        "The texts of entries, in reading order; the first of each has no heading of its own.",
        ("entry_id", "position"),
        (
            ENTRY,
            POSITION,
            Column("id", "Stays the same from version to version; empty for a text without a heading"),
            Column("level", "Level of the heading: 1 or 2; 0 without one", "integer"),
            Column("title", "Heading"),
            Column("text", "Markdown; [[Name]] links to an entry, [@key] cites a source"),
        ),
        "title",
    ),
    ExportTable(
        "actors",
        "States, international organisations, groupings and contractors.",
        ("entry_id",),
        (
            ENTRY,
            Column("actor_kind", "Kind of actor"),
            Column("official_name", "Official name"),
            Column("region", "Region"),
            Column("iso3", "ISO 3166-1 alpha-3 code of a state"),
            Column("cow", "Codes of the Correlates of War project that ever meant the state, parted by spaces"),
            *_dated("founded", "Founded"),
            *_dated("dissolved", "Dissolved"),
            Column("seat", "Seat"),
            Column("website", "Its own website"),
            Column("wikidata", "Item in Wikidata"),
            Column("part_of_id", "The actor that it is part of", to="entries"),
            Column("constituent_agreement_id", "The agreement whose parties are its members", to="entries"),
            *_sourced("these facts"),
        ),
    ),
    ExportTable(
        "former_names",
        "Names that actors bore before their present ones.",
        ("entry_id", "position"),
        (
            ENTRY,
            POSITION,
            Column("name", "The name"),
            *_dated("since", "First day; empty: from the beginning, or from the end of the name before"),
            *_dated("until", "Last day"),
            *_sourced("the name; empty: that of the actor’s facts"),
        ),
        "name",
    ),
    ExportTable(
        "predecessors",
        "Which actor came before which.",
        ("entry_id", "predecessor_id"),
        (ENTRY, Column("predecessor_id", "The actor before it", to="entries")),
    ),
    ExportTable(
        "agreements",
        "Treaties and other instruments.",
        ("entry_id",),
        (
            ENTRY,
            Column("agreement_type", "Type"),
            Column("legal_force", "Whether it binds in law"),
            Column("scope", "bilateral, minilateral, regional or universal"),
            *_dated("adopted", "Adopted"),
            *_dated("opened", "Opened for signature"),
            *_dated("signed", "Signed"),
            Column("place", "Place of signature"),
            *_dated("provisional", "Provisionally applied from"),
            *_dated("in_force", "In force from"),
            *_dated("suspended", "Suspended from"),
            *_dated("suspension_ended", "End of the suspension"),
            *_dated("terminated", "Ended"),
            Column("termination_cause", "How it ended"),
            Column("entry_into_force_rule", "What its entry into force takes"),
            Column("withdrawal_rule", "How a party leaves"),
            Column("activity", "What the parties mainly do together"),
            Column("confidence", "How sure the source is of the activity"),
            Column("depositary", "Depositary"),
            Column("languages", "Languages of the text"),
            Column("registration", "Registration, for example with the United Nations"),
            Column("amends_id", "The agreement that it amends", to="entries"),
            Column("superseded_by_id", "The agreement that took its place", to="entries"),
            *DISPUTE,
            Column("text_source_key", "Citation key of the official text", to="sources"),
            *_sourced("these facts"),
        ),
    ),
    ExportTable(
        "participations",
        "One actor’s spell in one agreement. An actor may have several.",
        ("id",),
        (
            Column("id", "Stays the same from version to version"),
            Column("agreement_id", "The agreement", to="entries"),
            POSITION,
            Column("actor_id", "The actor; empty where it has no page", to="entries"),
            Column("name", "The actor’s name, as it then was"),
            Column("role", "Role"),
            *_dated("signed", "Signed"),
            *_dated("ratified", "Ratified"),
            *_dated("consent", "Consent to be bound"),
            Column("consent_means", "By what kind of act it consented"),
            *_dated("provisional", "Provisionally applied from"),
            *_dated("in_force", "In force for the actor from"),
            *_dated("suspended", "Suspended from"),
            *_dated("suspension_ended", "End of the suspension"),
            *_dated("notice", "Notice of withdrawal"),
            *_dated("ended", "Ended for the actor; empty where only the agreement ended"),
            Column("ended_means", "How it ended"),
            *DISPUTE,
            Column("note", "Note"),
            *_sourced(),
        ),
        "name",
    ),
    ExportTable(
        "obligations",
        "What an agreement obliges its parties to.",
        ("id",),
        (
            Column("id", "Stays the same from version to version"),
            Column("agreement_id", "The agreement", to="entries"),
            POSITION,
            Column("kind", "Kind of obligation"),
            Column("article", "Article"),
            Column("description", "What it asks for"),
            Column("condition", "On which condition"),
            Column("discretionary", "Whether each party decides what it does", "boolean"),
            Column("automatic", "Whether it is owed without a further decision", "boolean"),
            Column("area", "Where it holds"),
            Column("decided_by", "Who decides that the case is given"),
            Column("owed_by_id", "Who owes it; empty: every party", to="entries"),
            Column("owed_to_id", "Whom it is owed to; empty: every other party", to="entries"),
            *_sourced(),
        ),
        "kind",
    ),
    ExportTable(
        "statements",
        "Reservations, declarations and understandings that actors made about agreements, and objections to them.",
        ("id",),
        (
            Column("id", "Stays the same from version to version"),
            Column("agreement_id", "The agreement", to="entries"),
            POSITION,
            Column("actor_id", "Who made it; empty where it has no page", to="entries"),
            Column("name", "Its name, as it then was"),
            Column("kind", "reservation, declaration, understanding or objection"),
            Column("article", "Article; empty: the agreement as a whole"),
            *_dated("made", "Made"),
            *_dated("withdrawn", "Withdrawn; it counts as the last day"),
            Column("objects_to_id", "Whose statement an objection is against", to="entries"),
            Column("description", "What it says, in our words"),
            *_sourced(),
        ),
        "kind",
    ),
    ExportTable(
        "links",
        "Which entry’s page leads to which other one, and why.",
        ("entry_id", "way", "target_id"),
        (ENTRY, Column("way", "In what way"), Column("target_id", "The other entry", to="entries")),
    ),
    ExportTable(
        "sources",
        "The documents and data sets that entries cite, as the latest of these has them.",
        ("key",),
        (
            Column("key", "Citation key"),
            Column("title", "Title"),
            Column("author", "Author"),
            Column("publisher", "Publisher"),
            *_dated("date", "Of the document"),
            Column("url", "Address"),
            Column("archive_url", "Address of an archived copy"),
            Column("kind", "Kind of source"),
        ),
        "title",
    ),
    ExportTable(
        "citations",
        "Which entry cites which source.",
        ("entry_id", "source_key"),
        (ENTRY, Column("source_key", "Citation key", to="sources")),
    ),
    ExportTable(
        "images",
        "The images that present versions show. The files stand under /media/<digest>-<width>.webp and are not part of an export.",
        ("key",),
        (
            Column("key", "Key that stands in texts"),
            Column("digest", "SHA-256 of the file"),
            Column("width", "Pixels", "integer"),
            Column("height", "Pixels", "integer"),
            Column("credit", "Who made it"),
            Column("licence", "On which terms it may be shown"),
            Column("licence_terms", "More on the licence"),
            Column("source_url", "Where it is from"),
        ),
        "credit",
    ),
    ExportTable(
        "versions",
        "Every published version of every entry. Each keeps its address for ever.",
        ("entry_id", "number"),
        (
            ENTRY,
            Column("number", "Number of the version", "integer"),
            Column("slug", "Last part of the page’s address at that time"),
            Column("path", "Permanent address of the version within the site"),
            Column("title", "Title"),
            Column("note", "What changed, for readers"),
            Column("minor", "Whether the change was minor", "boolean"),
            Column("published", "When it was published", "datetime"),
            Column("schema", "Version of the structure of the content", "integer"),
            Column("content", "The whole version, as docs/data.md describes it", "object", in_csv=False),
        ),
        "title",
    ),
    ExportTable(
        "redirects",
        "Former addresses of pages.",
        ("kind", "slug"),
        (
            Column("kind", "article, actor or agreement"),
            Column("slug", "Last part of the former address"),
            Column("owner_id", "Key of the entry whose address it was"),
            Column("target_id", "The entry that it leads to; empty: the page is gone", to="entries"),
        ),
        "slug",
    ),
)  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
