import re
from datetime import date

import time_machine
from django.utils.html import strip_tags

from actors.actor_pages import MOST_SHOWN
from actors.definitions import closed_lists
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.tests.scenario import ScenarioTestCase
from topics.vocabulary import Topic


def table_rows(response):
    """The rows of all tables as lists of words."""
    html = re.sub(r"<sup.*?</sup>", "", response.content.decode(), flags=re.DOTALL)  # the notes
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [
        [" ".join(strip_tags(cell).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


class AgreementPageTests(ScenarioTestCase):
    def page(self, **fields):
        publish_now(make_agreement(slug="pact", **fields))
        return self.client.get("/agreements/pact/")

    def row_of(self, response, name):
        return next(row for row in table_rows(response) if row[0].startswith(name))

    def test_table_of_parties_tells_none_and_unknown_apart(self):
        france = make_actor(title="France")

        response = self.page(
            parties=[
                {
                    "actor": france,
                    "signed": "1949-04-04",
                    "consent": "unknown",
                    "in_force": "1949-08",
                    "consent_means": "ratification",
                }
            ]
        )

        row = self.row_of(response, "France")
        self.assertEqual(row[1:5], ["4 April 1949", "unknown ratification", "August 1949", "none"])

    def test_year_is_not_shown_as_the_first_of_january(self):
        france = make_actor(title="France")

        response = self.page(
            signed="1949",
            in_force="1950",
            terminated="1966-07",
            parties=[{"actor": france, "signed": "1949", "in_force": "1950"}],
        )

        text = response.content.decode()
        self.assertNotIn("January", text)
        self.assertNotIn("-01-01", text.replace(f"{date.today():%Y}-01-01", ""))
        self.assertIn('<time class="date" datetime="1949">1949</time>', text)
        self.assertIn('<time class="date" datetime="1966-07">July 1966</time>', text)

    def test_unknown_date_of_the_agreement_is_shown_as_unknown(self):
        response = self.page(signed="unknown", in_force="unknown")

        self.assertContains(response, '<span class="date date--unknown">unknown</span>')
        self.assertContains(response, "status--unknown")

    def test_date_that_was_left_out_has_no_line_in_the_facts(self):
        response = self.page(signed="1949", in_force="")

        self.assertNotContains(response, "In force from</dt>")

    def test_parties_at_present_are_counted_without_observers_signatories_and_those_who_left(self):
        actors = [make_actor(title=title) for title in ("In", "Watcher", "Left", "Signer", "Suspended", "Perhaps")]
        spells = [
            {"in_force": "1949"},
            {"in_force": "1949", "role": "observer"},
            {"in_force": "1949", "ended": "1966"},
            {"signed": "1949"},
            {"in_force": "1949", "suspended": "2007-12-12"},
            {"in_force": "unknown"},
        ]

        response = self.page(
            in_force="1949", parties=[{"actor": actor, **spell} for actor, spell in zip(actors, spells, strict=True)]
        )

        self.assertContains(response, "2 at present")
        statuses = {row[0].split()[0]: row[5] for row in table_rows(response) if len(row) == 6 and row[0] != "Party"}
        self.assertEqual(
            statuses,
            {
                "In": "in force",
                "Watcher": "in force",
                "Left": "ended",
                "Signer": "signed, not in force",
                "Suspended": "suspended suspended 12 December 2007",
                "Perhaps": "unknown",
            },
        )

    def history(self, address="/agreements/pact/"):
        html = self.client.get(address).content.decode().partition('class="history"')[2].partition("</dl>")[0]
        lines = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html, re.DOTALL)
        return [" ".join(strip_tags(f"{day}: {words}").split()) for day, words in lines]

    def publish_pact_with_a_past(self):
        belgium, france, iran = (make_actor(title=title) for title in ("Belgium", "France", "Iran"))
        together = {"signed": "1949-04-04", "consent": "1949-06", "consent_means": "ratification", "in_force": "1950"}
        joined = {"consent": "1955-02-18", "consent_means": "accession", "in_force": "unknown"}
        left = {"notice": "1979-03-15", "ended": "1980-03-15", "ended_means": "withdrawal"}
        self.page(
            signed="1949-04-04",
            provisional="1949-05",
            in_force="1950",
            parties=[{"actor": belgium, **together}, {"actor": france, **together}, {"actor": iran, **joined, **left}],
        )

    def test_history_tells_the_acts_of_the_table_in_order_of_time(self):
        self.publish_pact_with_a_past()

        told = self.history()

        self.assertEqual(
            told,
            [
                "4 April 1949: Signed by Belgium, France",
                "May 1949: The agreement is provisionally applied",
                "June 1949: Consent to be bound by Belgium, France (ratification)",
                "1950: The agreement enters into force",
                "1950: In force for Belgium, France",
                "18 February 1955: Consent to be bound by Iran (accession)",
                "15 March 1979: Notice of withdrawal by Iran",
                "15 March 1980: Ends for Iran (withdrawal)",
                "unknown: In force for Iran",
            ],
        )

    def test_history_runs_from_the_newest_where_the_reader_chose_so_and_unknown_days_stay_last(self):
        self.publish_pact_with_a_past()

        told = self.history("/agreements/pact/?order=newest")

        self.assertEqual(told, [*self.history()[-2::-1], self.history()[-1]])

    def test_history_of_a_day_knows_nothing_later_and_keeps_its_order(self):
        self.publish_pact_with_a_past()

        response = self.client.get("/agreements/pact/?on=1949-05-31&order=newest")

        told = self.history("/agreements/pact/?on=1949-05-31&order=newest")
        self.assertEqual(
            told[:2],
            ["May 1949: The agreement is provisionally applied", "4 April 1949: Signed by Belgium, France"],
        )
        self.assertContains(response, 'name="order" value="newest"')
        self.assertNotIn("Iran", "".join(told))

    def test_history_says_which_day_is_disputed_and_which_is_to_come(self):
        germany = make_actor(title="Germany")
        dispute = {"disputed": "in_force", "other_reading": "1955-05-09", "dispute": "Deposit and ceremony."}
        next_year = str(date.today().year + 1)

        self.page(parties=[{"actor": germany, "in_force": "1955-05-06", "ended": next_year, **dispute}])

        told = self.history()
        self.assertIn("6 May 1955: In force for Germany disputed date: see above", told)
        self.assertIn(f"{next_year}: Ends for Germany to take effect", told)

    def test_long_history_is_folded_until_the_reader_chooses_its_order(self):
        france = make_actor(title="France")
        self.page(parties=[{"actor": france, "signed": f"19{year}"} for year in range(10, 52)])

        folded, opened = (self.client.get(f"/agreements/pact/{query}") for query in ("", "?order=oldest"))

        self.assertContains(folded, "<details><summary>All days</summary>")
        self.assertContains(opened, "<details open><summary>All days</summary>")

    def test_means_of_consent_has_its_word_and_the_depositarys_letter(self):
        actors = {
            means: make_actor(title=means.title())
            for means in ("accession", "acceptance", "approval", "succession", "definitive-signature", "ratification")
        }

        response = self.page(
            parties=[{"actor": actor, "consent": "1950", "consent_means": means} for means, actor in actors.items()]
        )

        for means, letter in (("accession", "a"), ("acceptance", "A"), ("approval", "AA"), ("succession", "d")):
            self.assertContains(response, f'{means} <abbr title="{means}">{letter}</abbr>')
        self.assertContains(response, 'definitive signature <abbr title="definitive signature">s</abbr>')
        self.assertEqual(self.row_of(response, "Ratification")[2], "1950 ratification")

    def test_signature_alone_did_not_end_with_the_agreement(self):
        signer, party = make_actor(title="Signer"), make_actor(title="Bound")

        response = self.page(
            in_force="1949",
            terminated="1966",
            parties=[{"actor": signer, "signed": "1949"}, {"actor": party, "in_force": "1949"}],
        )

        self.assertEqual(self.row_of(response, "Bound")[5], "ended")
        self.assertEqual(self.row_of(response, "Signer")[5], "signed, not in force")

    def test_status_follows_the_day_of_the_reader(self):
        self.page(in_force="1949-08-24", terminated="2030-06-30")
        for day, status in {"2030-06-30": "in-force", "2030-07-01": "ended"}.items():
            with self.subTest(day), time_machine.travel(f"{day} 12:00", tick=False):
                self.assertContains(self.client.get("/agreements/pact/"), f"status--{status}")
                self.assertContains(self.client.get("/agreements/"), f"status--{status}")

    def test_several_spells_of_one_actor_stand_together_in_order_of_time(self):
        france, spain = make_actor(title="France"), make_actor(title="Spain")

        response = self.page(
            parties=[
                {"actor": france, "in_force": "2009"},
                {"actor": spain, "in_force": "1982"},
                {"actor": france, "in_force": "1949", "ended": "1966"},
            ]
        )

        rows = [(row[0].split()[0], row[3]) for row in table_rows(response) if len(row) == 6]
        self.assertEqual(rows[1:], [("France", "1949"), ("France", "2009"), ("Spain", "1982")])

    def test_every_party_has_its_source_as_a_note(self):
        source = make_source("depositary", title="The depositary’s list")

        response = self.page(
            parties=[
                {"actor": make_actor(title="A"), "source": source, "locator": "p. 1"},
                {"actor": make_actor(title="B"), "source": source, "locator": "p. 2"},
            ]
        )

        self.assertContains(response, "<cite>The depositary’s list</cite>", count=2)
        for number in (1, 2):
            self.assertContains(response, f'href="#note-{number}"', count=1)
            self.assertContains(response, f'id="note-{number}"', count=1)

    def test_party_without_a_page_is_named_and_linked_once_it_is_live(self):
        actor = make_actor(title="Ruritania", slug="ruritania")
        response = self.page(parties=[actor])
        self.assertContains(response, "Ruritania")
        self.assertNotContains(response, "/actors/ruritania/")

        publish_now(actor)

        self.assertContains(self.client.get("/agreements/pact/"), '<a href="/actors/ruritania/">Ruritania</a>')

    def test_party_can_be_listed_under_another_name(self):
        response = self.page(parties=[{"actor": publish_now(make_actor(title="Russia")), "name_used": "Soviet Union"}])

        self.assertEqual(self.row_of(response, "Soviet Union")[0].split()[:2], ["Soviet", "Union"])
        self.assertContains(response, "today Russia")

    def test_agreement_without_parties_says_so(self):
        self.assertContains(self.page(), "No parties are recorded yet.")

    def test_other_agreements_that_change_it_are_named_on_both_pages(self):
        treaty = publish_now(make_agreement(title="Treaty", slug="treaty"))
        publish_now(make_agreement(title="Protocol", slug="protocol", agreement_type="protocol", amends=treaty))

        self.assertContains(self.client.get("/agreements/treaty/"), '<a href="/agreements/protocol/">Protocol</a>')
        self.assertContains(self.client.get("/agreements/protocol/"), '<a href="/agreements/treaty/">Treaty</a>')


class PhaseTests(ScenarioTestCase):
    def phases(self, query="", *, in_force, **fields):
        """The phases that the page of a treaty of 1948 shows, which a protocol amends. in_force: of the protocol."""
        treaty = publish_now(make_agreement(title="Treaty", slug="treaty", signed="1948", in_force="1948-08", **fields))
        protocol = {"agreement_type": "protocol", "signed": "1954", "in_force": in_force}
        publish_now(make_agreement(title="Protocol", slug="protocol", amends=treaty, **protocol))
        html = self.client.get(f"/agreements/treaty/{query}").content.decode()
        shown = html.partition('<h2 id="phases">')[2].partition("</section>")[0]
        return [
            " ".join(strip_tags(line).split()) for line in re.findall(r"<(?:li|p)\b.*?</(?:li|p)>", shown, re.DOTALL)
        ]

    def test_page_says_which_phase_holds_today(self):
        shown = self.phases(in_force="1955-05-06")

        self.assertEqual(
            shown,
            [
                "As first agreed in force August 1948",
                "As amended by Protocol in force 6 May 1955: this phase holds today",
            ],
        )

    def test_page_says_which_phase_held_on_a_day_and_knows_none_that_came_later(self):
        self.assertEqual(
            self.phases("?on=1955-05-05", in_force="1955-05-06"),
            [
                "As first agreed in force August 1948: this phase held on that day",
                "As amended by Protocol in force none",
            ],
        )
        self.assertEqual(self.client.get("/agreements/treaty/?on=1950").content.count(b'id="phases"'), 0)

    def test_phase_of_an_unknown_day_is_not_said_to_hold(self):
        shown = self.phases(in_force="unknown")

        self.assertEqual(
            shown,
            [
                "As first agreed in force August 1948",
                "As amended by Protocol in force unknown",
                "Which phase holds is not told by the dates.",
            ],
        )

    def test_no_phase_of_an_ended_agreement_holds(self):
        shown = self.phases(in_force="1955", terminated="2011-06-30")

        self.assertEqual(shown[-1], "No phase holds: the agreement has ended.")


class ActorPageTests(ScenarioTestCase):
    def organisation(self, parties, **fields):
        treaty = publish_now(make_agreement(title="Treaty", slug="treaty", in_force="1949", parties=parties, **fields))
        publish_now(
            make_actor(slug="org", title="Organisation", actor_kind="organisation", constituent_agreement=treaty)
        )
        return self.client.get("/actors/org/")

    def names(self, response, group):
        return [row.name for row in response.context[group]]

    def test_members_are_the_parties_of_the_constituent_agreement(self):
        france, spain = (publish_now(make_actor(title=title, slug=title.lower())) for title in ("France", "Spain"))

        response = self.organisation(
            [{"actor": france, "in_force": "1949"}, {"actor": spain, "in_force": "1982-05-30"}]
        )

        self.assertEqual(self.names(response, "members"), ["France", "Spain"])
        self.assertContains(response, '<a href="/actors/spain/">Spain</a>')
        self.assertContains(response, "30 May 1982")

    def test_former_members_and_observers_stand_apart(self):
        left, watcher, stays = make_actor(title="Left"), make_actor(title="Watcher"), make_actor(title="Stays")

        response = self.organisation(
            [
                {"actor": left, "in_force": "1949", "ended": "1966-07-01"},
                {"actor": watcher, "in_force": "1990", "role": "observer"},
                {"actor": stays, "in_force": "1949"},
            ]
        )

        self.assertEqual(
            [self.names(response, group) for group in ("members", "former_members", "other_roles")],
            [["Stays"], ["Left"], ["Watcher"]],
        )
        for words in ("Former members", "Others who take part", "(observer)", "1 July 1966"):
            self.assertContains(response, words)

    def test_signature_alone_is_not_membership(self):
        signer, member = make_actor(title="Signer"), make_actor(title="Member")

        response = self.organisation([{"actor": signer, "signed": "1949"}, {"actor": member, "in_force": "1949"}])

        self.assertEqual(self.names(response, "members"), ["Member"])

    def test_signature_alone_is_not_former_membership_once_the_agreement_ended(self):
        signer, member = make_actor(title="Signer"), make_actor(title="Member")

        response = self.organisation(
            [{"actor": signer, "signed": "1949"}, {"actor": member, "in_force": "1949"}], terminated="1966"
        )

        self.assertEqual(self.names(response, "former_members"), ["Member"])

    def test_member_since_an_unknown_day_is_marked(self):
        response = self.organisation([{"actor": make_actor(title="Perhaps"), "in_force": "unknown"}])

        self.assertEqual(self.names(response, "members"), ["Perhaps"])
        self.assertContains(response, "status--unknown")

    def test_members_all_leave_when_the_agreement_ends(self):
        response = self.organisation([{"actor": make_actor(title="A"), "in_force": "1949"}], terminated="1991-07-01")

        self.assertEqual(self.names(response, "former_members"), ["A"])
        self.assertContains(response, "No members at present.")

    def test_actor_shows_its_agreements_with_dates_as_precise_as_the_source(self):
        france = publish_now(make_actor(title="France", slug="france"))
        publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                in_force="1950",
                parties=[{"actor": france, "signed": "1949", "in_force": "unknown"}],
            )
        )

        response = self.client.get("/actors/france/")

        row = next(row for row in table_rows(response) if row[0] == "Pact")
        self.assertEqual(row[2:5], ["1949", "unknown", "none"])
        self.assertNotIn("January", response.content.decode())

    def test_withdrawn_agreement_leaves_the_actors_page_and_the_list_of_members(self):
        france = publish_now(make_actor(title="France", slug="france"))
        self.organisation([{"actor": france, "in_force": "1949"}])

        unpublish(Entry.objects.get(slug="treaty"), Entry.State.WITHDRAWN)

        self.assertNotContains(self.client.get("/actors/france/"), "/agreements/treaty/")
        self.assertEqual(self.names(self.client.get("/actors/org/"), "members"), [])

    def test_articles_that_mention_an_actor_are_named_and_not_again_under_see_also(self):
        topic = Topic.objects.create(name="airlift")
        france = publish_now(make_actor(title="France", slug="france", topics=[topic]))
        publish_now(make_article(title="About France", slug="about", topics=[topic], introduction="[[France]]"))

        response = self.client.get(france.get_absolute_url())

        self.assertContains(response, '<a href="/articles/about/">About France</a>', count=1)

    def test_state_shows_both_codes_that_join_data_sets(self):
        publish_now(make_actor(title="France", slug="france", iso3="FRA"))

        response = self.client.get("/actors/france/")

        self.assertContains(response, "<dt>ISO 3166 code</dt><dd>FRA</dd>")
        self.assertContains(response, "<dt>Correlates of War code</dt><dd>220</dd>")

    def test_predecessor_and_successor_name_each_other(self):
        old = publish_now(make_actor(title="Old land", slug="old"))
        new = make_actor(title="New land", slug="new")
        new.predecessors.add(old)

        publish_now(new)

        self.assertContains(self.client.get("/actors/new/"), '<a href="/actors/old/">Old land</a>')
        self.assertContains(self.client.get("/actors/old/"), '<a href="/actors/new/">New land</a>')


