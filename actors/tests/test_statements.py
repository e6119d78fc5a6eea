from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from hypothesis import given

from actors.content import AgreementContent, ParticipationContent, StatementContent
from actors.desk import AgreementDesk
from actors.models import Statement
from actors.projecting import statement_days
from actors.public import PublicStatement
from defcoop_site.factories import make_actor, make_agreement, make_source, publish_now
from publishing.check import check_public
from publishing.content import digest, merge
from publishing.publication import PublicationError
from publishing.snapshots import restore, take_snapshot
from publishing.tests.properties import patient
from publishing.tests.scenario import ScenarioTestCase

from .brute import covers, days, days_of, texts
from .test_facts import check_facts


class StandingTests(SimpleTestCase):
    def stands(self, day, *, made="1956-01-12", withdrawn="", terminated="", **party):
        content = AgreementContent(
            terminated=terminated,
            participations=[ParticipationContent(key="p", actor="a", **{"in_force": "1956", **party})],
        )
        columns = statement_days(content, StatementContent(key="s", actor="a", made=made, withdrawn=withdrawn))
        return PublicStatement(**columns).in_force_on(date.fromisoformat(day))

    def test_it_stands_from_the_day_on_which_it_was_made_to_the_day_of_its_withdrawal(self):
        for day, stands in {
            "1956-01-11": False,
            "1956-01-12": True,
            "1989-09-18": True,
            "1989-09-19": False,
        }.items():
            with self.subTest(day):
                self.assertIs(self.stands(day, withdrawn="1989-09-18"), stands)

    def test_imprecise_days_do_not_tell(self):
        self.assertIsNone(self.stands("1956-06-01", made="1956"))
        self.assertIsNone(self.stands("1989-06-01", withdrawn="1989"))
        self.assertIsNone(self.stands("2000-01-01", withdrawn="unknown"))

    def test_it_ends_with_its_maker_or_with_the_agreement(self):
        self.assertIs(self.stands("2001-01-01", ended="2000"), False)
        self.assertIs(self.stands("2001-01-01", terminated="2000"), False)
        self.assertIs(self.stands("1999-01-01", ended="2000"), True)

    def test_one_of_two_spells_without_an_end_keeps_it(self):
        content = AgreementContent(
            participations=[
                ParticipationContent(key="p", actor="a", in_force="1956", ended="1979"),
                ParticipationContent(key="q", actor="a", in_force="1989"),
            ]
        )

        columns = statement_days(content, StatementContent(key="s", actor="a", made="1956"))

        self.assertIsNone(columns["ends_latest"])

    @patient(50)
    @given(texts.filter(bool), texts, days)
    def test_what_stands_is_what_was_made_and_not_withdrawn_under_every_reading(self, made, withdrawn, on):
        held = {covers(*pair, on) for pair in product(days_of(made, on), days_of(withdrawn, on))}

        columns = statement_days(AgreementContent(), StatementContent(key="s", made=made, withdrawn=withdrawn))

        self.assertIs(PublicStatement(**columns).in_force_on(on), held.pop() if len(held) == 1 else None)


class StatementTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.source = make_source("depositary")
        cls.france = publish_now(make_actor(title="France", slug="france"))
        cls.austria = publish_now(make_actor(title="Austria", slug="austria"))

    def pact(self, statements, **fields):
        parties = [{"actor": self.france, "in_force": "1950"}, {"actor": self.austria, "in_force": "1950"}]
        values = {"slug": "pact", "title": "Pact", "signed": "1949", "in_force": "1950", **fields}
        return make_agreement(parties=parties, statements=statements, facts_source=self.source, **values)

    def reservation(self, **fields):
        values = {
            "actor": self.france,
            "kind": "reservation",
            "article": "5",
            "made": "1955-03-02",
            "withdrawn": "1970-06-01",
            "description": "Keeps the right to answer in kind.",
            "source": self.source,
        }
        return {**values, **fields}

    def objection(self, **fields):
        values = {
            "actor": self.austria,
            "kind": "objection",
            "article": "",
            "made": "1956-02-01",
            "objects_to": self.france,
            "description": "Holds the reservation to be against the purpose.",
        }
        return {**values, **fields}

    def test_page_lists_what_was_said_with_its_source_and_its_party_links_there(self):
        publish_now(self.pact([self.reservation(), self.objection()]))

        page = self.client.get("/agreements/pact/").content.decode()

        key = Statement.objects.get(kind="reservation").pk
        self.assertIn(f'<a href="#statement-{key}">1 no longer standing</a>', page)
        self.assertIn(f'id="statement-{key}"', page)
        for words in ("Keeps the right to answer in kind.", "Reservation, article 5", "1 June 1970", "1 objection"):
            self.assertIn(words, page)
        self.assertInHTML('<a href="/actors/france/">France</a>', page)

    def test_on_a_past_day_only_what_had_been_made_is_told_and_only_what_had_not_been_withdrawn_counts(self):
        publish_now(self.pact([self.reservation(), self.objection()]))

        for day, count, articles in (
            ("1955-03-01", 0, []),
            ("1955-03-02", 1, ["5"]),
            ("1970-06-01", 2, ["", "5"]),
            ("1970-06-02", 1, ["", "5"]),
        ):
            with self.subTest(day):
                context = self.client.get(f"/agreements/pact/?on={day}").context
                self.assertEqual(context["standing_count"], count)
                self.assertEqual([one.part["article"] for one in context["statements"]], articles)
                of_actor = self.client.get(f"/actors/france/?on={day}").context
                self.assertEqual(of_actor["standing_count"], min(count, 1) if day != "1970-06-02" else 0)
        early = self.client.get("/agreements/pact/?on=1960").content.decode()
        self.assertNotIn("1 June 1970", early)
        self.assertNotIn("1 June 1970", self.client.get("/actors/france/?on=1960").content.decode())

    def test_page_of_the_actor_names_the_agreement(self):
        publish_now(self.pact([self.objection()]))

        page = self.client.get("/actors/austria/")

        self.assertContains(page, '<a href="/agreements/pact/#statements">Pact</a>')
        self.assertContains(page, "Holds the reservation to be against the purpose.")

    def test_history_tells_when_it_was_made_and_withdrawn(self):
        publish_now(self.pact([self.reservation()]))

        history = self.client.get("/agreements/pact/").context["history"]

        told = [(event.date, event.label, event.names) for event in history if "eservation" in event.label]
        self.assertEqual(
            told,
            [("1955-03-02", "Reservation by", ["France"]), ("1970-06-01", "Reservation withdrawn by", ["France"])],
        )

    def test_restore_brings_it_back_under_its_key(self):
        agreement = self.pact([self.reservation(), self.objection()])
        snapshot = take_snapshot(agreement)
        keys = set(agreement.statements.values_list("pk", flat=True))
        agreement.statements.all().delete()
        emptied = take_snapshot(agreement)

        restored, losses = restore(agreement, snapshot)

        self.assertNotIn("statements", emptied.content)
        self.assertEqual((restored.digest, losses), (snapshot.digest, []))
        self.assertEqual(set(agreement.statements.values_list("pk", flat=True)), keys)

    def test_agreement_without_any_has_the_digest_that_it_had(self):
        self.assertNotIn("statements", AgreementContent(title="Pact").to_json())

    def test_changes_of_two_editors_to_two_statements_join(self):
        agreement = self.pact([self.reservation(), self.objection()])
        base = AgreementDesk.from_rows(agreement).to_json()
        mine, theirs = (AgreementDesk.from_rows(agreement) for _side in range(2))
        mine.statements[0].withdrawn = "1971"
        theirs.statements.pop()

        merged, conflicts = merge(base, theirs.to_json(), mine.to_json())

        self.assertEqual(conflicts, [])
        self.assertEqual([part["withdrawn"] for part in merged["statements"]], ["1971"])

    def test_merge_that_leaves_none_has_the_digest_of_none(self):
        agreement = self.pact([self.reservation()])
        base = AgreementDesk.from_rows(agreement).to_json()
        agreement.statements.all().delete()
        without = AgreementDesk.from_rows(agreement).to_json()

        merged, conflicts = merge(base, base, without)

        self.assertEqual(conflicts, [])
        self.assertEqual(digest(AgreementContent.from_json(merged).to_json()), digest(without))

    def test_public_rows_are_those_of_the_live_snapshot(self):
        agreement = publish_now(self.pact([self.reservation(), self.objection()]))
        agreement.statements.all().delete()
        take_snapshot(agreement)

        self.assertEqual(PublicStatement.objects.count(), 2)
        self.assertEqual(check_public(), [])
        PublicStatement.objects.filter(kind="objection").update(made="1900")
        self.assertNotEqual(check_public(), [])
        PublicStatement.objects.filter(kind="objection").update(made="1956-02-01")

    def test_files_carry_it(self):
        publish_now(self.pact([self.reservation(), self.objection()]))

        rows = self.client.get("/agreements/pact.json?on=1960").json()
        markdown = self.client.get("/agreements/pact.md").content.decode()

        self.assertEqual(
            {row["party"]: row["statements"] for row in rows["table"]["rows"]}, {"Austria": 1, "France": 1}
        )
        said = {part["kind"]: part for part in rows["content"]["statements"]}
        self.assertEqual(said["objection"]["objects_to"]["title"], "France")
        self.assertIn("France (reservation, art. 5, 2 March 1955, withdrawn 1 June 1970): Keeps the right", markdown)

    def test_api_lists_them_as_of_a_day(self):
        publish_now(self.pact([self.reservation(), self.objection()]))

        def asked(query):
            return self.client.get(f"/api/v1/statements?{query}").json()["results"]

        self.assertEqual([one["stands"] for one in asked("agreement=pact")], [False, True])
        self.assertEqual([one["withdrawn"] for one in asked("actor=france&on=1960")], [""])
        (objection,) = asked("kind=objection")
        self.assertEqual(objection["objects_to"]["title"], "France")
        self.assertEqual(objection["source"]["title"], "Title of treaty")
        self.assertEqual(asked("on=1950"), [])

    def test_what_says_too_little_is_not_published(self):
        for fields in ({"actor": None}, {"kind": ""}, {"made": ""}, {"description": ""}, {"source": None}):
            with self.subTest(fields):
                agreement = self.pact(
                    [self.reservation(**fields)], slug=f"pact-{next(iter(fields))}", title=str(fields)
                )
                with self.assertRaises(PublicationError):
                    publish_now(agreement)
        with self.assertRaises(PublicationError):
            publish_now(self.pact([self.objection(objects_to=None)], slug="against-nobody", title="Against nobody"))

    def test_impossible_ones_are_refused(self):
        for field, values in {
            "withdrawn": {"made": "1990", "withdrawn": "1989"},
            "objects_to": {"kind": "reservation", "actor": self.france, "objects_to": self.austria},
        }.items():
            with self.subTest(field), self.assertRaises(ValidationError) as caught:
                Statement(**values).clean()
            self.assertIn(field, caught.exception.message_dict)
        with self.assertRaises(ValidationError):
            Statement(kind="objection", actor=self.france, objects_to=self.france).clean()


