from datetime import date
from types import SimpleNamespace

from django.test import SimpleTestCase

from actors import strips
from actors.public import spell

TODAY = date(2020, 1, 1)


def row(begins, ends=""):
    return SimpleNamespace(**spell(begins, ends))


def right_edge(bar):
    return bar.x + bar.width


class BarTests(SimpleTestCase):
    def test_open_end_reaches_today(self):
        strip = strips.bar(row("1950-01-01"), [], TODAY)

        self.assertEqual([(bar.x, right_edge(bar)) for bar in strip.certain], [(0, strips.WIDTH)])
        self.assertEqual(strip.faded, ())

    def test_past_end_stops_before_today(self):
        strip = strips.bar(row("1950-01-01", "1985-01-01"), [], TODAY)

        self.assertEqual(right_edge(strip.certain[0]), 500)

    def test_uncertain_end_is_faded(self):
        strip = strips.bar(row("1950-01-01", "1985"), [], TODAY)

        self.assertEqual(right_edge(strip.certain[0]), 500)
        self.assertGreater(right_edge(strip.faded[0]), right_edge(strip.certain[0]))

    def test_unknown_end_is_faded_from_the_first_day_to_today(self):
        strip = strips.bar(row("1950-01-01", "unknown"), [], TODAY)

        self.assertEqual(strip.certain[0].width, strips.LEAST_WIDTH)
        self.assertEqual(right_edge(strip.faded[0]), strips.WIDTH)

    def test_unknown_begin_is_not_drawn_as_known(self):
        strip = strips.bar(row("unknown", "1985-01-01"), [], TODAY)

        self.assertEqual(strip.certain, ())
        self.assertEqual([bar.x for bar in strip.faded], [0])

    def test_year_of_begin_is_faded_for_the_whole_year(self):
        strip = strips.bar(row("1950"), [], TODAY)

        self.assertEqual(strip.faded[0].x, 0)
        self.assertEqual(strip.certain[0].x, 14)

    def test_nothing_is_drawn_without_a_known_date(self):
        for begins in ("", "unknown", "2021-01-01"):
            with self.subTest(begins=begins):
                strip = strips.bar(row(begins), [], TODAY)

                self.assertIsNone(strip)

    def test_party_joins_with_a_tick_when_its_date_is_known_and_faded_when_only_the_year_is(self):
        joined = [row("1950-01-01"), row("1950-01-01"), row("1985-01"), row("1960"), row("unknown"), row("")]

        strip = strips.bar(row("1950-01-01"), joined, TODAY)

        self.assertEqual(strip.ticks, (0, 500))
        self.assertEqual([bar.x for bar in strip.faded], [143])


class SkylineTests(SimpleTestCase):
    def test_height_follows_the_number_of_spells(self):
        strip = strips.skyline([row("1950-01-01"), row("1985-01-01")], TODAY)

        self.assertEqual([(bar.x, bar.width, bar.height) for bar in strip.certain], [(0, 500, 6), (500, 500, 12)])
        self.assertEqual((strip.peak, strip.faded), (2, ()))

    def test_ended_spell_no_longer_counts(self):
        strip = strips.skyline([row("1950-01-01", "1985-01-01")], TODAY)

        self.assertEqual([(bar.x, right_edge(bar)) for bar in strip.certain], [(0, 500)])

    def test_what_may_have_held_is_faded_behind_what_did(self):
        strip = strips.skyline([row("1950-01-01"), row("1950-01-01", "unknown")], TODAY)

        self.assertEqual(strip.certain[-1].height, 6)
        self.assertEqual([(bar.x, bar.width, bar.height) for bar in strip.faded], [(0, strips.WIDTH, 12)])

    def test_many_spells_stay_within_the_height(self):
        strip = strips.skyline([row(f"{1900 + n}-01-01") for n in range(100)], TODAY)

        self.assertEqual(strip.height, strips.SKYLINE_HEIGHT)
        self.assertLessEqual(max(bar.height for bar in strip.certain), strip.height)
        self.assertLessEqual(len(strip.certain), strips.SKYLINE_HEIGHT)

    def test_nothing_is_drawn_without_spells(self):
        for rows in ([], [row("")], [row("unknown")], [row("2021-01-01")]):
            with self.subTest(rows=rows):
                self.assertIsNone(strips.skyline(rows, TODAY))


class YearsTests(SimpleTestCase):
    def test_labels_are_few_and_round(self):
        for first in ("1816-01-01", "1907-01-01", "1949-04-04", "1993-11-01", "2019-06-01"):
            with self.subTest(first=first):
                years = strips.bar(row(first), [], TODAY).years

                self.assertLessEqual(len(years), strips.MOST_LABELS)
                self.assertGreaterEqual(len(years), 1)
                self.assertTrue(all(year % 10 == 0 and 0 <= place <= 100 for year, place in years))