class DefinitionTests(ScenarioTestCase):
    def test_list_of_one_type_says_what_the_type_is(self):
        response = self.client.get("/agreements/?type=security-guarantee")

        self.assertContains(response, "One side promises to protect; the other need not.")
        self.assertNotContains(self.client.get("/agreements/"), "One side promises to protect")


class TermTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        france = publish_now(make_actor(title="France"))
        watcher = [{"actor": france, "in_force": "1949", "role": "observer"}]
        publish_now(
            make_agreement(
                title="Pact", legal_force="binding", obligations=["defence"], activity="exercises", confidence="low"
            )
        )
        publish_now(make_agreement(title="Forum", legal_force="political", parties=watcher))

    def test_every_word_of_every_list_has_a_meaning_and_leads_to_a_list_that_understands_it(self):
        for anchor, _heading, words in closed_lists():
            for word in words:
                with self.subTest(list=anchor, word=word.code):
                    self.assertTrue(word.definition)
                    if word.address:
                        self.assertTrue(self.client.get(word.address).context["form"].chosen())

    def test_agreements_are_narrowed_by_obligation_legal_force_and_role(self):
        for query, titles in {
            "obligation=defence": ["Pact"],
            "force=political": ["Forum"],
            "activity=exercises&confidence=low": ["Pact"],
            "activity=exercises&confidence=high": [],
            "role=observer": ["Forum"],
            "role=observer&party=France": ["Forum"],
            "role=member&party=France": [],
        }.items():
            with self.subTest(query):
                rows = self.client.get(f"/agreements/?{query}").context["rows"]
                self.assertEqual([entry.title for entry, *_rest in rows], titles)


