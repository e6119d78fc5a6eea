import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from actors.content import AgreementContent, ObligationContent, ParticipationContent
from actors.models import Agreement, Obligation, Participation
from actors.public import PublicParticipation, acts, status_on
from actors.terms import Status
from defcoop_site.factories import make_actor, make_agreement, make_source, publish_now
from publishing.conflicts import conflict_message, take
from publishing.content import digest, merge
from publishing.snapshots import restore, take_snapshot
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase

from .brute import days, status_by_hand, texts

NAMES = ("signed", "provisional", "in_force", "ended", "suspended", "suspension_ended")
readings = st.one_of(st.tuples(texts), st.tuples(texts, texts).filter(all))
drawn_acts = st.fixed_dictionaries(dict.fromkeys(NAMES, readings))


def row_of(drawn):
    return PublicParticipation(**acts(**drawn), entry_id=uuid.uuid4(), part_key=uuid.uuid4(), position=0, role="member")


class StatusTests(SimpleTestCase):
    @patient(400)
    @given(drawn_acts, days)
    def test_status_is_what_trying_every_reading_gives(self, drawn, on):
        self.assertEqual(status_on(row_of(drawn), on), status_by_hand(on, **drawn))

    def status(self, day, **drawn):
        return status_on(PublicParticipation(**acts(**drawn)), date.fromisoformat(day))

    def test_suspension_has_a_last_day(self):
        spell = {"in_force": "1945", "suspended": "1979-03-26", "suspension_ended": "1989-05"}

        self.assertEqual(self.status("1979-03-26", **spell), Status.SUSPENDED)
        self.assertEqual(self.status("1989-05-01", **spell), Status.SUSPENDED)
        self.assertEqual(self.status("1989-05-15", **spell), Status.UNKNOWN)
        self.assertEqual(self.status("1989-06-01", **spell), Status.IN_FORCE)

    def test_between_two_readings_of_a_disputed_day_nobody_knows(self):
        spell = {"in_force": ("1955-05-06", "1955-05-09")}

        statuses = {day: self.status(f"1955-05-0{day}", **spell) for day in (5, 6, 8, 9)}

        self.assertEqual(statuses, {5: Status.NONE, 6: Status.UNKNOWN, 8: Status.UNKNOWN, 9: Status.IN_FORCE})

    def test_before_the_signature_there_is_nothing(self):
        self.assertEqual(self.status("1949-04-03", signed="1949-04-04"), Status.NONE)
        self.assertEqual(self.status("1949-04-03", signed="1949"), Status.UNKNOWN)
        self.assertEqual(self.status("1949-04-04", signed="1949-04-04"), Status.SIGNED)

    def test_consent_that_was_taken_back_before_entry_into_force_has_ended(self):
        spell = {"signed": "1996-09-24", "ended": "2023-11-03"}

        self.assertEqual(self.status("2023-11-03", **spell), Status.SIGNED)
        self.assertEqual(self.status("2023-11-04", **spell), Status.ENDED)


class StatusInTheDatabaseTests(HypothesisTestCase):
    @patient(30)
    @given(st.lists(drawn_acts, min_size=1, max_size=15), st.lists(days, min_size=1, max_size=5))
    def test_every_row_is_found_by_its_status_and_by_no_other(self, drawn, asked):
        entry = publish_now(make_agreement())
        rows = [row_of(one) for one in drawn]
        for row in rows:
            row.entry_id = entry.pk
        PublicParticipation.objects.bulk_create(rows)

        for on in asked:
            for status in Status:
                found = PublicParticipation.objects.with_status([status], on).values_list("part_key", flat=True)
                self.assertEqual(set(found), {row.part_key for row in rows if status_on(row, on) == status})
            bound = PublicParticipation.objects.binding_on(on).values_list("part_key", flat=True)
            self.assertEqual(set(bound), {row.part_key for row in rows if status_on(row, on) == Status.IN_FORCE})


