"""Between the working rows of actors and agreements and their content."""

from publishing.desk import (
    ENTRY_FIELDS,
    existing,
    finish,
    missing_source,
    plain_fields,
    write_aliases,
    write_entry,
    write_parts,
)
from publishing.models import Source
from publishing.names import normalise
from topics.desk import Tied, hanging_rows, write_see_also, write_topics

from .checks import check_actor, check_agreement
from .content import (
    ActorContent,
    AgreementContent,
    FormerNameContent,
    ObligationContent,
    ParticipationContent,
    StatementContent,
)
from .models import Actor, Agreement, FormerName, Obligation, Participation, Statement

ACTOR_FIELDS = (
    "actor_kind", "official_name", "region", "iso3", "founded", "dissolved", "seat", "website", "wikidata", "part_of", "constituent_agreement",
    "facts_locator", "body",
)  # fmt: skip
AGREEMENT_FIELDS = (
    "agreement_type", "legal_force", "scope", "adopted", "signed", "place", "provisional", "in_force", "terminated", "termination_cause",
    "entry_into_force_rule", "depositary", "languages", "registration", "facts_locator", "amends", "superseded_by", "body", "opened", "suspended",
    "suspension_ended", "withdrawal_rule", "disputed", "other_reading", "dispute", "activity", "confidence",
)  # fmt: skip
OBLIGATION_FIELDS = (
    "position", "kind", "article", "condition", "discretionary", "description", "locator", "automatic", "area", "decided_by", "owed_by", "owed_to",
)  # fmt: skip
PARTICIPATION_FIELDS = (
    "position", "actor", "role", "signed", "consent", "consent_means", "in_force", "suspended", "ended", "ended_means", "name_used", "note",
    "locator", "ratified", "provisional", "suspension_ended", "notice", "disputed", "other_reading", "dispute",
)  # fmt: skip
NAME_FIELDS = ("position", "name", "since", "until", "locator")
STATEMENT_FIELDS = ("position", "actor", "kind", "article", "made", "withdrawn", "objects_to", "description", "locator")


def source_key(row, name="source"):
    source = getattr(row, name)
    return source.key if source else ""


def in_order(rows):
    return sorted(rows, key=lambda row: (row.position, str(row.pk)))


class ActorDesk:
    """from_rows, from_forms, to_rows and check of actors."""

    check = staticmethod(check_actor)

    @staticmethod
    def _build(row, tied, predecessors, former_names):
        predecessors = sorted(predecessors, key=lambda actor: actor.title)
        content = ActorContent(
            **plain_fields(row, ENTRY_FIELDS + ACTOR_FIELDS),
            **tied.content(),
            predecessors=[str(actor.pk) for actor in predecessors],
            facts_source=source_key(row, "facts_source"),
            former_names=[
                FormerNameContent(key=str(part.pk), source=source_key(part), **plain_fields(part, NAME_FIELDS))
                for part in in_order(former_names)
            ],
        )
        return finish(content, [*tied.labelled(), *predecessors, row.part_of, row.constituent_agreement])

    @classmethod
    def from_rows(cls, row):
        """The content of a saved actor."""
        return cls._build(row, Tied.saved(row), row.predecessors.all(), row.former_names.select_related("source"))

    @classmethod
    def from_forms(cls, form, parts):
        """The content of a valid form; parts: {related name: unsaved instances}. Writes nothing."""
        tied, predecessors = Tied.posted(form, parts), form.cleaned_data["predecessors"]
        return cls._build(form.instance, tied, predecessors, parts["former_names"])

    @staticmethod
    def to_rows(row, content):
        """Write a content onto the working rows. Returns what could not come back, in sentences."""
        losses, labels = [], content.labels
        write_entry(row, content, losses)
        for name in ACTOR_FIELDS:
            if name not in ("part_of", "constituent_agreement"):
                setattr(row, name, getattr(content, name))
        row.part_of = next(iter(existing(Actor, [content.part_of], labels, losses)), None)
        row.constituent_agreement = next(
            iter(existing(Agreement, [content.constituent_agreement], labels, losses)), None
        )
        row.facts_source = find_source(content.facts_source, losses)
        row.save()
        row.predecessors.set(existing(Actor, content.predecessors, labels, losses))
        sources = found_sources(content.former_names, losses)

        def former_name(part):
            if part.source not in sources:
                return None
            return {**{name: getattr(part, name) for name in NAME_FIELDS}, "source": sources[part.source]}

        write_parts(row, "former_names", content.former_names, former_name)
        write_aliases(row, content.aliases)
        write_topics(row, content.topics, labels, losses)
        write_see_also(row, content, losses)
        return losses


