from urllib.parse import quote

import time_machine
from hypothesis import given
from hypothesis.extra.django import TestCase as HypothesisTestCase

from actors.terms import Status
from actors.views import STATUSES
from defcoop_site.factories import make_actor, make_agreement, publish_now
from publishing.models import Entry
from publishing.public import PublicEntry
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase

from .brute import agreement_by_hand, build, days, heard_of, is_party, libraries, party_by_hand, party_heard_of

BAD = {
    "0000": "no such date",
    "0000-00-00": "no such date",
    "9999-99-99": "no such date",
    "1949-02-30": "no such date",
    "1949-13": "no such date",
    "yesterday": "is not a date",
    "4 April 1949": "is not a date",
    "unknown": "is no day",
    "1949,1950": "is not a date",
    "1949-4-4": "is not a date",
    "٣٤٥٦": "is not a date",
    "<script>": "is not a date",
    "9999": "lies in the future",
    "2999-01-01": "lies in the future",
    "0999": "before the year 1000",
    "1990&on=1991": "several days",
}


class AsOfTests(ScenarioTestCase):
    """Given a pact that France signed, joined and left, an organisation that it makes, and a newcomer."""

    @classmethod
    def setUpTestData(cls):
        france = publish_now(make_actor(title="France", slug="france"))
        spain = publish_now(make_actor(title="Spain", slug="spain"))
        cls.pact = publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                signed="1949-04-04",
                in_force="1949-08-24",
                terminated="1991-07-01",
                termination_cause="dissolved",
                withdrawal_rule="One year",
                parties=[
                    {
                        "actor": france,
                        "signed": "1949-04-04",
                        "in_force": "1949-08-24",
                        "notice": "1966-03-10",
                        "ended": "1967-03-10",
                    },
                    {"actor": spain, "in_force": "1982-05-30"},
                ],
                obligations=[{"kind": "defence", "article": "5"}],
                body="On [[France]].",
            )
        )
        publish_now(
            make_actor(
                title="Pact Organisation",
                slug="org",
                actor_kind="organisation",
                founded="1949",
                dissolved="1991-07-01",
                constituent_agreement=cls.pact,
            )
        )
        publish_now(make_agreement(title="Later", slug="later", signed="1995", in_force="1996", parties=[france]))

    def test_values_that_name_no_day_get_a_reason_and_todays_page(self):
        for address in (
            "/actors/france/",
            "/agreements/pact/",
            "/actors/",
            "/agreements/",
            "/between/france/spain/",
            "/between/",
            "/agreements/exits/",
            "/agreements/compare/",
        ):
            for value, reason in BAD.items():
                with self.subTest(f"{address} {value}"):
                    asked = value if "&" in value else quote(value)

                    response = self.client.get(f"{address}?on={asked}")

                    self.assertContains(response, reason, status_code=400)
                    self.assertContains(response, "The page shows today.", status_code=400)
                    self.assertNotContains(response, 'class="as-of"', status_code=400)
                    self.assertNotContains(response, "<script>", status_code=400)

    def test_nothing_asked_is_today(self):
        for address in ("/actors/france/", "/agreements/pact/", "/actors/", "/agreements/"):
            with self.subTest(address):
                plain = self.client.get(address)

                self.assertEqual(self.client.get(f"{address}?on=").content, plain.content)
                self.assertNotContains(plain, "?on=")
                self.assertNotContains(plain, "Return to today")

    def test_band_names_the_day_and_leads_back(self):
        for address, path in (
            ("/actors/france/?on=1990-10-03", "/actors/france/"),
            ("/agreements/?type=alliance&on=1990-10-03", "/agreements/?type=alliance"),
        ):
            with self.subTest(address):
                response = self.client.get(address)

                self.assertContains(response, '<time datetime="1990-10-03">3 October 1990</time>')
                self.assertContains(response, f'<a href="{path}">Return to today</a>')
                self.assertContains(response, '<body class="as-of">')
                self.assertContains(response, '<meta name="robots" content="noindex">')

    def test_year_or_month_means_its_last_day(self):
        with time_machine.travel("2026-05-10 12:00", tick=False):
            for text, words in {
                "1949": "31 December 1949</time> (the last day of 1949)",
                "1952-02": "29 February 1952</time> (the last day of February 1952)",
                "2026": "10 May 2026</time> (2026 so far)",
                "2026-05": "10 May 2026</time> (May 2026 so far)",
            }.items():
                with self.subTest(text):
                    self.assertContains(self.client.get(f"/actors/?on={text}"), words)
            self.assertEqual(self.client.get("/actors/?on=2026-05-11").status_code, 400)

    def test_agreement_shows_only_what_had_come(self):
        page = self.client.get("/agreements/pact/?on=1966-12-31")

        party = page.context["parties"][0].part
        self.assertEqual(
            [party.part["actor"] for party in page.context["parties"]], [str(PublicEntry.objects.get(slug="france").pk)]
        )
        self.assertEqual((party["notice"], party["ended"]), ("1966-03-10", ""))
        self.assertEqual((page.context["status"], page.context["party_count"]), (Status.IN_FORCE, 1))
        for later in ("1991", "1967", "1982", "dissolved"):
            self.assertNotContains(page, later)
        self.assertContains(self.client.get("/agreements/pact/"), "dissolved by decision")

    def test_members_and_obligations_follow_the_day(self):
        for day, members, former in (
            ("1949-08-23", [], []),
            ("1950", ["France"], []),
            ("1985", ["Spain"], ["France"]),
            ("1992", [], ["France", "Spain"]),
        ):
            with self.subTest(day):
                context = self.client.get(f"/actors/org/?on={day}").context

                self.assertEqual([row.name for row in context["members"]], members)
                self.assertEqual([row.name for row in context["former_members"]], former)
        owed = {
            day: bool(self.client.get(f"/actors/france/?on={day}").context["obligations"])
            for day in ("1949", "1967-03-10", "1967-03-11")
        }
        self.assertEqual(owed, {"1949": True, "1967-03-10": True, "1967-03-11": False})

    def test_actor_shows_no_agreement_of_a_later_day(self):
        page = self.client.get("/actors/france/?on=1950")

        self.assertContains(page, "/agreements/pact/")
        self.assertNotContains(page, "/agreements/later/")
        self.assertNotContains(page, "1967")

    def test_lists_hold_what_there_was(self):
        def titles(address):
            return [row[0].title for row in self.client.get(address).context["rows"]]

        self.assertEqual(titles("/agreements/?on=1948"), [])
        self.assertEqual(titles("/agreements/?on=1950"), ["Pact"])
        self.assertEqual(titles("/agreements/?on=1992&status=ended"), ["Pact"])
        self.assertEqual(titles("/agreements/?on=1990&status=ended"), [])
        self.assertEqual(titles("/actors/?on=1948"), ["France", "Spain"])
        self.assertEqual(titles("/actors/?on=1950&kind=organisation"), ["Pact Organisation"])
        self.assertEqual(titles("/actors/?on=1992&kind=organisation"), [])
        self.assertEqual([row[1].party_count for row in self.client.get("/agreements/?on=1970").context["rows"]], [0])

    def test_links_keep_the_day_where_pages_understand_it(self):
        page = self.client.get("/agreements/pact/?on=1950")

        for address in ("/actors/france/", "/actors/org/", "/actors/", "/agreements/", "/map/"):
            self.assertContains(page, f'href="{address}?on=1950"')
        self.assertNotContains(page, "/topics/?on")
        self.assertContains(page, '<link rel="canonical" href="http://testserver/agreements/pact/">')
        self.assertContains(self.client.get("/agreements/?on=1950"), 'href="/agreements/pact/?on=1950"')

    def test_former_address_leads_on_with_the_day(self):
        Entry.objects.filter(slug="pact").update(slug="treaty")
        publish_now(type(self.pact).objects.get(pk=self.pact.pk))

        response = self.client.get("/agreements/pact/?on=1950")

        self.assertRedirects(response, "/agreements/treaty/?on=1950", status_code=301)


