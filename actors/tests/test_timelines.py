import re
from datetime import date
from types import SimpleNamespace

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from actors import strips, timelines
from actors.public import acts, hull
from defcoop_site.factories import make_actor, make_agreement, make_topic, publish_now
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase

from .brute import texts

TODAY = date(2020, 1, 1)


def row(**texts):
    return SimpleNamespace(**acts(**texts))


def line(on=TODAY, **texts):
    one = row(**texts)
    return timelines.line_of(one, strips.Scale([row(in_force="1950-01-01"), one], on), on)


def places(drawn):
    """[(left, right)] of bars, or of the rectangles of path data."""
    if isinstance(drawn, str):
        return [(int(x), int(x) + int(width)) for x, width in re.findall(r"M(\d+) \d+h(\d+)", drawn)]
    return [(bar.x, bar.x + bar.width) for bar in drawn]


class LineTests(SimpleTestCase):
    def test_exact_spell_is_drawn_full(self):
        drawn = line(in_force="1985-01-01")

        self.assertEqual(places(drawn.certain), [(500, 1000)])
        self.assertEqual((drawn.perhaps, drawn.before, drawn.halted), ("", "", ""))

    def test_uncertain_end_stands_behind_the_certain_part(self):
        drawn = line(in_force="1950-01-01", ended="unknown")

        self.assertEqual(places(drawn.perhaps), [(0, 1000)])
        self.assertEqual(places(drawn.certain), [(0, strips.LEAST_WIDTH)])

    def test_signature_is_a_thin_line_to_the_entry_into_force(self):
        self.assertEqual(places(line(signed="1985-01-01", in_force="2002-07-02").before), [(500, 750)])
        self.assertEqual(places(line(signed="1985-01-01").before), [(500, 1000)])
        self.assertEqual(places(line(signed="1985-01-01", ended="2002-07-02").before), [(500, 750)])
        self.assertEqual(line(signed="1985", in_force="1985").before, "")
        self.assertEqual(line(signed="1985", in_force="unknown").before, "")

    def test_suspension_is_a_gap_until_it_ends(self):
        drawn = line(in_force="1950-01-01", suspended="1985-01-01", suspension_ended="2002-07-02")

        self.assertEqual(places(drawn.halted), [(500, 750)])
        self.assertEqual(places(line(in_force="1950-01-01", suspended="1985-01-01").halted), [(500, 1000)])

    def test_nothing_later_than_the_day_is_drawn(self):
        drawn = line(on=date(1960, 1, 1), signed="1970", in_force="1971", suspended="1972")

        self.assertTrue(drawn.is_empty)
        self.assertEqual(drawn.halted, "")


class CurveTests(SimpleTestCase):
    def curve(self, *rows, on=TODAY):
        return timelines.curve_of(rows, strips.Scale(rows, on), on)

    def test_table_has_the_years_in_which_something_changed(self):
        curve = self.curve(
            row(in_force="1950-01-01"), row(in_force="1960", ended="1980-12-31"), row(in_force="2019-05")
        )

        self.assertEqual(curve.table, [(1950, 1, 1), (1960, 2, 2), (1981, 1, 1), (2019, 2, 2), (2020, 2, 2)])
        self.assertEqual(curve.peak, 2)

    def test_unknown_end_is_counted_as_possible_only(self):
        curve = self.curve(row(in_force="1950-01-01", ended="unknown"))

        self.assertEqual(curve.table, [(1950, 0, 1), (2020, 0, 1)])
        self.assertEqual(places(curve.perhaps), [(0, 1000)])

    def test_nothing_is_drawn_without_dates(self):
        self.assertIsNone(self.curve(row(signed="1950")))
        self.assertIsNone(self.curve())

    def test_ticks_are_few_and_round(self):
        for peak in (1, 3, 7, 32, 191, 11_000):
            rows = [row(in_force="1950-01-01")] * peak
            ticks = self.curve(*rows).ticks
            self.assertTrue(1 <= len(ticks) <= timelines.MOST_TICKS)
            self.assertTrue(all(0 <= place <= 100 and n <= peak for n, place in ticks))

    @patient(60)
    @given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8), st.dates(date(1989, 1, 1), date(1995, 1, 1)))
    def test_table_is_what_counting_on_each_last_of_december_gives(self, spells, on):
        rows = [row(in_force=begins, ended=ends) for begins, ends in spells]
        scale = strips.Scale(rows, on)
        curve = timelines.curve_of(rows, scale, on)
        if curve is None:
            return

        told = {year: counts for year, *counts in curve.table}
        counts = None
        for year in range(scale.first.year, on.year + 1):
            counts = told.get(year, counts)
            day = min(date(year, 12, 31), on)
            stretches = [strips.stretches(one, on) for one in rows]
            expected = [sum(self.covers(one[which], day) for one in stretches) for which in (0, 1)]
            self.assertEqual(counts, expected, day)

    def covers(self, stretch, day):
        return stretch is not None and stretch[0] <= day and (stretch[1] is None or day <= stretch[1])