def find_source(key, losses):
    """The source with this citation key, or None with a word in losses."""
    if not key:
        return None
    source = Source.objects.filter(key=key).first()
    if source is None:
        losses.append(missing_source(key))
    return source


def found_sources(parts, losses):
    """{citation key: its Source} of parts, with None for a part that names none; words in losses for those that are gone."""
    keys = {part.source for part in parts}
    found = {"": None, **{source.key: source for source in Source.objects.filter(key__in=keys - {""})}}
    losses += [missing_source(key) for key in sorted(keys - found.keys())]
    return found


class AgreementDesk:
    """from_rows, from_forms, to_rows and check of agreements."""

    check = staticmethod(check_agreement)

    @staticmethod
    def _build(row, tied, obligations, participations, statements):
        content = AgreementContent(
            **plain_fields(row, ENTRY_FIELDS + AGREEMENT_FIELDS),
            **tied.content(),
            text_source=source_key(row, "text_source"),
            facts_source=source_key(row, "facts_source"),
            obligations=[
                ObligationContent(key=str(part.pk), source=source_key(part), **plain_fields(part, OBLIGATION_FIELDS))
                for part in in_order(obligations)
            ],
            participations=[
                ParticipationContent(
                    key=str(part.pk), source=source_key(part), **plain_fields(part, PARTICIPATION_FIELDS)
                )
                for part in in_order(participations)
            ],
            statements=[
                StatementContent(key=str(part.pk), source=source_key(part), **plain_fields(part, STATEMENT_FIELDS))
                for part in in_order(statements)
            ],
        )
        named = [part.actor for part in participations]
        named += [actor for part in obligations for actor in (part.owed_by, part.owed_to)]
        named += [actor for part in statements for actor in (part.actor, part.objects_to)]
        return finish(content, [*tied.labelled(), row.amends, row.superseded_by, *named])

    @classmethod
    def from_rows(cls, row):
        """The content of a saved agreement."""
        participations = list(row.participations.select_related("source", "actor"))
        obligations = list(row.obligations.select_related("source", "owed_by", "owed_to"))
        statements = list(row.statements.select_related("source", "actor", "objects_to"))
        return cls._build(row, Tied.saved(row), obligations, participations, statements)

    @classmethod
    def from_forms(cls, form, parts):
        """The content of a valid form; parts: {related name: unsaved instances}. Writes nothing."""
        lists = (parts[name] for name in ("obligations", "participations", "statements"))
        return cls._build(form.instance, Tied.posted(form, parts), *lists)

    @staticmethod
    def to_rows(row, content):
        """Write a content onto the working rows. Returns what could not come back, in sentences."""
        losses, labels = [], content.labels
        write_entry(row, content, losses)
        for name in AGREEMENT_FIELDS:
            if name not in ("amends", "superseded_by"):
                setattr(row, name, getattr(content, name))
        row.amends = next(iter(existing(Agreement, [content.amends], labels, losses)), None)
        row.superseded_by = next(iter(existing(Agreement, [content.superseded_by], labels, losses)), None)
        row.text_source = find_source(content.text_source, losses)
        row.facts_source = find_source(content.facts_source, losses)
        row.save()
        write_aliases(row, content.aliases)
        write_topics(row, content.topics, labels, losses)
        write_see_also(row, content, losses)
        write_agreement_parts(row, content, losses)
        return losses


