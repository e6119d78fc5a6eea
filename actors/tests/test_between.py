from itertools import product

from django.utils.html import strip_tags
from hypothesis import given
from hypothesis.extra.django import TestCase as HypothesisTestCase

from actors import between
from actors.terms import Status
from actors.time_views import MOST_TIES
from defcoop_site.factories import make_actor, make_agreement, make_source, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase

from .brute import build, covers, days, days_of, ends_by_hand, is_party, libraries, party_by_hand, party_heard_of

BINDING = {Status.IN_FORCE, Status.PROVISIONAL}


class BetweenTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.france, cls.spain, cls.japan = (
            publish_now(make_actor(title=title, slug=title.lower())) for title in ("France", "Spain", "Japan")
        )
        cls.list = make_source("list", title="The depositary’s list", url="https://example.org/list")
        cls.pact = publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                in_force="1949",
                parties=[
                    {"actor": cls.france, "in_force": "1949-08-24", "source": cls.list, "locator": "p. 1"},
                    {"actor": cls.spain, "in_force": "1982-05-30", "source": cls.list, "locator": "p. 2"},
                ],
                obligations=[{"kind": "defence", "article": "5"}, {"kind": "consultation", "article": "4"}],
            )
        )

    def page(self, address="/between/france/spain/"):
        return self.client.get(address)

    def standings(self, response):
        return {
            tie.entry.title: tie.standing
            for _standing, _heading, ties, _count in response.context["groups"]
            for tie in ties
        }

    def test_what_binds_two_says_what_is_owed_since_when_by_which_article_and_who_says_so(self):
        publish_now(
            make_actor(
                title="Pact Organisation", slug="org", actor_kind="organisation", constituent_agreement=self.pact
            )
        )

        page = self.page()

        self.assertContains(page, "France and Spain are bound to defend each other.")
        for words in (
            "Consultation",
            "30 May 1982",
            "each owes it to the other",
            "The depositary’s list",
            "p. 2",
            '<a href="/actors/org/">',
        ):
            self.assertContains(page, words)
        text = " ".join(strip_tags(page.content.decode()).split())
        for words in ("article 5", "article 4"):
            self.assertIn(words, text)
        tie = page.context["groups"][0][2][0]
        self.assertEqual((tie.since, tie.standing), ("1982-05-30", between.BOUND))

    def test_on_an_earlier_day_they_were_not_bound(self):
        page = self.page("/between/france/spain/?on=1982-05-29")

        self.assertContains(page, "Nothing on record binds France and Spain to each other.")
        self.assertContains(self.page("/between/france/spain/?on=1982-05-30"), "bound to defend each other")

    def test_order_of_the_two_has_one_address(self):
        self.assertRedirects(
            self.page("/between/spain/france/?on=1990"), "/between/france/spain/?on=1990", status_code=301
        )

    def test_same_actor_twice_is_told(self):
        response = self.page("/between/france/france/")

        self.assertContains(response, "the same actor twice", status_code=400)
        self.assertContains(response, 'value="France"', status_code=400)

    def test_unknown_actor_is_not_found_and_a_gone_one_is_gone(self):
        self.assertEqual(self.page("/between/france/nowhere/").status_code, 404)
        unpublish(Entry.objects.get(slug="japan"), Entry.State.GONE)
        self.assertEqual(self.page("/between/france/japan/").status_code, 410)

    def test_renamed_actor_is_found_under_its_new_address_in_one_step(self):
        self.france.slug = "zfrance"
        self.france.save()
        publish_now(self.france)

        self.assertRedirects(
            self.page("/between/france/spain/?on=1990"), "/between/spain/zfrance/?on=1990", status_code=301
        )

    def test_withdrawn_agreement_binds_nobody(self):
        unpublish(Entry.objects.get(slug="pact"), Entry.State.WITHDRAWN)

        self.assertContains(self.page(), "Nothing on record binds")

    def test_withdrawn_actor_is_not_offered(self):
        unpublish(Entry.objects.get(slug="spain"), Entry.State.WITHDRAWN)

        self.assertEqual(self.page().status_code, 404)

    def test_partner_in_common_is_named_where_nothing_binds(self):
        publish_now(
            make_agreement(
                title="Other pact",
                slug="other",
                in_force="1960",
                parties=[{"actor": actor, "in_force": "1960"} for actor in (self.spain, self.japan)],
                obligations=["defence"],
            )
        )

        page = self.page("/between/france/japan/")

        self.assertEqual([partner.actor.title for partner in page.context["partners"]], ["Spain"])
        self.assertContains(page, '<a href="/agreements/other/">Other pact</a>')
        self.assertContains(
            self.page("/between/france/japan/?on=1970"), "No third actor on record has a defence agreement with both."
        )

    def test_ties_stand_apart_by_what_became_of_them(self):
        cases = {
            "Former": ({"in_force": "1950", "ended": "1960"}, {"in_force": "1955"}),
            "Missed": ({"in_force": "1950", "ended": "1960"}, {"in_force": "1965"}),
            "Halted": ({"in_force": "1950", "suspended": "1990"}, {"in_force": "1950"}),
            "Perhaps": ({"in_force": "unknown"}, {"in_force": "1950"}),
            "Waiting": ({"signed": "1950"}, {"in_force": "1950"}),
            "Watched": ({"in_force": "1950", "role": "observer"}, {"in_force": "1950"}),
            "Applied": ({"provisional": "1950"}, {"in_force": "1950"}),
        }
        for title, (one, other) in cases.items():
            publish_now(
                make_agreement(
                    title=title, signed="1950", parties=[{"actor": self.france, **one}, {"actor": self.spain, **other}]
                )
            )

        self.assertEqual(
            self.standings(self.page()),
            {
                "Pact": "bound",
                "Applied": "bound",
                "Halted": "suspended",
                "Perhaps": "unknown",
                "Waiting": "signed",
                "Former": "former",
            },
        )
        self.assertContains(self.page(), "until")

    def test_obligation_of_one_side_is_told_as_such(self):
        publish_now(
            make_agreement(
                title="Guarantee",
                in_force="1960",
                parties=[{"actor": actor, "in_force": "1960"} for actor in (self.france, self.japan)],
                obligations=[{"kind": "defence", "owed_by": self.france, "owed_to": self.japan}],
            )
        )

        page = self.page("/between/france/japan/")

        self.assertContains(page, "France is bound to defend Japan, and not the other way round.")
        self.assertContains(page, "France owes it to Japan")

    def test_obligation_towards_a_third_is_none_between_the_two(self):
        publish_now(
            make_agreement(
                title="Guarantee",
                in_force="1960",
                parties=[{"actor": actor, "in_force": "1960"} for actor in (self.france, self.spain, self.japan)],
                obligations=[{"kind": "neutrality", "owed_to": self.japan}],
            )
        )

        self.assertNotContains(self.page(), "Neutrality")
        self.assertContains(self.page("/between/france/japan/"), "Neutrality")

    def test_member_and_its_organisation(self):
        publish_now(
            make_actor(
                title="Pact Organisation", slug="org", actor_kind="organisation", constituent_agreement=self.pact
            )
        )

        self.assertContains(self.page("/between/france/org/"), "France belongs to Pact Organisation.")
        self.assertContains(self.page("/between/france/org/?on=1940"), "Nothing on record binds")


class ChoosingTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        publish_now(make_actor(title="United Kingdom", slug="united-kingdom", official_name="…"))
        publish_now(make_actor(title="North Korea", slug="north-korea"))
        publish_now(make_actor(title="South Korea", slug="south-korea"))
        kingdom = Entry.objects.get(slug="united-kingdom").actor
        kingdom.entry_aliases = None
        from publishing.desk import write_aliases

        write_aliases(kingdom, ["UK", "Grande-Bretagne"])
        publish_now(kingdom)

    def choose(self, a, b, **more):
        return self.client.get("/between/", {"a": a, "b": b, **more})

    def test_names_aliases_and_addresses_lead_to_the_page_in_any_spelling(self):
        for name in (
            "United Kingdom",
            "united kingdom",
            " UNITED  KINGDOM ",
            "UK",
            "grande-bretagne",
            "united-kingdom",
        ):
            with self.subTest(name):
                self.assertRedirects(self.choose("South Korea", name), "/between/south-korea/united-kingdom/")

    def test_day_goes_along(self):
        self.assertRedirects(
            self.choose("UK", "North Korea", on="1990-10"), "/between/north-korea/united-kingdom/?on=1990-10"
        )

    def test_name_that_fits_several_offers_them(self):
        response = self.choose("Korea", "UK")

        self.assertContains(response, "Several actors fit.")
        self.assertContains(response, "a=north-korea&amp;b=United%20Kingdom")

    def test_name_that_fits_none_is_told(self):
        self.assertContains(self.choose("Ruritania", "UK"), "No actor has this name.")

    def test_one_name_alone_waits_for_the_other(self):
        response = self.choose("UK", "")

        self.assertContains(response, 'value="United Kingdom"')
        self.assertNotContains(response, 'role="alert"')

    def test_same_actor_under_two_names_is_told(self):
        self.assertContains(self.choose("UK", "United Kingdom"), "the same actor twice")

    def test_script_is_given_names_that_fit(self):
        names = self.client.get("/between/names/", {"q": "kor"}).json()["names"]

        self.assertEqual(names, ["North Korea", "South Korea"])
        self.assertEqual(self.client.get("/between/names/").json(), {"names": []})