class PropertyTests(HypothesisTestCase):
    @patient(15)
    @given(libraries, days)
    def test_pages_say_what_a_plain_reading_of_the_acts_says(self, library, on):
        actors, contents = build(library)

        self.assert_agreements(contents, on)
        for actor in actors[:2]:
            self.assert_participations(actor, contents, on)

    def assert_agreements(self, contents, on):
        known = {key: content for key, content in contents.items() if heard_of(content, on)}
        for name, statuses in STATUSES.items():
            rows = self.client.get(f"/agreements/?on={on}&status={name}").context["rows"]
            expected = {key for key, content in known.items() if agreement_by_hand(content, on) in statuses}
            self.assertEqual({row[0].pk for row in rows}, expected, (name, on))
            for entry, agreement, _status in rows:
                self.assertEqual(agreement.party_count, self.count(contents[entry.pk], on))

    def count(self, content, on):
        """Parties for certain in force, suspended ones and those of whom only the suspension is unknown included."""
        found = set()
        for part in content.participations:
            bare = type(part)(**{**vars(part), "suspended": ""})
            unsuspended = type(content)(**{**vars(content), "suspended": ""})
            if is_party(part) and party_by_hand(unsuspended, bare, on) == Status.IN_FORCE:
                found.add(part.actor)
        return len(found)

    def assert_participations(self, actor, contents, on):
        groups = self.client.get(f"{actor.get_absolute_url()}?on={on}").context["participations"]
        found = sorted((str(row.part_key), row.status) for group in groups for row in group.rows)
        expected = sorted(
            (part.key, party_by_hand(content, part, on))
            for content in contents.values()
            for part in content.participations
            if part.actor == str(actor.pk) and party_heard_of(content, part, on)
        )
        self.assertEqual(found, expected)