class DigestTests(SimpleTestCase):
    """A field that came later leaves the snapshots from before alone."""

    BEFORE = {
        "obligations": ["key", "position", "kind", "article", "condition", "discretionary", "description", "source", "locator"],
        "participations": [
            "key", "position", "actor", "role", "signed", "consent", "consent_means", "in_force", "suspended", "ended", "ended_means",
            "name_used", "note", "source", "locator",
        ],
    }  # fmt: skip
    # Of the content below, as it was computed before the first of the later fields came.
    OLD_DIGEST = "b6a63a6241af59aba82cbcb4bd13095dfb13e233b71cbea21c1fbc7ea06c8c7e"

    def content(self, **fields):
        party = ParticipationContent(key="1", actor="a", role="member", in_force="1949", source="treaty")
        obligation = ObligationContent(key="2", kind="defence", article="5", description="Help.", source="treaty")
        values = {
            "title": "Pact",
            "slug": "pact",
            "signed": "1949-04-04",
            "participations": [party],
            "obligations": [obligation],
        }
        return AgreementContent(**{**values, **fields})

    def test_digest_of_what_uses_no_later_field_is_what_it_was(self):
        self.assertEqual(digest(self.content().to_json()), self.OLD_DIGEST)

    def test_parts_have_the_keys_that_they_had(self):
        data = self.content().to_json()

        for name, keys in self.BEFORE.items():
            self.assertEqual(list(data[name][0]), keys)

    def test_later_fields_come_back_from_the_json(self):
        party = ParticipationContent(
            key="1", notice="2019-02-02", disputed="ended", other_reading="2019", dispute="Why."
        )
        content = self.content(withdrawal_rule="One year", participations=[party], suspended="1990")

        self.assertEqual(AgreementContent.from_json(content.to_json()), content)
        self.assertEqual(AgreementContent.from_json(self.content().to_json()), self.content())

    def test_merge_keeps_a_later_field_emptied(self):
        base = self.content(withdrawal_rule="One year").to_json()
        theirs = self.content(withdrawal_rule="One year", title="Treaty").to_json()

        merged, conflicts = merge(base, theirs, self.content().to_json())

        self.assertEqual(conflicts, [])
        self.assertEqual(AgreementContent.from_json(merged), self.content(title="Treaty"))

    def test_merge_of_two_changes_to_a_later_field_asks(self):
        sides = [self.content(withdrawal_rule=rule).to_json() for rule in ("One year", "Two years", "")]

        _merged, conflicts = merge(*sides)

        self.assertEqual(conflicts, [("withdrawal_rule",)])

    def test_taking_theirs_takes_an_emptied_later_field(self):
        mine, theirs = self.content(withdrawal_rule="Two years").to_json(), self.content().to_json()

        self.assertEqual(take(mine, theirs, ("withdrawal_rule",)), theirs)
        self.assertEqual(take(theirs, mine, ("withdrawal_rule",)), mine)

    def test_question_about_an_emptied_field_shows_nothing_for_it(self):
        _field, message = conflict_message(("withdrawal_rule",), "Anna", self.content().to_json())

        self.assertIn("“”", message)


class CheckTests(ScenarioTestCase):
    def refused(self, row, field):
        with self.assertRaises(ValidationError) as caught:
            row.clean()
        self.assertIn(field, caught.exception.message_dict)

    def test_impossible_orders_are_refused(self):
        agreement, actor = make_agreement(), make_actor()
        for field, values in {
            "suspension_ended": {"suspended": "1990", "suspension_ended": "1989"},
            "ended": {"notice": "2003", "ended": "2002"},
        }.items():
            with self.subTest(field):
                self.refused(Participation(agreement=agreement, actor=actor, **values), field)
        self.refused(Agreement(suspended="1990", suspension_ended="1989"), "suspension_ended")

    def test_disputed_date_needs_both_readings_and_the_reason(self):
        for values in (
            {"disputed": "signed"},
            {"other_reading": "1949"},
            {"dispute": "Why."},
            {"disputed": "signed", "other_reading": "1949"},
            {"disputed": "signed", "other_reading": "1949", "dispute": "Why."},  # no first reading
        ):
            with self.subTest(values):
                self.refused(Agreement(**values), "disputed")
        Agreement(signed="1948", disputed="signed", other_reading="1949", dispute="Why.").clean()

    def test_obligation_is_not_automatic_and_discretionary_at_once(self):
        self.refused(Obligation(automatic=True, discretionary=True), "automatic")

    def test_obligation_is_not_owed_to_oneself(self):
        actor = make_actor()
        self.refused(Obligation(owed_by=actor, owed_to=actor), "owed_to")


