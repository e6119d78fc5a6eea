"""The rows of actors' and agreements' pages for those who calculate, and what such a page is about in the words of schema.org.

Values are the words that snapshots keep, which docs/data.md lists; dates stay the texts that they are.
"""

from publishing.tables import Table, key_of, path_of

from .actor_pages import participations_of
from .codes import codes_of
from .public import PublicActor

SOURCE = ("source_title", "source_locator", "source_url")
PARTY_DATES = (
    "signed", "ratified", "consent", "consent_means", "provisional", "in_force", "suspended", "suspension_ended", "notice", "ended",
    "ended_means",
)  # fmt: skip
ROW_DATES = ("signed", "in_force", "suspended", "ended")
ABOUT = {"state": "Country"}


def agreement_table(entry, context):
    """The table of parties, a row for each spell; the agreement's own source is named where a row has none. One query."""
    keys = [party.actor.pk for party in context["parties"] if party.actor]
    isos = dict(PublicActor.objects.filter(entry__in=keys).values_list("entry", "iso3"))
    notes = {note["number"]: note for note in entry.page["notes"]}
    rows = []
    for party in context["parties"]:
        note = notes.get(party.part["note_number"], {})
        dates = [party.part.get(name, "") for name in PARTY_DATES]
        source = [note.get(name, "") for name in ("title", "locator", "url")]
        status = str(getattr(party.status, "value", party.status))
        rows.append([
            party.name, party.present_name, key_of(party.actor), path_of(party.actor),
            *codes_of(party.actor, isos.get(party.actor.pk, "") if party.actor else ""), party.part["role"], *dates, status,
            str(party.dispute), sum(statement.stands is True for statement in party.statements), party.part["note"], *source,
        ])  # fmt: skip
    columns = ["party", "present_name", "actor_id", "actor_path", "iso3", "cow", "role", *PARTY_DATES]
    return Table(f"Parties to: {entry.title}", [*columns, "status", "dispute", "statements", "note", *SOURCE], rows)


def _participation(relation, row):
    path = row.entry.get_absolute_url().partition("?")[0]  # live, as the page asked for no other
    dates = [getattr(row, name) for name in ROW_DATES]
    status = str(getattr(row.status, "value", row.status))
    return [
        relation, row.entry.title, key_of(row.entry), path, row.name, key_of(row.actor), row.role, *dates, status,
        row.source_title, row.locator, row.source_url,
    ]  # fmt: skip


def actor_table(entry, context):
    """The actor's participations, then those in its constituent agreement: its members."""
    rows = [_participation("takes-part", row) for row in participations_of(entry, context["as_of"])]
    for name, relation in (("members", "member"), ("former_members", "former-member"), ("other_roles", "other")):
        rows += [_participation(relation, row) for row in context[name]]
    columns = ["relation", "agreement", "agreement_id", "agreement_path", "party", "actor_id", "role", *ROW_DATES]
    return Table(f"Participations of: {entry.title}", [*columns, "status", *SOURCE], rows)


def about_actor(entry):
    facts = entry.page["facts"]
    found = {"@type": ABOUT.get(facts["actor_kind"], "Organization"), "name": entry.title}
    if facts.get("wikidata"):
        found["sameAs"] = f"https://www.wikidata.org/entity/{facts['wikidata']}"
    return found


def about_agreement(entry):
    facts = entry.page["facts"]
    found = {"@type": "Legislation", "name": entry.title}
    day = facts.get("signed") or facts.get("adopted")
    # A date that is not known is left out: schema.org has no word for it.
    return {**found, "legislationDate": day} if day and day != "unknown" else found


def actor_list_table(rows):
    """rows: [(entry, PublicActor)]."""
    columns = ["title", "id", "path", "kind", "region", "iso3", "cow", "dissolved", "summary"]
    return Table(
        "Actors",
        columns,
        [
            [entry.title, key_of(entry), path_of(entry), actor.actor_kind, actor.region]
            + [*codes_of(entry, actor.iso3), actor.dissolved, entry.summary]
            for entry, actor in rows
        ],
    )


def agreement_list_table(rows):
    """rows: [(entry, PublicAgreement, Status)]."""
    columns = ["title", "id", "path", "type", "dated", "parties", "status", "summary", "source_title", "source_url"]
    return Table(
        "Agreements",
        columns,
        [
            [entry.title, key_of(entry), path_of(entry), row.agreement_type, row.dated, row.party_count]
            + [str(getattr(status, "value", status)), entry.summary, row.source_title, row.source_url]
            for entry, row, status in rows
        ],
    )
