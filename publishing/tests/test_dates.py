from datetime import UTC, date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from publishing.dates import (
    UNKNOWN,
    bounds,
    certainly_before,
    day_words,
    display,
    moment_words,
    validate_date,
)
from publishing.templatetags.entries import number

from .properties import patient

REFUSED = (
    "0000", "0000-01-01", "9999-99-99", "1949-13", "1949-00", "1949-00-05", "1949-04-00", "1949-02-30", "1949-02-29", "1900-02-29", "1949-04-31",
    "1949-4-4", "49", "949", "19490404", "1949-04-04T00:00", "1949/04/04", "04.04.1949", "4 April 1949", "April 1949", "circa 1949", "1949?", "~1949",
    "-1949", "+1949", " 1949", "1949 ", "1949\n", "1949-", "1949-04-", "Unknown", "unknown ", "none", "19٤9", "١٩٤٩", "１９４９", "1949-०४", "२०२४",
    "1949\x00", "1" * 10_000,
)  # fmt: skip


def texts_of(day):
    return st.sampled_from([f"{day:%Y}".rjust(4, "0"), f"{day:%Y}".rjust(4, "0") + f"-{day:%m}", day.isoformat()])


class BoundsTests(SimpleTestCase):
    def test_text_means_every_day_of_its_year_month_or_day(self):
        cases = {
            "1949": (date(1949, 1, 1), date(1949, 12, 31)),
            "1949-04": (date(1949, 4, 1), date(1949, 4, 30)),
            "1949-12": (date(1949, 12, 1), date(1949, 12, 31)),
            "1949-04-04": (date(1949, 4, 4), date(1949, 4, 4)),
            "1949-02": (date(1949, 2, 1), date(1949, 2, 28)),
            "1948-02": (date(1948, 2, 1), date(1948, 2, 29)),
            "1948-02-29": (date(1948, 2, 29), date(1948, 2, 29)),
            "1900-02": (date(1900, 2, 1), date(1900, 2, 28)),
            "2000-02": (date(2000, 2, 1), date(2000, 2, 29)),
            "0001": (date(1, 1, 1), date(1, 12, 31)),
            "9999": (date(9999, 1, 1), date(9999, 12, 31)),
            "9999-12": (date(9999, 12, 1), date(9999, 12, 31)),
            "9999-12-31": (date(9999, 12, 31), date(9999, 12, 31)),
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(bounds(text), expected)

    def test_unknown_can_mean_every_day_and_empty_means_none(self):
        self.assertEqual(bounds(UNKNOWN), (date.min, date.max))
        self.assertIsNone(bounds(""))

    def test_what_is_no_date_of_the_calendar_is_refused(self):
        for text in REFUSED:
            with self.subTest(text[:20]), self.assertRaises(ValueError):
                bounds(text)

    @patient()
    @given(st.dates().flatmap(lambda day: st.tuples(st.just(day), texts_of(day))))
    def test_text_contains_its_day_and_is_as_wide_as_its_precision(self, pair):
        day, text = pair

        earliest, latest = bounds(text)

        self.assertLessEqual(earliest, day)
        self.assertLessEqual(day, latest)
        self.assertEqual(text, earliest.isoformat()[: len(text)])
        self.assertEqual(text, latest.isoformat()[: len(text)])
        for outside in (earliest.toordinal() - 1, latest.toordinal() + 1):
            if date.min.toordinal() <= outside <= date.max.toordinal():
                self.assertNotEqual(text, date.fromordinal(outside).isoformat()[: len(text)])

    @patient()
    @given(st.text(max_size=12))
    def test_any_text_gives_ordered_bounds_or_a_value_error(self, text):
        try:
            found = bounds(text)
        except ValueError:
            return

        self.assertTrue(found is None or found[0] <= found[1])


class ValidateDateTests(SimpleTestCase):
    def test_what_is_no_date_is_a_form_error_that_tells_what_to_write(self):
        for text in REFUSED:
            with self.subTest(text[:20]), self.assertRaises(ValidationError) as caught:
                validate_date(text)
            self.assertLess(len(caught.exception.messages[0]), 150)

    def test_dates_unknown_and_empty_pass(self):
        for text in ("", UNKNOWN, "1949", "1949-04", "1949-04-04", "1948-02-29"):
            with self.subTest(text):
                self.assertIsNone(validate_date(text))


class DisplayTests(SimpleTestCase):
    def test_date_is_shown_at_its_own_precision(self):
        cases = {
            "1949": "1949",
            "1949-01": "January 1949",
            "1949-01-01": "1 January 1949",
            UNKNOWN: "unknown",
            "": "",
            "0949": "0949",
            "9999-12-31": "31 December 9999",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(display(text), expected)

    def test_empty_date_takes_the_word_of_its_place(self):
        self.assertEqual(display("", none="none"), "none")
        self.assertEqual(display(UNKNOWN, none="none"), "unknown")

    @patient()
    @given(st.dates(min_value=date(1000, 1, 1)))
    def test_year_alone_never_gains_a_day_or_a_month(self, day):
        self.assertEqual(display(str(day.year)), str(day.year))
        self.assertNotIn("1 ", display(f"{day:%Y-%m}")[:2])


class FrenchTests(SimpleTestCase):
    def test_words_of_a_date_follow_the_language(self):
        with override("fr"):
            for text, expected in {
                "1949": "1949",
                "1949-04": "avril 1949",
                "1949-04-04": "4 avril 1949",
                "1949-01-01": "1er janvier 1949",
                "1949-08-11": "11 août 1949",
                UNKNOWN: "inconnu",
            }.items():
                with self.subTest(text):
                    self.assertEqual(display(text), expected)
            self.assertEqual(
                moment_words(datetime(1990, 12, 1, 9, 5, tzinfo=UTC), zone=True), "1er décembre 1990, 09:05 UTC"
            )

        self.assertEqual(day_words(date(1949, 1, 1)), "1 January 1949")


class CountTests(SimpleTestCase):
    def test_counts_are_grouped_as_the_language_groups_them(self):
        self.assertEqual([number(n) for n in (0, 999, 1000, 58000)], ["0", "999", "1,000", "58,000"])
        with override("fr"):
            self.assertEqual([number(n) for n in (999, 1000, 1234567)], ["999", "1\u202f000", "1\u202f234\u202f567"])


class CertainlyBeforeTests(SimpleTestCase):
    def test_only_dates_that_cannot_overlap_are_in_order(self):
        cases = [
            ("1949", "1950", True),
            ("1949", "1949", False),
            ("1949", "1949-12-31", False),
            ("1949-11", "1949-12-01", True),
            ("1949-12-01", "1949-12", False),
            ("1949-04-03", "1949-04-04", True),
            ("1949-04-04", "1949-04-04", False),
            ("1950", "1949", False),
            (UNKNOWN, "1949", False),
            ("1949", UNKNOWN, False),
            (UNKNOWN, UNKNOWN, False),
            ("", "1949", False),
            ("1949", "", False),
        ]
        for earlier, later, expected in cases:
            with self.subTest(f"{earlier} before {later}"):
                self.assertIs(certainly_before(earlier, later), expected)

    @patient()
    @given(st.dates().flatmap(texts_of), st.dates().flatmap(texts_of))
    def test_order_holds_for_every_day_that_the_texts_can_mean(self, earlier, later):
        apart = all(first < second for first in bounds(earlier) for second in bounds(later))

        self.assertEqual(certainly_before(earlier, later), apart)
        self.assertFalse(certainly_before(earlier, later) and certainly_before(later, earlier))

    @patient()
    @given(st.dates(max_value=date(9999, 12, 30)))
    def test_day_before_is_certainly_before(self, day):
        self.assertTrue(certainly_before(day.isoformat(), (day + timedelta(days=1)).isoformat()))
