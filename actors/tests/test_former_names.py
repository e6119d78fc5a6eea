import json
import re
from datetime import date

from actors.models import FormerName
from actors.public import PublicFormerName, names_on
from defcoop_site.factories import make_actor, make_agreement, make_source, publish_now
from publishing.check import check_public
from publishing.public import PublicEntry
from publishing.publication import PublicationError
from publishing.snapshots import restore, take_snapshot
from publishing.tests.scenario import ScenarioTestCase

from .test_facts import check_facts


class FormerNameTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.eswatini = publish_now(
            make_actor(
                title="Eswatini",
                slug="eswatini",
                iso3="SWZ",
                region="sub-saharan-africa",
                former_names=[{"name": "Swaziland", "until": "2018-04-18"}],
            )
        )
        cls.turkey = publish_now(
            make_actor(
                title="Türkiye", slug="turkey", iso3="TUR", former_names=[{"name": "Turkey", "until": "2022-06-01"}]
            )
        )
        cls.macedonia = publish_now(
            make_actor(
                title="North Macedonia",
                slug="north-macedonia",
                iso3="MKD",
                former_names=[{"name": "Macedonia", "since": "1991-09-08", "until": "2019-02-11"}],
            )
        )
        publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                in_force="1950",
                obligations=["defence"],
                parties=[
                    {"actor": cls.eswatini, "in_force": "1970"},
                    {"actor": cls.turkey, "in_force": "1952"},
                    {"actor": cls.macedonia, "in_force": "1995", "ended": "2020-01-01", "ended_means": "withdrawal"},
                ],
            )
        )

    def read(self, address):
        return self.client.get(address).content.decode()

    def test_name_holds_to_its_last_day(self):
        for day, names in {
            "2018-04-18": {"Swaziland", "Turkey", "Macedonia"},
            "2018-04-19": {"Turkey", "Macedonia"},
            "1991-09-07": {"Swaziland", "Turkey"},
            "2022-06-02": set(),
        }.items():
            with self.subTest(day):
                self.assertEqual(set(names_on(date.fromisoformat(day)).values()), names)

    def test_pages_of_a_past_day_use_the_names_of_that_day(self):
        for address in (
            "/actors/", "/agreements/pact/", "/agreements/pact/map/", "/agreements/pact/timeline/", "/map/", "/actors/turkey/map/",
            "/agreements/exits/", "/between/eswatini/turkey/",
        ):  # fmt: skip
            with self.subTest(address):
                then, now = self.read(f"{address}?on=2000"), self.read(address)
                self.assertNotIn("Swaziland", now)
                self.assertNotRegex(now, r"\bMacedonia(?<!North Macedonia)")
                if "exits" in address:
                    self.assertNotIn("Macedonia", then)  # it had not left
                    self.assertIn("Macedonia", self.read(f"{address}?on=2021"))
                    continue
                self.assertIn("Swaziland", then)

    def test_name_of_today_stands_beside_it(self):
        for address in ("/actors/", "/agreements/pact/", "/agreements/pact/map/", "/map/"):
            with self.subTest(address):
                self.assertContains(self.client.get(f"{address}?on=2000"), "today Eswatini")
                self.assertNotContains(self.client.get(address), "today Eswatini")

    def test_map_says_the_name_on_the_state_itself(self):
        self.assertContains(self.client.get("/agreements/pact/map/?on=2000"), "Swaziland: in force")
        self.assertContains(self.client.get("/agreements/pact/map/"), "Eswatini: in force")

    def test_files_of_a_past_day_use_them_too(self):
        rows = self.client.get("/agreements/pact/map.json?on=2000").json()["rows"]

        self.assertEqual({row["party"] for row in rows}, {"Swaziland", "Turkey", "Macedonia"})

    def test_api_calls_actors_as_they_were_called_on_the_day(self):
        def titles(address):
            data = json.dumps(self.client.get(f"/api/v1/{address}").json(), ensure_ascii=False)
            return set(re.findall(r'"title": "((?:Swaziland|Eswatini|Turkey|Türkiye))"', data))

        for address in ("actors", "participations", "between/eswatini/turkey", "agreements/pact"):
            with self.subTest(address):
                self.assertEqual(titles(address), {"Eswatini", "Türkiye"})
                self.assertEqual(titles(f"{address}?on=2000"), {"Swaziland", "Turkey"})

    def test_addresses_in_the_api_are_those_of_today(self):
        for row in self.client.get("/api/v1/actors?on=2000").json()["results"]:
            self.assertNotIn("?", row["url"])

    def test_sentence_between_two_names_them_as_its_heading_does(self):
        page = self.client.get("/between/eswatini/turkey/?on=2000").context

        self.assertIn("Swaziland", page["sentence"])
        self.assertEqual([one.title for one in page["pair"]], ["Swaziland", "Turkey"])

    def test_page_of_the_actor_tells_its_former_names(self):
        self.assertContains(self.client.get("/actors/eswatini/"), "Swaziland, until 18 April 2018")

    def test_name_of_an_imprecise_end_is_given_only_where_it_certainly_held(self):
        land = make_actor(former_names=[{"name": "Old", "until": "1950"}, {"name": "Middle", "until": "1960-03"}])

        publish_now(land)

        rows = PublicFormerName.objects.filter(entry=land.pk).order_by("last").values_list("name", "first", "last")
        self.assertEqual(list(rows), [("Old", None, date(1950, 1, 1)), ("Middle", date(1951, 1, 1), date(1960, 3, 1))])

    def test_unknown_end_gives_no_day(self):
        land = publish_now(make_actor(former_names=[{"name": "Old", "until": "unknown"}]))

        self.assertFalse(PublicFormerName.objects.filter(entry=land.pk).exists())
        self.assertContains(self.client.get(land.get_absolute_url()), "Old, until unknown")

    def test_restore_brings_names_back_and_nothing_is_left_of_none(self):
        snapshot = take_snapshot(self.eswatini)
        self.eswatini.former_names.all().delete()
        without = take_snapshot(self.eswatini)

        restored, losses = restore(self.eswatini, snapshot)

        self.assertNotIn("former_names", without.content)
        self.assertEqual((restored.digest, losses), (snapshot.digest, []))
        self.assertEqual(check_public(), [])

    def test_name_has_a_source_of_its_own_or_that_of_the_facts(self):
        gazette = make_source("gazette", title="Gazette on names")
        land = make_actor(
            slug="land",
            founded="1900",
            facts_source=make_source("almanac", title="Almanac"),
            former_names=[
                {"name": "Old", "until": "1950-01-01", "source": gazette, "locator": "p. 3"},
                {"name": "Middle", "until": "1960-01-01"},
            ],
        )

        publish_now(land)

        facts = {
            fact.text: fact.note for fact in self.client.get(land.get_absolute_url()).context["facts"] if fact.text
        }
        page = PublicEntry.objects.get(pk=land.pk).page
        notes = {note["number"]: note["title"] for note in page["notes"]}
        self.assertEqual(notes[facts["Old, until 1 January 1950"]], "Gazette on names")
        self.assertEqual(notes[facts["Middle, until 1 January 1960"]], "Almanac")

    def test_facts_check_names_a_name_without_any_source(self):
        take_snapshot(make_actor(slug="land", former_names=[{"name": "Old", "until": "1950"}]))

        self.assertIn("actor land: Old: No source is named.\n", check_facts()[0])

    def test_name_without_an_end_is_not_published(self):
        with self.assertRaises(PublicationError):
            publish_now(make_actor(former_names=[{"name": "Old"}]))

    def test_facts_check_names_an_impossible_order(self):
        take_snapshot(make_actor(slug="land", former_names=[{"name": "Old", "since": "1950", "until": "1949"}]))

        self.assertIn("actor land: Old: A name cannot end before it begins.\n", check_facts()[0])
        FormerName.objects.filter(name="Old").delete()
