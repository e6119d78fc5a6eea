from collections import Counter
from itertools import combinations

from django.test import SimpleTestCase, TestCase

from actors.codes import cow_codes
from actors.importing.states import NoMatch, States, read_states
from actors.terms import Region
from defcoop_site.factories import make_actor


class StateListTests(SimpleTestCase):
    def test_each_state_stands_once_with_a_region_that_exists(self):
        states, _lists = read_states()

        codes = Counter(state.iso3 for state in states.values() if state.iso3)

        self.assertEqual([code for code, times in codes.items() if times > 1], [])
        self.assertLessEqual({state.region for state in states.values()}, set(Region.values))

    def test_no_code_or_name_means_two_states_on_one_day(self):
        for name, meanings in ((n, m) for listed in read_states()[1].values() for n, m in listed.items()):
            for one, other in combinations(meanings, 2):
                first, second = sorted([one, other], key=lambda meaning: meaning.first)
                with self.subTest(name):
                    self.assertTrue(first.last and first.last < second.first)


class CodeTests(SimpleTestCase):
    def test_state_has_the_codes_of_its_whole_life_and_what_is_no_state_has_none(self):
        for slug, iso3, codes in (
            ("france", "FRA", "220"),
            ("renamed-since", "FRA", "220"),
            ("germany", "DEU", "255 260"),
            ("soviet-union", "", "365"),
            ("east-germany", "", "265"),
            ("nato", "", ""),
        ):
            with self.subTest(slug):
                self.assertEqual(cow_codes(slug, iso3), codes)


class StateOverTimeTests(TestCase):
    def test_a_code_means_the_state_of_its_time(self):
        states = States()
        for code, dated, slug in (
            ("365", "1917-11-06", "russian-empire"),
            ("365", "1922-12-29", "soviet-russia"),
            ("365", "1922-12-30", "soviet-union"),
            ("365", "1991-12-25", "soviet-union"),
            ("365", "1991-12-26", "russia"),
            ("255", "1871-01-17", "prussia"),
            ("255", "1871-01-18", "germany"),
            ("260", "1970", "germany"),
            ("265", "1970", "east-germany"),
            ("255", "1990-10-03", "germany"),
            ("345", "1918-11-30", "serbia"),
            ("345", "1918-12-01", "yugoslavia"),
            ("345", "1992-04-27", "serbia"),
            ("572", "1975", "eswatini"),
        ):
            with self.subTest(f"{code} {dated}"):
                self.assertEqual(states.by_code(code, dated), slug)

    def test_date_that_fits_two_states_or_none_matches_nothing(self):
        states = States()
        for code, dated in (
            ("365", "1991"),
            ("365", "1922-12"),
            ("255", "1960-01-01"),
            ("640", "1922-12-01"),
            ("1", "1960"),
        ):
            with self.subTest(f"{code} {dated}"), self.assertRaises(NoMatch):
                states.by_code(code, dated)

    def test_name_means_the_state_of_its_time(self):
        states = States()

        self.assertEqual(states.by_name("un", "Swaziland"), ("eswatini", ""))
        self.assertEqual(states.by_name("uk", "SWAZILAND"), ("eswatini", "SWAZILAND"))
        self.assertEqual(states.by_name("uk", "GERMANY FEDERAL REPUBLIC"), ("germany", ""))
        self.assertEqual(states.by_name("uk", "RUSSIA", "1900-01-01"), ("russian-empire", ""))
        for name, dated in (("RUSSIA", "1950-01-01"), ("RUSSIA", ""), ("CONGO", ""), ("RURITANIA", "")):
            with self.subTest(name), self.assertRaises(NoMatch):
                states.by_name("uk", name, dated)

    def test_actor_is_found_by_its_iso_code_or_its_one_name(self):
        swaziland = make_actor(title="Kingdom of Eswatini", iso3="SWZ")
        union = make_actor(title="USSR")
        union.aliases.create(name="Soviet Union", normalised="soviet union")
        states = States()

        self.assertEqual(states.key("eswatini"), str(swaziland.pk))
        self.assertEqual(states.key("soviet-union"), str(union.pk))
        self.assertEqual([state.slug for state in states.to_make(["eswatini", "chad"])], ["chad"])

    def test_two_actors_of_one_name_match_nothing(self):
        make_actor(title="Prussia")
        make_actor(title="Prussia", slug="prussia-2")

        with self.assertRaisesMessage(NoMatch, "several actors of the library are Prussia"):
            States().by_code("255", "1860-01-01")

    def test_organisation_is_found_by_its_name_in_the_library(self):
        with self.assertRaises(NoMatch):
            States().by_name("un", "European Union")
        union = make_actor(title="European Union", actor_kind="organisation")

        self.assertEqual(States().by_name("un", "European Union"), (str(union.pk), ""))
