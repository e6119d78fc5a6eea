"""The rows of maps, timelines, curves and comparisons for those who calculate: exactly those of the page, dates as the texts that they are."""

from publishing.tables import Table, key_of, path_of

from .as_of import as_known
from .codes import codes_of
from .tables import SOURCE


def _source(row):
    return [row.source_title, row.locator, row.source_url] if row is not None else [""] * len(SOURCE)


def _entry(entry):
    return [key_of(entry), path_of(entry)]


def _word(value):
    return str(getattr(value, "value", value))


def party_map_table(title, marks, on):
    """The parties of a map. on: the day of which their states speak."""
    columns = ["party", "actor_id", "actor_path", "iso3", "cow", "role", "status", "in_force", "ended", *SOURCE]
    rows = [
        [mark.name, *_entry(mark.entry), *codes_of(mark.entry, mark.iso3), mark.spell.role, mark.key]
        + [as_known(mark.spell.in_force, on), as_known(mark.spell.ended, on), *_source(mark.spell)]
        for mark in marks
    ]
    return Table(f"Parties on the map: {title}", columns, rows)


def partner_map_table(title, partners):
    """The maps.Partners of an actor. obligations: between the two, in how many agreements each."""
    columns = ["partner", "actor_id", "actor_path", "agreements", "obligations"]
    rows = [
        [partner.actor.title, *_entry(partner.actor), partner.agreements]
        + ["; ".join(f"{_word(kind)}: {n}" for kind, n in sorted(partner.owed.items()))]
        for partner in partners
    ]
    return Table(f"Partners of: {title}", columns, rows)


def count_map_table(kind, counts):
    """counts: as maps.counts_of() gives them."""
    columns = ["state", "actor_id", "actor_path", "iso3", "cow", "agreements"]
    rows = [[entry.title, *_entry(entry), *codes_of(entry, iso3), n] for entry, iso3, _seat, n in counts]
    return Table(f"Agreements with an obligation by state: {_word(kind)}", columns, rows)


def timeline_table(title, lines):
    """lines: of a timeline's page."""
    columns = ["agreement", "agreement_id", "agreement_path", "party", "actor_id", "actor_path"]
    rows = [
        [line["entry"].title, *_entry(line["entry"]), line["name"], *_entry(line["actor"])]
        + [line["begun"], line["ended"], _word(line["status"]), *_source(line["row"])]
        for line in lines
    ]
    return Table(title, [*columns, "in_force", "ended", "status", *SOURCE], rows)


def curve_table(title, curve):
    """How many were in force at the end of each year in which that changed, and of the year of the page's day, on it."""
    rows = [list(row) for row in curve.table] if curve else []
    return Table(f"In force by year: {title}", ["year", "certainly", "at_most"], rows)


TIE = ["agreement", "agreement_id", "agreement_path", "standing", "since", "until"]
OWED = ["obligation", "article", "first_owes", "second_owes"]


def between_table(pair, ties, partners):
    """What ties two actors, a row for each obligation between them; then the partners in common that the page names, a row for each agreement."""
    rows = []
    for tie in ties:
        own = ["tie", tie.entry.title, *_entry(tie.entry), tie.standing, tie.since, tie.until]
        for owed in tie.owed:
            told = [owed.row.kind, owed.row.article, _truth(owed.forth), _truth(owed.back)]
            rows.append([*own, *told, "", "", *_source(owed.row)])
        if not tie.owed:
            rows.append([*own, *[""] * len(OWED), "", "", *_source(tie.rows[0])])
    for partner in partners:
        for relation, entries in (("partner-of-first", partner.first), ("partner-of-second", partner.second)):
            for entry in entries:
                named = [partner.actor.title, key_of(partner.actor), *[""] * len(SOURCE)]
                rows.append([relation, entry.title, *_entry(entry), *[""] * (3 + len(OWED)), *named])
    first, second = (actor.title for actor in pair)
    return Table(
        f"Between {first} (first) and {second} (second)",
        ["relation", *TIE, *OWED, "partner", "partner_id", *SOURCE],
        rows,
    )


def _truth(value):
    return "yes" if value else "no"


def compare_table(kind, rows):
    """rows: of the page; an agreement without such a clause has one with empty cells."""
    columns = ["agreement", "agreement_id", "agreement_path", "status", "article", "discretion", "area", "decided_by"]
    found = []
    for row in rows:
        own = [row["entry"].title, *_entry(row["entry"]), _word(row["status"])]
        leave = row["agreement"].withdrawal_rule
        for clause in row["clauses"]:
            discretion = "discretionary" if clause.discretionary else "automatic" if clause.automatic else "unknown"
            told = [clause.article, discretion, clause.area or "unknown", clause.decided_by or "unknown"]
            found.append([*own, *told, clause.condition, clause.description, leave or "unknown", *_source(clause)])
        if not row["clauses"]:
            found.append([*own, *[""] * 6, leave, *_source(None)])
    return Table(
        f"Clauses compared: {_word(kind)}",
        [*columns, "condition", "description", "how_to_leave", *SOURCE],
        found,
    )


def exits_table(page):
    """page: of PublicExits."""
    columns = ["act", "who", "actor_id", "actor_path", "agreement", "agreement_id", "agreement_path"]
    rows = [
        [row.act, row.name or (row.actor.title if row.actor else ""), *_entry(row.actor)]
        + [row.entry.title, *_entry(row.entry), row.cause, row.notice, row.dated, row.until, *_source(row)]
        for row in page
    ]
    return Table("Who left, and what ended", [*columns, "cause", "notice", "dated", "until", *SOURCE], rows)


def causes_table(causes, decades):
    """causes: words of terms.ExitCause; decades: [(first year or None, numbers, sum)]."""
    rows = [["unknown" if decade is None else decade, *numbers, total] for decade, numbers, total in decades]
    return Table("Causes by decade", ["decade", *causes, "all"], rows)