class PageTests(ScenarioTestCase):
    def test_every_act_stands_on_the_page_under_its_name(self):
        france = publish_now(make_actor(title="France"))
        party = {
            "actor": france, "signed": "1949-04-04", "ratified": "1949-07-29", "consent": "1949-08-24", "consent_means": "ratification",
            "provisional": "1949-05", "in_force": "1949-08-25", "suspended": "1960", "suspension_ended": "1961", "notice": "1966-03-10",
            "ended": "1967-03-10", "ended_means": "withdrawal", "disputed": "consent", "other_reading": "1949-08-23", "dispute": "Two lists.",
        }  # fmt: skip
        agreement = make_agreement(
            slug="pact",
            opened="1949-04-01",
            suspended="1970",
            suspension_ended="1971",
            withdrawal_rule="One year after notice",
            parties=[party],
            obligations=[
                {"kind": "defence", "automatic": True, "area": "Europe", "decided_by": "The Council", "owed_to": france}
            ],
        )

        publish_now(agreement)

        page = self.client.get("/agreements/pact/")
        for words in (
            "29 July 1949", "May 1949", "10 March 1966", "10 March 1967", "Disputed.", "24 August 1949 or 23 August 1949. Two lists.",
            "Opened for signature", "One year after notice", "Area: Europe.", "Who decides: The Council.", "Owed to: France.",
            "leaves no choice", "Suspension ended",
        ):  # fmt: skip
            self.assertContains(page, words)

    def test_obligations_name_who_owes_them_as_it_is_called_now(self):
        guarantor = make_actor(title="Guarantor")
        publish_now(guarantor)
        publish_now(make_agreement(slug="pact", obligations=[{"kind": "defence", "owed_by": guarantor}]))
        self.assertContains(self.client.get("/agreements/pact/"), "Owed by: Guarantor.")

        guarantor.title = "Protector"
        guarantor.save()
        publish_now(guarantor)

        self.assertContains(self.client.get("/agreements/pact/"), "Owed by: Protector.")

    def test_snapshot_brings_every_act_back(self):
        agreement = make_agreement(
            parties=[
                {"actor": make_actor(), "in_force": "1949", "notice": "1966", "ended": "1967", "provisional": "1948"}
            ],
            obligations=[{"kind": "defence", "automatic": True, "owed_by": make_actor(title="Guarantor")}],
        )
        snapshot = take_snapshot(agreement)
        agreement.participations.update(notice="", provisional="")
        agreement.obligations.update(owed_by=None, automatic=False)
        changed = take_snapshot(agreement)

        restored, losses = restore(agreement, snapshot)

        self.assertNotEqual(changed.digest, snapshot.digest)
        self.assertEqual((restored.digest, losses), (snapshot.digest, []))

    def test_agreement_that_is_suspended_suspends_its_parties(self):
        source = make_source("depositary")
        publish_now(
            make_agreement(
                slug="pact",
                in_force="1949",
                suspended="1960",
                parties=[{"actor": make_actor(title="France"), "in_force": "1949", "source": source}],
            )
        )

        parties = self.client.get("/agreements/pact/").context["parties"]

        self.assertEqual([party.status for party in parties], [Status.SUSPENDED])
