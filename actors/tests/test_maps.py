import re
from collections import Counter
from datetime import date

from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis.extra.django import TestCase as HypothesisTestCase

from actors import maps, world
from actors.terms import ObligationKind, Status
from defcoop_site.factories import make_actor, make_agreement, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase

from .brute import build, days, is_party, libraries, party_by_hand, party_heard_of


def mark(**values):
    return world.Mark(**{"entry": None, "listed_as": "Land", "key": "in-force", "words": "in force", **values})


class WorldTests(SimpleTestCase):
    def test_small_states_have_a_point(self):
        for code in ("BHR", "MLT", "SGP", "LUX", "MDV", "TUV", "KNA", "QAT", "VAT"):
            with self.subTest(code):
                self.assertIn(code, world.world().points)

    def test_places_lie_on_the_map_and_the_right_way_round(self):
        atlas = world.world()
        for code, (x, y) in atlas.points.items():
            with self.subTest(code):
                self.assertTrue(0 <= x <= atlas.width and 0 <= y <= atlas.height)
        malta, singapore, samoa = (atlas.points[code] for code in ("MLT", "SGP", "WSM"))
        self.assertLess(malta[0], singapore[0])
        self.assertLess(malta[1], singapore[1])
        self.assertLess(singapore[0], samoa[0])

    def test_no_shape_runs_across_the_whole_map(self):
        # What crosses 180 degrees would, if it were not put in one piece.
        for code, path in world.world().shapes.items():
            for ring in re.findall(r"M[^z]*z", path):
                steps = [int(number) for number in re.findall(r"-?\d+", ring.partition("l")[2])]
                with self.subTest(code):
                    self.assertLess(max(map(abs, steps[::2])), 200)

    def test_shapes_keep_their_true_proportions_of_area(self):
        # Square kilometres of land by the CIA World Factbook's rounding; a map that is not equal-area is far off in the north.
        areas = {"BRA": 8_515, "DZA": 2_382, "KAZ": 2_725, "SWE": 450, "AUS": 7_692}
        drawn = {code: self.area(world.world().shapes[code]) for code in areas}

        for code, area in areas.items():
            with self.subTest(code):
                self.assertAlmostEqual(
                    drawn[code] / drawn["BRA"], area / areas["BRA"], delta=0.06 * area / areas["BRA"] + 0.004
                )

    def area(self, path):
        total = 0
        for ring in re.findall(r"M[^z]*z", path):
            numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
            x, y = numbers[:2]
            points = [(x, y)]
            for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
                x, y = x + dx, y + dy
                points.append((x, y))
            total += sum(a * d - c * b for (a, b), (c, d) in zip(points, [*points[1:], points[0]], strict=True)) / 2
        return abs(total)

    def test_state_of_the_past_stands_at_its_seat_and_what_has_no_place_is_named(self):
        marks = [
            mark(listed_as="Soviet Union", seat="Moscow"),
            mark(listed_as="Nowhere", seat="Atlantis"),
            mark(listed_as="France", iso3="FRA"),
        ]

        drawn = world.draw(marks, {"in-force": "in force", "ended": "ended"})

        self.assertEqual([one.name for one in drawn.drawn], ["Soviet Union", "France"])
        self.assertEqual([one.name for one in drawn.formers], ["Soviet Union"])
        self.assertEqual([one.name for one in drawn.not_drawn], ["Nowhere"])
        self.assertEqual(drawn.legend, [("in-force", "in force")])
        self.assertNotIn(world.world().shapes["FRA"], drawn.land)

    def test_classes_of_counts_leave_no_count_out(self):
        for most in (1, 8, 33, 500):
            bounds = maps.level_bounds(most)
            levels = [maps.level_of(n, bounds) for n in range(1, most + 1)]
            self.assertEqual(levels, sorted(levels))
            self.assertTrue(set(levels) <= {1, 2, 3, 4, 5})
            self.assertEqual(levels[0], 1)


