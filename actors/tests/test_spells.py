import uuid
from datetime import date, timedelta

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from actors.public import PublicAgreement, PublicParticipation, acts, spell, status_on
from actors.terms import Status
from defcoop_site.factories import make_agreement, publish_now
from publishing.tests.properties import patient

DAY = timedelta(days=1)


def agreement(begins="", ends="", provisional="", dated="1948"):
    return PublicAgreement(**acts(signed=dated, provisional=provisional, in_force=begins, ended=ends))


def participation(begins="", ends="", suspended=""):
    return PublicParticipation(**acts(in_force=begins, ended=ends, suspended=suspended))


class InForceOnTests(SimpleTestCase):
    def assert_answers(self, row, answers):
        for day, expected in answers.items():
            with self.subTest(day):
                self.assertIs(row.in_force_on(date.fromisoformat(day)), expected)

    def test_spell_holds_on_its_first_and_on_its_last_day(self):
        self.assert_answers(
            participation("1949-08-24", "1966-07-01"),
            {
                "1949-08-23": False,
                "1949-08-24": True,
                "1949-08-25": True,
                "1966-06-30": True,
                "1966-07-01": True,
                "1966-07-02": False,
            },
        )

    def test_spell_of_one_day(self):
        self.assert_answers(
            participation("1949-08-24", "1949-08-24"), {"1949-08-23": False, "1949-08-24": True, "1949-08-25": False}
        )

    def test_spell_without_an_end_goes_on(self):
        self.assert_answers(participation("1949-08-24"), {"1949-08-23": False, "1949-08-24": True, "9999-12-31": True})

    def test_inside_an_imprecise_year_nobody_knows(self):
        self.assert_answers(
            participation("1949", "1966"),
            {
                "1948-12-31": False, "1949-01-01": None, "1949-07-01": None, "1949-12-30": None, "1949-12-31": True, "1950-01-01": True,
                "1965-12-31": True, "1966-01-01": True, "1966-01-02": None, "1966-12-31": None, "1967-01-01": False,
            },
        )  # fmt: skip

    def test_inside_an_imprecise_month_nobody_knows(self):
        self.assert_answers(
            participation("1948-02", "1948-04"),
            {
                "1948-01-31": False,
                "1948-02-01": None,
                "1948-02-28": None,
                "1948-02-29": True,
                "1948-04-01": True,
                "1948-04-02": None,
                "1948-04-30": None,
                "1948-05-01": False,
            },
        )

    def test_begin_and_end_in_one_imprecise_year(self):
        self.assert_answers(
            participation("1949", "1949"),
            {"1948-12-31": False, "1949-01-01": None, "1949-06-01": None, "1949-12-31": None, "1950-01-01": False},
        )

    def test_unknown_begin_is_unknown_until_the_certain_end(self):
        self.assert_answers(
            participation("unknown", "1966-07-01"), {"0001-01-01": None, "1966-07-01": None, "1966-07-02": False}
        )

    def test_unknown_end_is_unknown_from_the_certain_begin(self):
        self.assert_answers(
            participation("1949-08-24", "unknown"), {"1949-08-23": False, "1949-08-24": None, "2024-01-01": None}
        )

    def test_unknown_begin_and_end_are_always_unknown(self):
        self.assert_answers(participation("unknown", "unknown"), {"0001-01-02": None, "2024-01-01": None})

    def test_what_never_entered_into_force_never_was(self):
        for ends in ("", "1966", "unknown"):
            self.assert_answers(
                participation("", ends), {"0001-01-01": False, "1966-06-01": False, "9999-12-31": False}
            )