class ManyTiesTests(ScenarioTestCase):
    def test_page_shows_the_nearest_first_counts_all_and_leads_to_the_next_page(self):
        one, other = (publish_now(make_actor(title=name, slug=name.lower())) for name in ("Ana", "Bob"))
        parties = [{"actor": actor, "in_force": "1949"} for actor in (one, other)]
        for n in range(MOST_TIES):
            publish_now(make_agreement(title=f"Pact {n:02}", in_force="1949", terminated="1960", parties=parties))
        publish_now(make_agreement(title="Zone", in_force="1949", parties=parties, obligations=["defence"]))

        first, second = (self.client.get(f"/between/ana/bob/?page={number}") for number in (1, 2))

        self.assertEqual(
            [(group[0], len(group[2]), group[3]) for group in first.context["groups"]],
            [("bound", 1, 1), ("former", MOST_TIES - 1, MOST_TIES)],
        )
        self.assertContains(first, 'href="?page=2"')
        self.assertEqual(
            [tie.entry.title for group in second.context["groups"] for tie in group[2]], [f"Pact {MOST_TIES - 1}"]
        )
        self.assertContains(second, "Ana and Bob are bound to defend each other.")
        self.assertContains(second, ">Zone</a>")


class PropertyTests(HypothesisTestCase):
    """Ties and partners are those that a plain reading of the acts gives."""

    @patient(40)
    @given(libraries, days)
    def test_between_is_what_a_plain_reading_gives(self, library, on):
        actors, contents = build(library)
        keys = [str(actor.pk) for actor in actors]

        for one, other in ((0, 1), (1, 2), (0, 3)):
            pair = (actors[one], actors[other])
            found = {tie.entry.pk: tie for tie in between.ties_between(pair, on)}
            expected = {key: self.standing(content, keys[one], keys[other], on) for key, content in contents.items()}
            self.assertEqual(
                {key: tie.standing for key, tie in found.items()},
                {key: value for key, value in expected.items() if value},
            )
            for key, tie in found.items():
                self.assertEqual(
                    sorted((str(owed.row.part_key), owed.forth, owed.back) for owed in tie.owed),
                    sorted(self.owed(contents[key], keys[one], keys[other])),
                )
            partners = {str(partner.actor.pk) for partner in between.partners_in_common(pair, on)}
            self.assertEqual(partners, self.partners(contents, keys, keys[one], keys[other], on))

    def spells(self, content, actor, on):
        return [
            part
            for part in content.participations
            if part.actor == actor and is_party(part) and party_heard_of(content, part, on)
        ]

    def standing(self, content, one, other, on):
        found = [
            self.pair(content, a, b, on)
            for a, b in product(self.spells(content, one, on), self.spells(content, other, on))
        ]
        return next((name for name in between.ORDER if name in found), None)

    def pair(self, content, a, b, on):
        statuses = {party_by_hand(content, part, on) for part in (a, b)}
        if statuses <= BINDING:
            return "bound"
        if statuses <= BINDING | {Status.SUSPENDED}:
            return "suspended"
        if Status.NONE in statuses:
            return None
        if Status.ENDED in statuses:
            return "former" if self.overlapped(content, (a, b), on) else None
        return "signed" if Status.SIGNED in statuses and Status.UNKNOWN not in statuses else "unknown"

    def overlapped(self, content, parts, on):
        """Whether on some day up to `on` each may have been in force: tried on every day on which one may have begun."""
        firsts = [day for part in parts for day in days_of(part.in_force, on) if day and day <= on]
        return any(all(self.may_hold(content, part, day) for part in parts) for day in firsts)

    def may_hold(self, content, part, on):
        return any(
            covers(*pair, on) for pair in product(days_of(part.in_force, on), days_of(ends_by_hand(content, part), on))
        )

    def owed(self, content, one, other):
        for part in content.obligations:
            forth = part.owed_by in ("", one) and part.owed_to in ("", other)
            back = part.owed_by in ("", other) and part.owed_to in ("", one)
            if forth or back:
                yield part.key, forth, back

    def defended_with(self, contents, actor, on):
        """{other actor} with whom it is bound by an agreement with a mutual defence obligation."""
        found = set()
        for content in contents.values():
            if any(part.kind == "defence" and not part.owed_by and not part.owed_to for part in content.obligations):
                bound = {
                    part.actor
                    for part in content.participations
                    if is_party(part) and party_by_hand(content, part, on) == Status.IN_FORCE
                }
                found |= bound - {actor} if actor in bound else set()
        return found

    def partners(self, contents, keys, one, other, on):
        return (self.defended_with(contents, one, on) & self.defended_with(contents, other, on)) - {one, other}
