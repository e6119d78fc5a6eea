from io import StringIO

from django.core.management import CommandError, call_command

from actors.models import Participation
from defcoop_site.factories import make_actor, make_agreement, make_source
from publishing.snapshots import take_snapshot
from publishing.tests.scenario import ScenarioTestCase


def check_facts():
    """(What the command wrote, whether it ended with an error)."""
    out = StringIO()
    try:
        call_command("check_facts", stdout=out)
    except CommandError:
        return out.getvalue(), True
    return out.getvalue(), False


class CheckFactsTests(ScenarioTestCase):
    def setUp(self):
        super().setUp()
        self.source = make_source("treaty")
        self.france = make_actor(title="France", founded="1900", dissolved="1990", facts_source=self.source)

    def agreement(self, *, party=None, **fields):
        spell = {"actor": self.france, "signed": "1949-04-04", **(party or {})}
        values = {"slug": "pact", "signed": "1949-04-04", "facts_source": self.source, **fields}
        row = make_agreement(parties=[spell], **values)
        take_snapshot(self.france)
        take_snapshot(row)
        return row

    def assert_found(self, *sentences):
        said, failed = check_facts()
        self.assertTrue(failed)
        self.assertEqual(said.splitlines(), [f"agreement pact: {sentence}" for sentence in sentences])

    def test_library_without_faults_is_clean(self):
        self.agreement(party={"in_force": "1949-08"}, in_force="1949-08-24")

        said, failed = check_facts()

        self.assertEqual((said, failed), ("No fact is without a source, and no date in an impossible order.\n", False))

    def test_dates_without_a_source(self):
        self.agreement(facts_source=None)

        self.assert_found("No source for its dates.")

    def test_official_text_is_a_source_of_the_dates(self):
        self.agreement(facts_source=None, text_source=self.source)

        self.assertFalse(check_facts()[1])

    def test_actor_whose_facts_have_no_source(self):
        take_snapshot(make_actor(slug="italy", founded="1861"))
        take_snapshot(make_actor(slug="spain"))

        self.assertEqual(check_facts(), ("actor italy: No source for: founded.\n", True))

    def test_in_force_before_signed(self):
        self.agreement(in_force="1949-04-03", party={"in_force": "1949-04-03"})

        self.assert_found(
            "It is in force before it was signed.", "France: It is in force for a party before that signed."
        )

    def test_imprecise_date_that_may_be_right_is_no_finding(self):
        self.agreement(in_force="1949", party={"in_force": "1949"})

        self.assertFalse(check_facts()[1])

    def test_left_before_joined(self):
        row = self.agreement()
        Participation.objects.filter(agreement=row).update(signed="", consent="1960", in_force="1960", ended="1959")
        take_snapshot(row)

        self.assert_found("France: A spell cannot end before it begins.", "France: A party left before it consented.")

    def test_party_before_and_after_it_existed(self):
        self.agreement(party={"signed": "1899-12-31", "consent": "1991-01-01"}, signed="1890")

        self.assert_found(
            "France: It acted (1899-12-31) before it existed (1900).",
            "France: It acted (1991-01-01) after it had ended (1990).",
        )

    def test_party_that_is_bound_before_the_agreement_is_in_force(self):
        self.agreement(in_force="1949-08-24", party={"in_force": "1949-08-23"})

        self.assert_found("France: It is bound (1949-08-23) before the agreement is in force (1949-08-24).")

    def test_party_without_an_act_says_why(self):
        row = self.agreement(party={"signed": ""})
        self.assert_found("France: No act, no “unknown” where it may have acted, and no note that says why.")

        for fields in ({"note": "Never joined."}, {"consent": "unknown"}, {"role": "observer"}):
            with self.subTest(fields):
                Participation.objects.filter(agreement=row).update(**{"note": "", "consent": "", **fields})
                take_snapshot(row)
                self.assertFalse(check_facts()[1])

    def test_members_are_those_of_an_actor(self):
        row = self.agreement(party={"role": "member"})
        self.assert_found("It has members, and is the constituent agreement of no actor.")

        take_snapshot(make_actor(actor_kind="organisation", constituent_agreement=row))

        self.assertFalse(check_facts()[1])