class ListTests(ScenarioTestCase):
    def titles(self, address):
        return [row[0].title for row in self.client.get(address).context["rows"]]

    def test_agreements_are_narrowed_by_type_scope_decade_and_status(self):
        publish_now(make_agreement(title="Held", signed="1949-04-04", in_force="1949-08-24"))
        publish_now(
            make_agreement(
                title="Over", signed="1955", in_force="1955", terminated="1991", agreement_type="declaration"
            )
        )
        publish_now(make_agreement(title="Perhaps", signed="unknown", in_force="unknown", scope="bilateral"))
        publish_now(make_agreement(title="Waiting", signed="1959"))
        cases = {
            "status=in-force": ["Held"],
            "status=ended": ["Over"],
            "status=unknown": ["Perhaps"],
            "status=not-in-force": ["Waiting"],
            "type=declaration": ["Over"],
            "scope=bilateral": ["Perhaps"],
            "decade=1950": ["Over", "Waiting"],
            "decade=1950&status=ended": ["Over"],
            "decade=1951&status=none": ["Held", "Over", "Perhaps", "Waiting"],
        }
        for query, expected in cases.items():
            with self.subTest(query):
                self.assertEqual(self.titles(f"/agreements/?{query}"), expected)

    def test_every_agreement_has_exactly_one_status_and_the_list_shows_it(self):
        spells = [
            ("1949", ""),
            ("1949", "1966"),
            ("unknown", ""),
            ("", ""),
            ("unknown", "1966"),
            ("1949", "unknown"),
            ("", "1966"),
            (str(date.today().year), ""),
            ("9998", ""),
        ]
        for begins, ends in spells:
            publish_now(make_agreement(in_force=begins, terminated=ends))

        found = [
            title
            for status in ("in-force", "not-in-force", "ended", "unknown")
            for title in self.titles(f"/agreements/?status={status}")
        ]

        self.assertEqual(sorted(found), sorted(self.titles("/agreements/")))
        for status in ("in-force", "ended", "unknown"):
            for _entry, _agreement, shown in self.client.get(f"/agreements/?status={status}").context["rows"]:
                self.assertEqual(shown, status)

    def test_actors_are_narrowed_by_kind_and_region(self):
        publish_now(make_actor(title="Land"))
        publish_now(make_actor(title="Firm", actor_kind="contractor", region="oceania"))

        self.assertEqual(self.titles("/actors/?kind=contractor"), ["Firm"])
        self.assertEqual(self.titles("/actors/?region=europe"), ["Land"])
        self.assertEqual(self.titles("/actors/?region=europe&kind=contractor"), [])

    def test_drafts_are_not_listed(self):
        make_actor(), make_agreement()

        self.assertContains(self.client.get("/actors/"), "No actor fits.")
        self.assertContains(self.client.get("/agreements/"), "No agreement fits.")