class MapTests(ScenarioTestCase):
    """Given a pact of France, Malta and a state of the past, an organisation that it makes, and a pact of France with Spain alone."""

    @classmethod
    def setUpTestData(cls):
        cls.france = publish_now(make_actor(title="France", slug="france", iso3="FRA"))
        malta = publish_now(make_actor(title="Malta", slug="malta", iso3="MLT"))
        spain = publish_now(make_actor(title="Spain", slug="spain", iso3="ESP"))
        past = publish_now(make_actor(title="Soviet Union", slug="ussr", dissolved="1991-12-26", seat="Moscow"))
        cls.pact = publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                signed="1949",
                in_force="1949",
                obligations=["defence"],
                parties=[
                    {"actor": cls.france, "in_force": "1949-08-24", "ended": "1967-03-10"},
                    {"actor": malta, "signed": "1970", "in_force": "1971"},
                    {"actor": past, "in_force": "1949-08-24"},
                    {"actor": spain, "in_force": "1949", "role": "observer"},
                ],
            )
        )
        publish_now(make_actor(title="Club", slug="club", actor_kind="organisation", constituent_agreement=cls.pact))
        cls.second = publish_now(
            make_agreement(slug="second", in_force="1950", obligations=["consultation"], parties=[cls.france, spain])
        )
        publish_now(
            make_agreement(
                slug="third",
                in_force="1950",
                parties=[{"actor": cls.france, "in_force": "1950"}, {"actor": spain, "in_force": "1950"}],
            )
        )

    def standing(self, address):
        return {one.name: one.key for one in self.client.get(address).context["map"].drawn}

    def test_parties_stand_as_they_did_on_the_day(self):
        self.assertEqual(
            self.standing("/agreements/pact/map/?on=1955"), {"France": "in-force", "Soviet Union": "in-force"}
        )
        self.assertEqual(
            self.standing("/agreements/pact/map/?on=1970"),
            {"France": "ended", "Malta": "signed", "Soviet Union": "in-force"},
        )
        self.assertEqual(self.standing("/agreements/pact/map/?on=1971-06")["Malta"], "unknown")
        self.assertEqual(self.standing("/agreements/pact/map/?on=1940"), {})

    def test_organisation_shows_its_members(self):
        self.assertEqual(self.standing("/actors/club/map/?on=1955"), self.standing("/agreements/pact/map/?on=1955"))

    def test_every_mark_is_named_in_words_and_leads_on_with_the_day(self):
        page = self.client.get("/agreements/pact/map/?on=1955")

        self.assertContains(
            page,
            '<a href="/actors/france/?on=1955" class="map__mark map__mark--in-force"'
            ' aria-label="France: in force, party since 24 August 1949">',
        )
        self.assertContains(page, "<title>France: in force, party since 24 August 1949</title>")
        self.assertContains(page, "has no shape of today: <span>Soviet Union</span>.")
        self.assertContains(page, "Borders follow Natural Earth")
        self.assertContains(page, "As of")

    def test_table_says_the_same_as_the_map(self):
        page = self.client.get("/agreements/pact/map/?on=1970")
        rows = re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page.content.decode(), re.DOTALL)

        self.assertEqual(len(rows), len(page.context["map"].drawn))
        for one, row in zip(page.context["marks"], rows, strict=True):
            self.assertIn(one.name, row)
            self.assertIn(f"status--{one.key}", row)
            self.assertIn(one.since, row)

    def test_partners_are_told_by_their_strongest_obligation(self):
        page = self.client.get("/actors/france/map/?on=1955")

        self.assertEqual(
            self.standing("/actors/france/map/?on=1955"),
            {"France": "self", "Soviet Union": "defence", "Spain": "shared"},
        )
        self.assertEqual(
            [(one.actor.title, one.agreements) for one in page.context["partners"]], [("Soviet Union", 1), ("Spain", 1)]
        )
        self.assertContains(page, 'href="/between/france/ussr/?on=1955"')
        self.assertContains(page, "Closest partners")

    def test_actor_without_partners_says_so(self):
        page = self.client.get("/actors/malta/map/?on=1955")

        self.assertContains(page, "Nothing on record on that day.")
        self.assertNotContains(page, "Closest partners")

    def test_counts_follow_the_day_and_the_obligation(self):
        def counted(address):
            return {one.name: one.words for one in self.client.get(address).context["marks"]}

        self.assertEqual(counted("/map/?on=1955"), {"France": "1 agreement", "Soviet Union": "1 agreement"})
        self.assertEqual(counted("/map/?on=1980"), {"Malta": "1 agreement", "Soviet Union": "1 agreement"})
        self.assertEqual(counted("/map/?on=1955&kind=neutrality"), {})

    def test_name_leads_to_the_map_of_its_entry_and_the_day_goes_along(self):
        for name, address in (("pact", "/agreements/pact/map/"), ("France", "/actors/france/map/")):
            self.assertRedirects(self.client.get(f"/map/?of={name}&on=1955"), f"{address}?on=1955")

    def test_name_that_fits_none_or_several_is_told(self):
        self.assertContains(self.client.get("/map/?of=nobody"), "Nothing has this name.")
        self.assertContains(self.client.get("/map/?of=a"), "Several entries fit.")

    def test_part_of_the_world_is_a_part_of_the_same_map(self):
        whole, part = (
            self.client.get(f"/agreements/pact/map/{query}").context["map"] for query in ("", "?part=europe")
        )

        self.assertEqual(whole.view_box, "0 0 2000 870")
        self.assertLess(part.view[2], whole.view[2] / 4)
        self.assertEqual(whole.land, part.land)
        self.assertEqual(self.client.get("/map/?part=moon").context["map"].view_box, whole.view_box)

    def test_years_lead_from_one_to_the_next(self):
        page = self.client.get("/agreements/pact/map/?on=1960&part=europe")

        self.assertContains(page, 'href="/agreements/pact/map/?on=1959&amp;part=europe" rel="nofollow"')
        self.assertContains(page, 'href="/agreements/pact/map/?on=1961&amp;part=europe" rel="nofollow" data-next')
        self.assertContains(page, 'href="/agreements/pact/map/?on=1949&amp;part=europe" rel="nofollow" data-first')
        first = self.client.get("/agreements/pact/map/?on=1949")
        self.assertNotContains(first, "Year before")
        self.assertNotContains(self.client.get("/agreements/pact/map/"), "Year after")

    def test_draft_withdrawn_renamed_and_gone_entries(self):
        make_agreement(slug="draft")
        self.assertEqual(self.client.get("/agreements/draft/map/").status_code, 404)
        Entry.objects.filter(slug="pact").update(slug="treaty")
        publish_now(type(self.pact).objects.get(pk=self.pact.pk))
        self.assertRedirects(
            self.client.get("/agreements/pact/map/?on=1955"), "/agreements/treaty/map/?on=1955", status_code=301
        )
        unpublish(Entry.objects.get(pk=self.second.pk), Entry.State.GONE)
        self.assertEqual(self.client.get("/agreements/second/map/").status_code, 410)
        self.assertEqual(self.client.get("/agreements/second/timeline/").status_code, 410)

    def test_day_that_is_none_is_told_and_today_is_shown(self):
        for address in ("/map/", "/agreements/pact/map/", "/actors/france/map/"):
            page = self.client.get(f"{address}?on=1949-02-30")
            self.assertContains(page, "There is no such date", status_code=400)

    def test_pages_lead_to_their_maps(self):
        self.assertContains(
            self.client.get("/agreements/pact/?on=1955"), 'href="/agreements/pact/map/?on=1955" rel="nofollow"'
        )
        self.assertContains(self.client.get("/actors/france/"), 'href="/actors/france/map/"')


