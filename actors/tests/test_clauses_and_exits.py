from defcoop_site.factories import make_actor, make_agreement, make_source, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.tests.scenario import ScenarioTestCase


class CompareTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        text = make_source("text", title="The text")
        for slug, clause in {
            "soft": {"discretionary": True, "area": "Europe", "decided_by": "Each party"},
            "hard": {"automatic": True},
            "silent": {},
        }.items():
            publish_now(
                make_agreement(
                    title=slug.capitalize(),
                    slug=slug,
                    in_force="1949",
                    terminated="1991" if slug == "hard" else "",
                    withdrawal_rule="One year after notice" if slug == "soft" else "",
                    text_source=text,
                    obligations=[{"kind": "defence", "article": "5", **clause}],
                )
            )
        publish_now(make_agreement(title="Talks", slug="talks", in_force="1949", obligations=["consultation"]))

    def rows(self, query):
        return [
            (row["entry"].title, row["status"], len(row["clauses"]))
            for row in self.client.get(f"/agreements/compare/?{query}").context["rows"]
        ]

    def test_clauses_stand_side_by_side_in_the_order_asked_for(self):
        page = self.client.get("/agreements/compare/?a=soft&a=hard&a=silent")

        self.assertEqual(
            self.rows("a=soft&a=hard&a=silent"),
            [("Soft", "in-force", 1), ("Hard", "ended", 1), ("Silent", "in-force", 1)],
        )
        for words in ("discretionary", "automatic", "Europe", "Each party", "One year after notice", "The text"):
            self.assertContains(page, words)

    def test_what_the_data_do_not_say_is_unknown(self):
        html = self.client.get("/agreements/compare/?a=silent").content.decode()

        self.assertEqual(html.count('<span class="date date--unknown">unknown</span>'), 4)

    def test_status_follows_the_day(self):
        self.assertEqual(self.rows("a=hard&on=1980"), [("Hard", "in-force", 1)])

    def test_another_kind_of_obligation_can_be_compared(self):
        self.assertEqual(
            self.rows("a=talks&a=soft&kind=consultation"), [("Talks", "in-force", 1), ("Soft", "in-force", 0)]
        )

    def test_agreements_to_choose_from_are_those_with_such_a_clause(self):
        offered = [entry.title for entry in self.client.get("/agreements/compare/").context["offered"]]

        self.assertEqual(offered, ["Hard", "Silent", "Soft"])

    def test_unknown_and_repeated_addresses(self):
        page = self.client.get("/agreements/compare/?a=nothing&a=soft&a=soft&a=")

        self.assertContains(page, "“nothing”")
        self.assertEqual(self.rows("a=nothing&a=soft&a=soft"), [("Soft", "in-force", 1)])

    def test_more_than_fit_are_left_out_and_told(self):
        page = self.client.get("/agreements/compare/?" + "&".join(f"a=n{n}" for n in range(20)))

        self.assertContains(page, "At most 8 agreements are compared")

    def test_former_address_counts(self):
        Entry.objects.filter(slug="soft").update(slug="softer")
        publish_now(Entry.objects.get(slug="softer").agreement)

        self.assertEqual(self.rows("a=soft&a=softer"), [("Soft", "in-force", 1)])

    def test_list_of_agreements_leads_here(self):
        page = self.client.get("/agreements/?on=1980")

        self.assertContains(
            page, '<form action="/agreements/compare/" method="get"><input type="hidden" name="on" value="1980">'
        )
        self.assertContains(page, 'name="a" value="soft"')


class ExitTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        source = make_source("list", title="The depositary’s list")
        actors = [
            publish_now(make_actor(title=title, slug=title.lower())) for title in ("France", "Spain", "Japan", "Peru")
        ]
        spells = [
            {"in_force": "1950", "notice": "1966-03-10", "ended": "1967-03-10", "ended_means": "withdrawal"},
            {"in_force": "1950", "suspended": "1979-03", "suspension_ended": "1989"},
            {"in_force": "1950", "ended": "unknown"},
            {"in_force": "1950"},
        ]
        parties = [{"actor": actor, "source": source, **spell} for actor, spell in zip(actors, spells, strict=True)]
        publish_now(
            make_agreement(
                title="Pact",
                slug="pact",
                in_force="1950",
                terminated="1991-07-01",
                termination_cause="expired",
                parties=parties,
            )
        )

    def cases(self, query=""):
        return [
            (row.name, row.act, row.cause, row.dated)
            for row in self.client.get(f"/agreements/exits/?{query}").context["page"]
        ]

    def test_every_end_and_suspension_stands_once_newest_first(self):
        self.assertEqual(
            self.cases(),
            [
                ("", "agreement-ended", "not-renewed", "1991-07-01"),
                ("Spain", "suspended", "suspension", "1979-03"),
                ("France", "left", "withdrawal", "1967-03-10"),
                ("Japan", "left", "unknown", "unknown"),
            ],
        )

    def test_row_shows_notice_end_agreement_and_source(self):
        page = self.client.get("/agreements/exits/")

        for words in (
            "10 March 1966",
            "10 March 1967",
            "March 1979",
            "/agreements/pact/",
            "/actors/france/",
            "The depositary’s list",
            "the agreement itself",
        ):
            self.assertContains(page, words)
        self.assertNotContains(page, "/actors/peru/")

    def test_filters_narrow_by_act_cause_and_decade(self):
        for query, names in {
            "act=left": ["France", "Japan"],
            "cause=suspension": ["Spain"],
            "decade=1960": ["France"],
            "decade=unknown": ["Japan"],
            "decade=1960&cause=suspension": [],
            "act=nonsense": ["", "Spain", "France", "Japan"],
        }.items():
            with self.subTest(query):
                self.assertEqual([case[0] for case in self.cases(query)], names)

    def test_table_counts_by_decade_and_cause(self):
        context = self.client.get("/agreements/exits/").context

        self.assertEqual(
            [(decade, total) for decade, _numbers, total in context["decades"]],
            [(1990, 1), (1970, 1), (1960, 1), (None, 1)],
        )
        self.assertEqual(len(context["causes"]), 4)

    def test_on_a_day_only_what_had_begun_by_then(self):
        self.assertEqual([case[0] for case in self.cases("on=1966-03-10")], ["France", "Japan"])
        self.assertContains(self.client.get("/agreements/exits/?on=1966-03-10"), "to take effect")
        self.assertEqual([case[0] for case in self.cases("on=1966-03-09")], ["Japan"])

    def test_withdrawn_agreement_takes_its_cases_along(self):
        unpublish(Entry.objects.get(slug="pact"), Entry.State.WITHDRAWN)

        self.assertEqual(self.cases(), [])
        self.assertContains(self.client.get("/agreements/exits/"), "No case fits.")