class LargeActorTests(ScenarioTestCase):
    """An actor with more participations than its page shows."""

    @classmethod
    def setUpTestData(cls):
        france = publish_now(make_actor(title="France", slug="france"))
        party = {"actor": france, "signed": "1949", "in_force": "1949"}
        for n in range(MOST_SHOWN + 5):
            ended = {"ended": "1960"} if n % 2 else {}
            publish_now(make_agreement(title=f"Pact {n:02}", parties=[{**party, **ended}], in_force="1949"))
        publish_now(make_agreement(title="Treaty on forces", parties=[party], agreement_type="status-of-forces"))
        publish_now(make_agreement(title="Pact of others"))

    def test_page_shows_those_in_force_first_and_some_of_every_type(self):
        page = self.client.get("/actors/france/")

        alliances, forces = page.context["participations"]
        self.assertEqual((len(alliances.rows), alliances.count), (MOST_SHOWN - 1, MOST_SHOWN + 5))
        self.assertEqual([row.entry.title for row in forces.rows], ["Treaty on forces"])
        in_force = [row for row in alliances.rows if row.status == "in-force"]
        self.assertEqual(len(in_force), len(range(0, MOST_SHOWN + 5, 2)))

    def test_page_leads_to_all_with_the_day(self):
        page = self.client.get("/actors/france/?on=1970")

        self.assertContains(page, f"{MOST_SHOWN - 1} of {MOST_SHOWN + 5}")
        self.assertContains(page, 'href="/agreements/?party=france&amp;on=1970"')
        every = self.client.get("/agreements/?party=france&on=1970")
        self.assertEqual(every.context["page"].paginator.count, MOST_SHOWN + 6)

    def test_file_has_all_of_them(self):
        lines = self.client.get("/actors/france.csv").content.decode().splitlines()

        self.assertEqual(sum(line.startswith("takes-part,") for line in lines), MOST_SHOWN + 6)

    def test_list_of_a_party_narrows_with_the_other_filters_and_keeps_them_from_page_to_page(self):
        page = self.client.get("/agreements/?party=France&type=alliance")

        self.assertEqual(page.context["page"].paginator.count, MOST_SHOWN + 5)
        self.assertContains(page, "party=france&amp;page=2")

    def test_name_that_means_no_actor_narrows_nothing(self):
        page = self.client.get("/agreements/?party=Ruritania")

        self.assertEqual(page.context["page"].paginator.count, MOST_SHOWN + 7)