class CheckFactsTests(ScenarioTestCase):
    def findings(self, **fields):
        source = make_source()
        france = make_actor(title="France", slug="france")
        values = {"actor": france, "made": "1950", "source": source, **fields}
        party = {"actor": france, "signed": "1949-04-04", "source": source, "ended": "1990"}
        pact = make_agreement(
            slug="pact", signed="1949-04-04", facts_source=source, parties=[party], statements=[values]
        )
        take_snapshot(france)
        take_snapshot(pact)
        return [line.removeprefix("agreement pact: ") for line in check_facts()[0].splitlines()]

    def test_right_one_is_no_finding(self):
        self.assertEqual(len(self.findings()), 1)
        self.assertTrue(check_facts()[1] is False)

    def test_statement_before_the_agreement_was_there(self):
        self.assertEqual(
            self.findings(made="1949-04-03"),
            ["France: A statement was made (1949-04-03) before there was a text (1949-04-04)."],
        )

    def test_withdrawn_before_it_was_made(self):
        self.assertEqual(
            self.findings(withdrawn="1949-12-31"), ["France: A statement cannot be withdrawn before it was made."]
        )

    def test_made_after_its_maker_had_left(self):
        self.assertEqual(
            self.findings(made="1991"), ["France: A statement was made (1991) after its maker had left (1990)."]
        )

    def test_without_a_source(self):
        self.assertEqual(self.findings(source=None), ["France: A statement has no source."])

    def test_of_somebody_who_takes_no_part(self):
        other = make_actor(title="Utopia")
        take_snapshot(other)

        self.assertEqual(self.findings(actor=other), ["Utopia: It made a statement and takes no part."])