class WeightTests(TestCase):
    def test_map_of_every_state_weighs_less_than_60_kilobytes_compressed(self):
        import gzip

        parties = [
            {"actor": publish_now(make_actor(title=f"State {code}", iso3=code)), "signed": "1949", "in_force": "1950"}
            for code in sorted({*world.world().shapes, *world.world().points})
        ]
        publish_now(make_agreement(slug="all", in_force="1950", obligations=["defence"], parties=parties))
        for address in ("/agreements/all/map/", "/map/", f"/actors/{parties[0]['actor'].slug}/map/"):
            with self.subTest(address):
                page = self.client.get(address)
                self.assertGreater(len(page.context["map"].drawn), 200)
                self.assertLess(len(gzip.compress(page.content)), 60_000)


class PropertyTests(HypothesisTestCase):
    @patient(15)
    @given(libraries, days)
    def test_maps_say_what_a_plain_reading_of_the_acts_says(self, library, on):
        actors, contents = build(library)

        for key, content in contents.items():
            marks = maps.party_marks(key, on)
            self.assertEqual({str(one.entry.pk): one.key for one in marks}, self.nearest(content, on))
        partners = {str(one.actor.pk): (one.agreements, dict(one.owed)) for one in maps.partners_of(actors[0].pk, on)}
        self.assertEqual(partners, self.partners(contents, str(actors[0].pk), on))

    def nearest(self, content, on):
        found = {}
        for part in content.participations:
            status = party_by_hand(content, part, on)
            if is_party(part) and party_heard_of(content, part, on) and status != Status.NONE:
                found.setdefault(part.actor, []).append(status)
        return {actor: str(min(statuses, key=maps.NEAREST.index)) for actor, statuses in found.items()}

    def partners(self, contents, actor, on):
        agreements, owed = Counter(), {}
        for content in contents.values():
            bound = {
                part.actor
                for part in content.participations
                if is_party(part) and party_by_hand(content, part, on) == Status.IN_FORCE
            }
            for other in bound - {actor} if actor in bound else ():
                agreements[other] += 1
                kinds = {
                    str(ObligationKind(one.kind))
                    for one in content.obligations
                    for by, to in ((actor, other), (other, actor))
                    if one.owed_by in ("", by) and one.owed_to in ("", to)
                }
                owed.setdefault(other, Counter()).update(kinds)
        return {other: (n, dict(owed[other])) for other, n in agreements.items()}


class LevelTests(TestCase):
    def test_legend_names_the_classes_that_occur(self):
        france = publish_now(make_actor(title="France", iso3="FRA"))
        rows = [(france, "FRA", "", 3)]

        marks, legend = maps.count_marks(rows)

        self.assertEqual(legend[marks[0].key], "3–4")
        self.assertEqual(legend["level-5"], "9 or more")
        self.assertEqual(maps.counts_of("", date(2000, 1, 1)), [])


class KeyboardTests(ScenarioTestCase):
    def test_map_can_be_passed_by_to_its_table(self):
        land = publish_now(make_actor(iso3="FRA"))
        publish_now(make_agreement(slug="pact", in_force="1949", parties=[{"actor": land, "in_force": "1949"}]))

        page = self.client.get("/agreements/pact/map/").content.decode()

        self.assertLess(page.index('href="#same">Past the map'), page.index('class="map__shape"'))
        self.assertIn('id="same"', page)