class SourceMarkTests(ScenarioTestCase):
    def box(self, address):
        page = self.client.get(address).content.decode()
        return dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page.split("</aside>")[0], re.DOTALL))

    def test_each_fact_of_the_source_has_its_mark_and_what_is_classified_here_has_none(self):
        source = make_source("treaty")
        publish_now(make_agreement(slug="pact", signed="1949", place="Brussels", facts_source=source))
        publish_now(make_actor(slug="land", founded="1900", seat="Strelsau", region="europe", facts_source=source))

        pact, land = self.box("/agreements/pact/"), self.box("/actors/land/")

        for fact in (pact["Signed"], pact["Place"], land["Founded"], land["Capital"]):
            self.assertIn('href="#note-1"', fact)
        for fact in (pact["Type"], pact["Scope"], land["Kind"], land["Region"]):
            self.assertNotIn("note", fact)

    def test_official_text_is_the_source_of_facts_that_name_no_other(self):
        publish_now(make_agreement(slug="pact", signed="1949", text_source=make_source("treaty")))

        self.assertIn('href="#note-1"', self.box("/agreements/pact/")["Signed"])

    def test_own_account_of_an_actor_is_called_so(self):
        own = make_source("own", publisher="Union of Lands")
        other = make_source("other", publisher="Somebody")
        union = make_actor(
            title="UoL",
            slug="union",
            official_name="Union of Lands",
            website="https://union.example/",
            body="[@own] [@other]",
        )
        self.assertTrue(own and other)

        publish_now(union)

        page = self.client.get("/actors/union/").content.decode()
        self.assertEqual(page.count("The actor’s own account."), 1)
        self.assertIn("The actor’s own account.", page.split('id="note-1"')[1].split("</li>")[0])
        self.assertIn("its own account", self.box("/actors/union/")["Website"])

    def test_phase_names_what_its_amendment_obliges_to(self):
        pact = publish_now(make_agreement(slug="pact", signed="1948", in_force="1948", obligations=["consultation"]))
        duty = {"kind": "defence", "article": "V"}
        publish_now(make_agreement(title="Protocol", amends=pact, in_force="1955", obligations=[duty]))

        page = self.client.get("/agreements/pact/")

        self.assertContains(page, "It obliges to: defence, article V")