class TimelineTests(ScenarioTestCase):
    """Given a pact with a member that left and one whose end is unknown, and a body that the pact makes."""

    @classmethod
    def setUpTestData(cls):
        topic = make_topic("airlift")
        france, malta = (publish_now(make_actor(title=name, slug=name.lower())) for name in ("France", "Malta"))
        cls.pact = publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                in_force="1949-08-24",
                topics=[topic],
                parties=[
                    {"actor": france, "in_force": "1949-08-24", "ended": "1967-03-10"},
                    {"actor": malta, "in_force": "1971", "ended": "unknown"},
                ],
            )
        )
        publish_now(make_actor(title="Club", slug="club", actor_kind="organisation", constituent_agreement=cls.pact))
        publish_now(make_agreement(title="Arms pact", agreement_type="arms-control", in_force="1990"))

    def lines(self, address):
        return [
            (line["name"] or line["entry"].title, line["status"]) for line in self.client.get(address).context["lines"]
        ]

    def test_parties_and_members_are_lines_in_order_of_time(self):
        expected = [("France", "ended"), ("Malta", "unknown")]

        self.assertEqual(self.lines("/agreements/pact/timeline/"), expected)
        self.assertEqual(self.lines("/actors/club/timeline/"), expected)
        self.assertContains(self.client.get("/actors/club/timeline/"), "Members over time")

    def test_day_hides_what_came_later(self):
        page = self.client.get("/agreements/pact/timeline/?on=1960")

        self.assertEqual(self.lines("/agreements/pact/timeline/?on=1960"), [("France", "in-force")])
        self.assertNotContains(page, "1967")
        self.assertContains(page, 'href="/actors/france/?on=1960"')

    def test_actor_has_its_agreements(self):
        self.assertEqual(
            [line["entry"].title for line in self.client.get("/actors/france/timeline/").context["lines"]], ["Pact"]
        )

    def test_entrance_shows_alliances_a_type_or_a_topic(self):
        self.assertEqual(self.lines("/timeline/"), [("Pact", "in-force")])
        self.assertEqual(self.lines("/timeline/?type=arms-control"), [("Arms pact", "in-force")])
        self.assertEqual(self.lines("/timeline/?topic=airlift"), [("Pact", "in-force")])
        self.assertEqual(self.lines("/timeline/?type=arms-control&topic=airlift"), [])
        self.assertRedirects(self.client.get("/timeline/?of=France&on=1960"), "/actors/france/timeline/?on=1960")
        self.assertContains(self.client.get("/topics/airlift/"), 'href="/timeline/?topic=airlift"')

    def test_uncertain_part_is_drawn_and_said_in_words(self):
        page = self.client.get("/agreements/pact/timeline/")

        self.assertContains(page, "strip__faded")
        self.assertContains(page, "The faded part may have been in force: the dates do not tell.")
        self.assertEqual(hull("unknown"), (date.min, date.max))
        self.assertContains(page, '<span class="date date--unknown">unknown</span>')

    def test_long_timeline_has_pages_on_one_scale(self):
        parties = [{"actor": make_actor(), "in_force": str(1900 + n)} for n in range(45)]
        publish_now(make_agreement(slug="long", in_force="1900", parties=parties))

        first, second = (self.client.get(f"/agreements/long/timeline/?page={n}") for n in (1, 2))

        self.assertEqual([len(page.context["lines"]) for page in (first, second)], [40, 5])
        self.assertEqual(first.context["years"], second.context["years"])
        self.assertEqual(first.context["curve"].peak, 45)