class StatusOnTests(SimpleTestCase):
    def assert_statuses(self, row, statuses):
        for day, expected in statuses.items():
            with self.subTest(day):
                self.assertEqual(status_on(row, date.fromisoformat(day)), expected)

    def test_exact_dates(self):
        self.assert_statuses(
            agreement("1949-08-24", "1966-07-01"),
            {
                "1949-08-23": Status.SIGNED,
                "1949-08-24": Status.IN_FORCE,
                "1966-07-01": Status.IN_FORCE,
                "1966-07-02": Status.ENDED,
            },
        )

    def test_imprecise_dates_are_unknown_where_they_do_not_tell(self):
        self.assert_statuses(
            agreement("1949", "1966"),
            {
                "1948-12-31": Status.SIGNED, "1949-01-01": Status.UNKNOWN, "1949-12-31": Status.IN_FORCE, "1966-01-01": Status.IN_FORCE,
                "1966-06-01": Status.UNKNOWN, "1967-01-01": Status.ENDED,
            },
        )  # fmt: skip

    def test_unknown_dates_are_unknown(self):
        self.assert_statuses(agreement("unknown"), {"2024-01-01": Status.UNKNOWN})
        self.assert_statuses(agreement("unknown", "1966"), {"1950-01-01": Status.UNKNOWN, "1967-01-01": Status.ENDED})
        self.assert_statuses(agreement("1949-08-24", "unknown"), {"2024-01-01": Status.UNKNOWN})

    def test_what_never_entered_into_force_is_only_signed(self):
        self.assert_statuses(agreement(), {"1949-01-01": Status.SIGNED, "2024-01-01": Status.SIGNED})

    def test_what_nobody_signed_binds_nobody(self):
        self.assert_statuses(agreement(dated=""), {"1949-01-01": Status.NONE})
        self.assert_statuses(participation(), {"1949-01-01": Status.NONE})

    def test_provisional_application_lasts_until_the_entry_into_force(self):
        self.assert_statuses(
            agreement("1952-07-17", provisional="1951-03"),
            {
                "1951-02-28": Status.SIGNED, "1951-03-30": Status.UNKNOWN, "1951-03-31": Status.PROVISIONAL, "1952-07-16": Status.PROVISIONAL,
                "1952-07-17": Status.IN_FORCE,
            },
        )  # fmt: skip

    def test_provisional_application_of_what_never_entered_into_force(self):
        self.assert_statuses(
            agreement(provisional="1951-03-01"), {"1951-02-28": Status.SIGNED, "1951-03-01": Status.PROVISIONAL}
        )
        self.assert_statuses(
            agreement(ends="1960-01-01", provisional="1951-03-01"),
            {"1960-01-01": Status.PROVISIONAL, "1960-01-02": Status.ENDED},
        )

    def test_suspension_begins_on_its_first_day_and_ends_with_the_spell(self):
        self.assert_statuses(
            participation("1990-01-01", "2023-11-07", suspended="2007-12-12"),
            {
                "2007-12-11": Status.IN_FORCE,
                "2007-12-12": Status.SUSPENDED,
                "2023-11-07": Status.SUSPENDED,
                "2023-11-08": Status.ENDED,
            },
        )

    def test_suspension_of_an_imprecise_day_is_unknown_until_it_is_certain(self):
        self.assert_statuses(
            participation("1990-01-01", suspended="2007"),
            {
                "2006-12-31": Status.IN_FORCE,
                "2007-01-01": Status.UNKNOWN,
                "2007-12-30": Status.UNKNOWN,
                "2007-12-31": Status.SUSPENDED,
            },
        )


texts = st.one_of(
    st.sampled_from(["", "unknown"]),
    st.integers(1990, 1994).map(str),
    st.builds("{}-{:02}".format, st.integers(1990, 1994), st.integers(1, 12)),
    st.dates(date(1990, 1, 1), date(1994, 12, 31)).map(date.isoformat),
)
days = st.dates(date(1989, 12, 1), date(1995, 2, 1))


class QuestionsToTheDatabaseTests(HypothesisTestCase):
    @patient(40)
    @given(st.lists(st.tuples(texts, texts), min_size=1, max_size=12), st.lists(days, min_size=1, max_size=6))
    def test_database_and_python_read_spells_alike(self, spells, asked):
        entry = publish_now(make_agreement())
        rows = [
            PublicParticipation(
                entry_id=entry.pk, part_key=uuid.uuid4(), position=0, role="member", name="x", **spell(begins, ends)
            )
            for begins, ends in spells
        ]
        PublicParticipation.objects.bulk_create(rows)
        edges = {
            edge
            for row in rows
            for edge in (row.begins_earliest, row.begins_latest, row.ends_earliest, row.ends_latest)
            if edge
        }
        near = {
            edge + step for edge in edges for step in (-DAY, 0 * DAY, DAY) if date(1900, 1, 1) < edge < date(2100, 1, 1)
        }

        for on in {*asked, *near, *edges}:
            answers = {row.part_key: row.in_force_on(on) for row in rows}
            sure = set(PublicParticipation.objects.certainly_on(on).values_list("part_key", flat=True))
            maybe = set(PublicParticipation.objects.possibly_on(on).values_list("part_key", flat=True))

            self.assertEqual(sure, {key for key, answer in answers.items() if answer is True})
            self.assertEqual(maybe, {key for key, answer in answers.items() if answer is not False})
