"""From records to contents of entries: the same for the same record, whatever else the library holds."""

from publishing.content import SourceContent, digest
from publishing.models import Source

from ..content import ActorContent, AgreementContent, ObligationContent, ParticipationContent
from ..terms import ActorKind, AgreementType
from .records import DataSet, key_of

ISO = DataSet(
    "states",
    "iso-3166",
    SourceContent(
        title="ISO 3166: country codes",
        publisher="International Organization for Standardization",
        url="https://www.iso.org/iso-3166-country-codes.html",
        kind=Source.Kind.ORGANISATION.value,
    ),
)
COW = DataSet(
    "states",
    "cow-states",
    SourceContent(
        title="State System Membership List, v2016",
        author="Correlates of War Project",
        publisher="Correlates of War Project",
        date="2017",
        url="https://correlatesofwar.org/data-sets/state-system-membership/",
        kind=Source.Kind.DATASET.value,
    ),
)


def state_content(state):
    """The ActorContent of a state that the library lacks."""
    return ActorContent(
        title=state.title,
        slug=state.slug,
        summary="A state. This page was made by an import and holds what data sets say of its agreements."
        if state.iso3
        else "A state of the past. This page was made by an import and holds what data sets say of its agreements.",
        actor_kind=ActorKind.STATE.value,
        region=state.region,
        iso3=state.iso3,
        dissolved="" if state.iso3 else "unknown",
        facts_source=(ISO if state.iso3 else COW).source,
    )


def agreement_content(data_set, record, states, parent):
    """The AgreementContent of a record, without an address. parent: the key as text of the agreement that it amends, or ""."""
    values = {**record.values, "amends": parent, "facts_source": data_set.source}
    if values["agreement_type"] == AgreementType.PROTOCOL and not parent:
        values["agreement_type"] = AgreementType.OTHER.value  # a protocol names what it changes
    return AgreementContent(
        **values,
        obligations=[
            ObligationContent(
                **{**part, "owed_by": states.key(part["owed_by"]) if part["owed_by"] else ""},
                key=str(key_of(data_set.name, record.id, "obligation", part["kind"], part["owed_by"])),
                position=place * 10,
                source=data_set.source,
            )
            for place, part in enumerate(record.obligations, 1)
        ],
        participations=_participations(data_set, record, states),
    )


def _participations(data_set, record, states):
    spells, found = {}, []
    for place, part in enumerate(record.parties, 1):
        spells[part["actor"]] = spells.get(part["actor"], 0) + 1
        key = key_of(data_set.name, record.id, "party", part["actor"], str(spells[part["actor"]]))
        values = {**part, "actor": states.key(part["actor"])}
        found.append(ParticipationContent(**values, key=str(key), position=place * 10, source=data_set.source))
    return found


def record_digest(data):
    """SHA-256 of what a record says (a content as JSON), whatever the address of its entry, as 64 hexadecimal digits."""
    return digest({**data, "slug": "", "sources": {}})