def write_agreement_parts(row, content, losses):
    """Make an agreement's obligations, participations and statements what the content says."""
    sources = found_sources([*content.obligations, *content.participations, *content.statements], losses)
    others = [key for part in content.obligations for key in (part.owed_by, part.owed_to)]
    others += [key for part in content.statements for key in (part.actor, part.objects_to)]
    wanted = list(dict.fromkeys([*(part.actor for part in content.participations), *filter(None, others)]))
    actors = {"": None, **{str(actor.pk): actor for actor in existing(Actor, wanted, content.labels, losses)}}

    def obligation(part):
        if part.source not in sources:
            return None
        values = {name: getattr(part, name) for name in OBLIGATION_FIELDS}
        ends = {"owed_by": actors.get(part.owed_by), "owed_to": actors.get(part.owed_to)}
        return {**values, **ends, "source": sources[part.source]}

    def participation(part):
        if part.source not in sources or part.actor not in actors:
            return None
        values = {name: getattr(part, name) for name in PARTICIPATION_FIELDS}
        return {**values, "actor": actors[part.actor], "source": sources[part.source]}

    def statement(part):
        if part.source not in sources or part.actor not in actors:
            return None
        values = {name: getattr(part, name) for name in STATEMENT_FIELDS}
        ends = {"actor": actors[part.actor], "objects_to": actors.get(part.objects_to)}
        return {**values, **ends, "source": sources[part.source]}

    write_parts(row, "obligations", content.obligations, obligation)
    write_parts(row, "participations", content.participations, participation)
    write_parts(row, "statements", content.statements, statement)


def _new_row(model, names, key, content, sources):
    """The unsaved working row of a new entry. sources: {citation key: the Source's own key}."""
    values = _columns(
        (*ENTRY_FIELDS, *names), content, [field.name for field in model._meta.fields if field.is_relation]
    )
    for name in ("facts_source", "text_source"):
        if hasattr(content, name):
            values[f"{name}_id"] = sources.get(getattr(content, name))
    return model(id=key, entry_ptr_id=key, kind=model.KIND, normalised_title=normalise(content.title), **values)


def new_actor(key, content, sources):
    """(Actor, [rows that hang on it]) of a new actor, unsaved, for publishing.bulk. sources: {citation key: the Source's own key}."""
    through = Actor.predecessors.through
    before = [through(from_actor_id=key, to_actor_id=predecessor) for predecessor in content.predecessors]
    names = [
        FormerName(id=part.key, owner_id=key, source_id=sources.get(part.source), **_columns(NAME_FIELDS, part, []))
        for part in content.former_names
    ]
    return _new_row(Actor, ACTOR_FIELDS, key, content, sources), [*hanging_rows(key, content), *before, *names]


def new_agreement(key, content, sources):
    """(Agreement, [rows that hang on it]) of a new agreement, unsaved, for publishing.bulk. sources: as for new_actor()."""
    parts = [_new_part(Obligation, OBLIGATION_FIELDS, key, part, sources) for part in content.obligations]
    parts += [_new_part(Participation, PARTICIPATION_FIELDS, key, part, sources) for part in content.participations]
    parts += [_new_part(Statement, STATEMENT_FIELDS, key, part, sources) for part in content.statements]
    return _new_row(Agreement, AGREEMENT_FIELDS, key, content, sources), [*hanging_rows(key, content), *parts]


def _new_part(model, names, key, part, sources):
    values = _columns(names, part, ["actor", "owed_by", "owed_to", "objects_to"])
    return model(id=part.key, agreement_id=key, source_id=sources[part.source], **values)


def _columns(names, content, relations):
    """{column: value} of a content; a relation that says "" is None."""
    own = {name: getattr(content, name) for name in names if name not in relations}
    return own | {f"{name}_id": getattr(content, name) or None for name in names if name in relations}
