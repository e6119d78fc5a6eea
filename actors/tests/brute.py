"""A slow and plain reading of acts, against which the pages' answers are compared: every day that a date text can mean is tried.

Only comparisons with the day in question matter, so the first and last day of a text and those around the day stand for all.
"""

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import product

from hypothesis import strategies as st

from actors.content import ActorContent, AgreementContent, ObligationContent, ParticipationContent
from actors.projecting import project_actor, project_agreement
from actors.terms import OUTSIDE_ROLES, Status
from publishing.dates import bounds
from publishing.projecting import stamp

DAY = timedelta(days=1)
FIRST, LAST = date(1990, 1, 1), date(1993, 12, 31)

texts = st.one_of(
    st.sampled_from(["", "", "unknown"]),
    st.integers(FIRST.year, LAST.year).map(str),
    st.builds("{}-{:02}".format, st.integers(FIRST.year, LAST.year), st.integers(1, 12)),
    st.dates(FIRST, LAST).map(date.isoformat),
)
days = st.dates(FIRST - 60 * DAY, LAST + 60 * DAY)


def days_of(text, on):
    """Days that stand for all that a text can mean; [None] for what did not happen."""
    if not text:
        return [None]
    first, last = bounds(text)
    near = (date.fromordinal(on.toordinal() + step) for step in (-1, 0, 1) if on not in (date.min, date.max))
    return sorted({first, last, *(day for day in near if first <= day <= last)})


def readings(texts, on):
    return [day for text in texts for day in days_of(text, on)]


def covers(begin, end, on):
    return begin is not None and begin <= on and (end is None or on <= end)


def status_by_hand(on, *, signed, provisional, in_force, ended, suspended, suspension_ended):
    """The Status on a day; each act as the tuple of its readings."""
    begins, ends = readings(in_force, on), readings(ended, on)
    held = {covers(begin, end, on) for begin, end in product(begins, ends)}
    if held == {True, False}:
        return Status.UNKNOWN
    if held == {True}:
        halts = {covers(*pair, on) for pair in product(readings(suspended, on), readings(suspension_ended, on))}
        return Status.UNKNOWN if len(halts) > 1 else Status.SUSPENDED if halts == {True} else Status.IN_FORCE
    over = {end is not None and end < on for end in ends}
    if over == {True}:
        return Status.ENDED
    if begins == [None] and True in over:
        return Status.UNKNOWN
    for status, acts in ((Status.PROVISIONAL, provisional), (Status.SIGNED, signed)):
        come = {day is not None and day <= on for day in readings(acts, on)}
        if True in come:
            return status if come == {True} else Status.UNKNOWN
    return Status.NONE


def agreement_by_hand(content, on):
    return status_by_hand(
        on,
        signed=(content.signed or content.opened or content.adopted or content.in_force,),
        provisional=(content.provisional,),
        in_force=(content.in_force,),
        ended=(content.terminated,),
        suspended=(content.suspended,),
        suspension_ended=(content.suspension_ended,),
    )


def ends_by_hand(content, part):
    return part.ended or (content.terminated if part.in_force or part.provisional else "")


def party_by_hand(content, part, on):
    own = bool(part.suspended)
    return status_by_hand(
        on,
        signed=(part.signed,),
        provisional=(part.provisional,),
        in_force=(part.in_force,),
        ended=(ends_by_hand(content, part),),
        suspended=(part.suspended if own else content.suspended,),
        suspension_ended=(part.suspension_ended if own else content.suspension_ended,),
    )


def earliest(acts):
    return min((bounds(text)[0] for text in acts if text and text != "unknown"), default=None)


def heard_of(content, on):
    """Whether anything of the agreement may have happened by the day."""
    first = earliest([content.adopted, content.opened, content.signed, content.provisional, content.in_force])
    return first is None or first <= on


def party_heard_of(content, part, on):
    first = earliest([part.signed, part.ratified, part.consent, part.provisional, part.in_force])
    return heard_of(content, on) if first is None else first <= on


def is_party(part):
    return part.role not in OUTSIDE_ROLES


# --- Random libraries ---------------------------------------------------------------------------------------------------------

participations = st.fixed_dictionaries(
    {
        "actor": st.integers(0, 3),
        "role": st.sampled_from(["original-party", "acceding-party", "observer"]),
        "signed": texts,
        "provisional": st.one_of(st.just(""), texts),
        "in_force": texts,
        "suspended": st.one_of(st.just(""), texts),
        "suspension_ended": st.one_of(st.just(""), texts),
        "ended": st.one_of(st.just(""), texts),
    }
)
obligations = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["defence", "defence", "consultation"]),
        "owed_by": st.sampled_from([None, None, 0, 1, 2]),
        "owed_to": st.sampled_from([None, None, 3]),
    }
)
agreements = st.fixed_dictionaries(
    {
        "signed": texts,
        "provisional": st.one_of(st.just(""), texts),
        "in_force": texts,
        "suspended": st.one_of(st.just(""), texts),
        "suspension_ended": st.one_of(st.just(""), texts),
        "terminated": st.one_of(st.just(""), texts),
        "participations": st.lists(participations, max_size=6),
        "obligations": st.lists(obligations, max_size=3),
    }
)
libraries = st.lists(agreements, min_size=1, max_size=5)


def put(projection):
    """Save a projection as publishing does."""
    stamp(projection.entry, *[datetime(2020, 1, 1, tzinfo=UTC)] * 2, 1)
    projection.entry.save()
    for model in {type(row) for row in projection.rows}:
        model.objects.bulk_create([row for row in projection.rows if type(row) is model])
    return projection.entry


def build(library):
    """(four actors as PublicEntries, {key: AgreementContent}) of a drawn library, saved as public rows."""
    actors = [
        put(
            project_actor(
                uuid.uuid4(), ActorContent(title=f"Land {n}", slug=f"land-{n}", actor_kind="state", region="europe")
            )
        )
        for n in range(4)
    ]
    keys = [str(actor.pk) for actor in actors]
    contents = {}
    for number, drawn in enumerate(library):
        parts = [
            ParticipationContent(key=str(uuid.uuid4()), position=n, **{**part, "actor": keys[part["actor"]]})
            for n, part in enumerate(drawn["participations"])
        ]
        owed = [
            ObligationContent(
                key=str(uuid.uuid4()),
                position=n,
                kind=one["kind"],
                description="What it is.",
                owed_by="" if one["owed_by"] is None else keys[one["owed_by"]],
                owed_to="" if one["owed_to"] is None else keys[one["owed_to"]],
            )
            for n, one in enumerate(drawn["obligations"])
        ]
        content = AgreementContent(
            title=f"Pact {number}",
            slug=f"pact-{number}",
            agreement_type="alliance",
            legal_force="binding",
            scope="regional",
            **{**drawn, "participations": parts, "obligations": owed},
        )
        contents[put(project_agreement(uuid.uuid4(), content)).pk] = content
    return actors, contents
