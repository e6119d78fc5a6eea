import tempfile
from datetime import date
from io import StringIO
from unittest.mock import patch

from django.core.management import CommandError, call_command

from actors.imported import ImportedRecord
from actors.importing import writing
from actors.models import Actor, Agreement
from actors.public import PublicAgreement, PublicParticipation
from actors.terms import Status
from defcoop_site.factories import make_actor, make_agreement
from publishing.models import Entry, Snapshot
from publishing.public import PublicEntry, PublicVersion
from publishing.snapshots import take_snapshot
from publishing.tests.scenario import ScenarioTestCase, public_tables
from publishing.trash import put_in_trash

from .data_files import write, write_atop, write_dcad, write_uk, write_un


class ImportTestCase(ScenarioTestCase):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.france = make_actor(title="France", iso3="FRA")
        self.poland = make_actor(title="Poland", iso3="POL")

    def run_import(self, data_set="atop", **options):
        out = StringIO()
        call_command("import_data", data_set, self.folder, stdout=out, **options)
        return out.getvalue()


def everything():
    """All that an import could write, as comparable values."""
    models = (Entry, Snapshot, Agreement, Actor, ImportedRecord)
    return public_tables(), [sorted(map(repr, model.objects.values_list())) for model in models]


class RunTests(ImportTestCase):
    def test_dry_run_tells_and_writes_nothing(self):
        write_atop(self.folder)
        before = everything()

        said = self.run_import(dry_run=True)

        self.assertEqual(everything(), before)
        self.assertIn("Would import: 1 records read (1 new,", said)

    def test_import_makes_drafts_that_nobody_sees(self):
        write_atop(self.folder)
        before = public_tables()

        said = self.run_import()

        self.assertEqual(public_tables(), before)
        self.assertEqual(Agreement.objects.get().title, "Alliance of France and Poland (1950)")
        self.assertIn("1 of 1 records", said)

    def test_second_run_changes_nothing(self):
        for publish in (False, True):
            write_atop(self.folder)
            self.run_import(publish=publish)
            before = everything()

            said = self.run_import(publish=publish)

            self.assertEqual(everything(), before)
            self.assertIn("0 new, 0 changed, 1 the same", said)

    def test_working_rows_are_what_the_snapshots_say(self):
        write_atop(self.folder, members=[{"member": "220"}, {"member": "290", "consul": "1"}])
        write_dcad(self.folder, [{"ccode2": "101", "cowName2": "VEN"}])
        self.run_import(publish=True)
        self.run_import("dcad", publish=True)

        for row in [*Agreement.objects.all(), *Actor.objects.exclude(live=None)]:
            with self.subTest(row.title):
                self.assertEqual(take_snapshot(row).pk, row.live_id)

    def test_published_page_cites_the_data_set_and_says_what_it_does_not_know(self):
        write_atop(self.folder)
        self.run_import(publish=True)

        page = self.client.get(PublicEntry.objects.get(kind="agreement").get_absolute_url())

        self.assertContains(page, "Alliance Treaty Obligations and Provisions, version 5.1")
        self.assertContains(page, "atopid 9001")
        self.assertContains(page, "dates of signature")

    def test_draft_of_an_earlier_run_is_published_unless_somebody_changed_it(self):
        write_atop(self.folder, [{}, {"atopid": "9002", "begyr": "1960", "endyr": "1970"}], [
            {"member": "220"}, {"member": "290"},
            {"atopid": "9002", "member": "220", "yrent": "1960"}, {"atopid": "9002", "member": "290", "yrent": "1960"},
        ])  # fmt: skip
        self.run_import()
        edited = Agreement.objects.get(signed__startswith="1960")
        edited.summary = "An editor is at work here."
        edited.save()
        take_snapshot(edited)

        said = self.run_import(publish=True)

        self.assertIn("1 drafts published", said)
        self.assertEqual(PublicAgreement.objects.get().dated, "1950-03-04")

    def test_state_that_an_import_made_is_published_with_its_agreement(self):
        write_dcad(self.folder, [{"ccode2": "101", "cowName2": "VEN"}])
        self.run_import("dcad")
        venezuela = Actor.objects.get(iso3="VEN")
        self.assertFalse(PublicEntry.objects.filter(pk=venezuela.pk).exists())

        self.run_import("dcad", publish=True)

        self.assertTrue(PublicEntry.objects.filter(pk=venezuela.pk).exists())

    def test_run_that_was_cut_short_is_taken_up(self):
        write_dcad(self.folder, [{"DCAid": f"DCADv1.0-900{n}", "signYear": f"199{n}"} for n in range(4)])
        whole = writing.write_new
        with (
            patch.object(writing, "BATCH", 2),
            patch.object(writing, "write_new", _failing_at(3, whole)),
            self.assertRaises(ConnectionError),
        ):
            self.run_import("dcad", publish=True)
        self.assertEqual(Agreement.objects.count(), 2)

        said = self.run_import("dcad", publish=True)

        self.assertIn("2 new, 0 changed, 2 the same", said)
        self.assertEqual(PublicAgreement.objects.count(), 4)


def _failing_at(call, whole):
    calls = iter(range(1, call + 1))

    def deed(new, **options):
        if next(calls) == call:
            raise ConnectionError("cut")
        return whole(new, **options)

    return deed


class ChangeTests(ImportTestCase):
    def setUp(self):
        super().setUp()
        write_atop(self.folder)
        self.run_import(publish=True)
        self.agreement = Agreement.objects.get()

    def edit(self):
        self.agreement.summary = "An editor knows better."
        self.agreement.save()
        take_snapshot(self.agreement)

    def change_the_file(self):
        write_atop(self.folder, [{"endyr": "1975"}])

    def test_change_in_the_file_alone_is_taken_over(self):
        self.change_the_file()

        said = self.run_import(publish=True)

        self.assertIn("1 changed", said)
        self.assertEqual(PublicAgreement.objects.get().terminated, "1975")
        self.assertEqual(PublicVersion.objects.filter(kind="agreement").count(), 2)
        self.assertIn("1 the same", self.run_import(publish=True))

    def test_change_without_publish_stays_a_draft(self):
        self.change_the_file()

        self.run_import()

        self.agreement.refresh_from_db()
        self.assertEqual(self.agreement.terminated, "1975")
        self.assertEqual(PublicAgreement.objects.get().terminated, "")

    def test_entry_that_an_editor_changed_is_a_conflict_and_stays(self):
        self.edit()
        self.change_the_file()
        before = everything()

        said = self.run_import(publish=True)

        self.assertEqual(everything(), before)
        self.assertIn("1 conflicts", said)
        self.assertIn("row 2: 9001 has changed in the file; somebody has changed", said)

    def test_change_by_an_editor_alone_is_no_conflict(self):
        self.edit()

        self.assertIn("1 the same, 0 known, 0 doubtful, 0 conflicts", self.run_import(publish=True))

    def test_entry_in_the_trash_is_not_brought_back(self):
        write_atop(self.folder, [{"atopid": "9002"}], [{"atopid": "9002", "member": code} for code in ("220", "290")])
        self.run_import(take_doubtful=[])
        trashed = ImportedRecord.objects.get(record="9002").entry
        put_in_trash(trashed, None)
        write_atop(
            self.folder,
            [{"atopid": "9002", "endyr": "1975"}],
            [{"atopid": "9002", "member": code} for code in ("220", "290")],
        )

        said = self.run_import(publish=True)

        self.assertIn("is in the trash", said)
        self.assertEqual(Agreement.objects.get(pk=trashed.pk).terminated, "")


class DoubleTests(ImportTestCase):
    def test_agreement_of_the_same_day_and_parties_is_doubtful_and_left_out(self):
        make_agreement(title="Made-up Pact", signed="1950-03-04", parties=[self.france, self.poland])
        write_atop(self.folder)

        said = self.run_import()

        self.assertIn("9001, “Alliance of France and Poland (1950)” is probably the same as “Made-up Pact”.", said)
        self.assertEqual(Agreement.objects.count(), 1)

    def test_doubtful_record_is_taken_where_told(self):
        make_agreement(title="Made-up Pact", signed="1950-03-04", parties=[self.france, self.poland])
        write_atop(self.folder)

        self.run_import(take_doubtful=["9002"])
        self.assertEqual(Agreement.objects.count(), 1)
        self.run_import(take_doubtful=["9001"])
        self.assertEqual(Agreement.objects.count(), 2)

    def test_another_day_or_other_parties_are_another_agreement(self):
        germany = make_actor(title="Germany", iso3="DEU")
        make_agreement(title="Other day", signed="1950-03-05", parties=[self.france, self.poland])
        make_agreement(title="Other parties", signed="1950-03-04", parties=[self.france, germany])
        make_agreement(title="Only the year", signed="1950", parties=[self.france, self.poland])
        write_atop(self.folder)

        self.assertIn("1 new", self.run_import())

    def test_record_that_is_known_to_be_in_the_library_is_never_a_double(self):
        make_agreement(title="North Atlantic Treaty", slug="north-atlantic-treaty", parties=[self.france])
        write_atop(self.folder, [{"atopid": "3180"}], [{"atopid": "3180", "member": code} for code in ("220", "290")])

        said = self.run_import(take_doubtful=[])

        self.assertIn("3180 is “North Atlantic Treaty”, which stays as it is.", said)
        self.assertEqual(Agreement.objects.count(), 1)


class AtopTests(ImportTestCase):
    def status(self, agreement, on):
        return PublicAgreement.objects.get(entry=agreement.pk).status_on(date.fromisoformat(on))

    def test_date_of_entry_is_a_signature_and_nobody_is_bound_by_it(self):
        write_atop(self.folder)

        self.run_import(publish=True)

        agreement = Agreement.objects.get()
        self.assertEqual((agreement.signed, agreement.in_force), ("1950-03-04", "unknown"))
        self.assertEqual(self.status(agreement, "1960-01-01"), Status.UNKNOWN)
        for party in PublicParticipation.objects.all():
            self.assertEqual((party.signed, party.consent, party.in_force), ("1950-03-04", "", "unknown"))

    def test_exit_of_a_member_is_no_legal_end(self):
        write_atop(
            self.folder, members=[{"member": "220"}, {"member": "290", "yrexit": "1966", "moexit": "7", "dayexit": "1"}]
        )

        self.run_import()

        left = Agreement.objects.get().participations.get(actor=self.poland)
        self.assertEqual(left.ended, "")
        self.assertIn("1966-07-01", left.note)

    def test_phases_without_a_gap_are_one_spell(self):
        write_atop(self.folder, members=[
            {"member": "220"},
            {"member": "290", "yrexit": "1960", "moexit": "1", "dayexit": "1", "phase": "1"},
            {"member": "290", "yrent": "1960", "moent": "1", "dayent": "1", "phase": "2"},
            {"member": "220", "yrent": "1990", "moent": "1", "dayent": "1", "phase": "2"},
        ])  # fmt: skip

        self.run_import()

        signed = Agreement.objects.get().participations.values_list("actor__title", "signed")
        self.assertCountEqual(signed, [("France", "1950-03-04"), ("Poland", "1950-03-04")])

    def test_obligation_that_only_some_accepted_is_owed_by_them(self):
        write_atop(self.folder, members=[{"member": "220", "consul": "1"}, {"member": "290"}])

        self.run_import()

        owed = Agreement.objects.get().obligations.values_list("kind", "owed_by__title")
        self.assertCountEqual(owed, [("defence", None), ("consultation", "France")])


class DcadTests(ImportTestCase):
    def test_what_is_unknown_is_not_in_force(self):
        write_dcad(self.folder, [{"terminated": "1"}])

        self.run_import("dcad", publish=True)

        row = PublicAgreement.objects.get()
        self.assertEqual((row.in_force, row.terminated), ("unknown", "unknown"))
        self.assertEqual(row.status_on(date(2000, 1, 1)), Status.UNKNOWN)

    def test_negative_numbers_are_words(self):
        write_dcad(self.folder, [{"span": "-88"}])

        self.run_import("dcad")

        body = Agreement.objects.get().body
        self.assertIn("limited, but not known for how long", body)
        self.assertNotIn("-88", body)

    def test_day_in_force_before_the_signature_is_told_and_not_kept_as_a_date(self):
        write_dcad(self.folder, [{"EIFYear": "1992", "EIFMonth": "1", "EIFDay": "1"}])

        self.run_import("dcad")

        agreement = Agreement.objects.get()
        self.assertEqual(agreement.in_force, "unknown")
        self.assertIn("gives 1992-01-01 as the day of entry into force, before the signature", agreement.body)


class UnTests(ImportTestCase):
    def test_means_of_consent_and_names_of_the_time_are_kept_apart(self):
        write_un(self.folder, [{"participants": "3"}], [
            {}, {"event": "ratification", "date": "1991-02-03"},
            {"participant": "Poland", "event": "accession", "date": "1995-01-01"},
            {"participant": "Swaziland"},
        ])  # fmt: skip

        self.run_import("un-status", publish=True)

        agreement = Agreement.objects.get(adopted="1990-05-03")
        rows = {row.actor.title: row for row in agreement.participations.select_related("actor")}
        france, poland, eswatini = rows["France"], rows["Poland"], rows["Eswatini"]
        self.assertEqual(
            (france.signed, france.consent, france.consent_means), ("1990-06-01", "1991-02-03", "ratification")
        )
        self.assertEqual((poland.signed, poland.consent_means, poland.role), ("", "accession", "acceding-party"))
        self.assertEqual((eswatini.name_used, eswatini.in_force), ("Swaziland", ""))
        self.assertEqual((agreement.place, agreement.title), ("Geneva", "Made-up Convention on Lanterns"))

    def test_part_of_a_treaty_amends_it(self):
        write_un(
            self.folder,
            [{"treaty_key": "26-91-a", "title": "Made-up Protocol. 4 May 1991"}, {}],
            [{"treaty_key": key, "participant": name} for key in ("26-91-a", "26-91") for name in ("France", "Poland")],
        )

        self.run_import("un-status", publish=True)

        protocol = Agreement.objects.get(adopted="1991-05-04")
        self.assertEqual((protocol.agreement_type, protocol.amends.adopted), ("protocol", "1990-05-03"))

    def test_treaty_with_other_participants_than_it_counts_is_left_out(self):
        write_un(self.folder, [{"participants": "3"}])

        said = self.run_import("un-status")

        self.assertIn("treaties.csv, row 2: 26-91: has 3 participants, and actions.csv names 2. It is left out.", said)
        self.assertFalse(Agreement.objects.exists())

    def test_disarmament_alone_where_told(self):
        keys = ("26-91", "11-91")
        write_un(
            self.folder,
            [{"treaty_key": key, "chapter": key[:2]} for key in keys],
            [{"treaty_key": key, "participant": name} for key in keys for name in ("France", "Poland")],
        )

        self.run_import("un-status", defence_only=True)

        self.assertEqual(Agreement.objects.get().agreement_type, "arms-control")
        with self.assertRaisesMessage(CommandError, "leave --defence-only out"):
            self.run_import("atop", defence_only=True)


class UkTests(ImportTestCase):
    def test_territories_are_no_parties(self):
        write_uk(
            self.folder,
            [{"parties": "FRANCE ; UNITED KINGDOM ; Gibraltar", "definitive_entry_into_force": "1951-07-01"}],
        )

        self.run_import("uk-treaties")

        agreement = Agreement.objects.get()
        parties = agreement.participations.values_list("actor__title", "in_force")
        self.assertCountEqual(parties, [("France", "1951-07-01"), ("United Kingdom", "1951-07-01")])
        self.assertIn("Extended to territories: Gibraltar", agreement.body)

    def test_two_parties_are_both_known_or_there_is_no_agreement(self):
        write_uk(self.folder, [{"parties": "RURITANIA ; UNITED KINGDOM"}])

        said = self.run_import("uk-treaties")

        self.assertIn("uk_treaties.csv, row 2: 990001: no actor is known by the name “RURITANIA”.", said)
        self.assertFalse(Agreement.objects.exists())

    def test_party_of_many_that_is_not_known_is_named_and_left_out(self):
        write_uk(self.folder, [{"parties": "RURITANIA ; UNITED KINGDOM ; FRANCE"}])

        said = self.run_import("uk-treaties")

        self.assertIn("“RURITANIA”; the treaty is imported without it.", said)
        agreement = Agreement.objects.get()
        self.assertEqual(agreement.participations.count(), 2)
        self.assertIn("without a page here: RURITANIA", agreement.body)
        self.assertEqual(set(agreement.participations.values_list("signed", "in_force")), {("unknown", "unknown")})

    def test_title_is_no_markdown_and_is_kept_whole(self):
        title = "Made-up *Agreement* [[with]] <b>marks</b> " + "and more words " * 20
        write_uk(self.folder, [{"title": title}])

        self.run_import("uk-treaties", publish=True)

        page = self.client.get(PublicEntry.objects.get(kind="agreement").get_absolute_url())
        self.assertContains(page, "Full title: Made-up *Agreement* [[with]] &lt;b&gt;marks&lt;/b&gt;")


class BadInputTests(ImportTestCase):
    def refused(self, data_set, *words):
        before = everything()
        with self.assertRaises(CommandError) as caught:
            self.run_import(data_set, publish=True)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(everything(), before)

    def spoil(self, name, change):
        path = f"{self.folder}/{name}"
        with open(path, "rb") as file:
            raw = file.read()
        with open(path, "wb") as file:
            file.write(change(raw))

    def test_missing_file(self):
        self.refused("dcad", "DCAD-v1.0-main.csv: cannot be read")

    def test_wrong_file(self):
        write(self.folder, "DCAD-v1.0-main.csv", [{"name": "France", "capital": "Paris"}])
        self.refused("dcad", "row 1: misses the columns ccode1", "right file?")

    def test_truncated_file(self):
        write_dcad(self.folder, [{}, {"DCAid": "DCADv1.0-9002"}])
        self.spoil("DCAD-v1.0-main.csv", lambda raw: raw[:-30])
        self.refused("dcad", "row 3: has", "Is the file whole?")

    def test_file_that_ends_inside_quotation_marks(self):
        write_uk(self.folder, [{"title": "Made-up, and quoted"}])
        self.spoil("uk_treaties.csv", lambda raw: raw[: raw.index(b"and quoted")])
        self.refused("uk-treaties", "row 2", "Is the file whole?")

    def test_empty_file(self):
        write_dcad(self.folder)
        self.spoil("DCAD-v1.0-main.csv", lambda raw: b"")
        self.refused("dcad", "has no rows")

    def test_another_version(self):
        write_atop(self.folder, [{"version": "5.0"}])
        self.refused("atop", "atop5_1a.csv, row 2: is of version “5.0”, not 5.1")
        write_dcad(self.folder, [{"DCAid": "DCADv2.0-0001"}])
        self.refused("dcad", "row 2: “DCADv2.0-0001” is no id of DCAD 1.0")

    def test_file_in_latin_1(self):
        write_uk(self.folder, [{}, {"record_id": "990002", "title": "Made-up Agreement of Orléans"}])
        self.spoil("uk_treaties.csv", lambda raw: raw.decode().encode("latin-1"))
        self.refused("uk-treaties", "uk_treaties.csv, row 3: byte 0xe9 is not UTF-8")

    def test_file_with_nul_bytes(self):
        write_dcad(self.folder)
        self.spoil("DCAD-v1.0-main.csv", lambda raw: raw + b"\x00")
        self.refused("dcad", "row 3: holds a NUL byte")

    def left_out(self, data_set, *words):
        said = self.run_import(data_set, publish=True)
        for word in words:
            self.assertIn(word, said)
        self.assertFalse(Agreement.objects.exists())

    def test_duplicate_ids(self):
        write_dcad(self.folder, [{}, {"signYear": "1994"}])
        self.left_out("dcad", "DCAid “DCADv1.0-9001” stands in the rows 2, 3. None of them is imported.")

    def test_equal_parties(self):
        write_dcad(self.folder, [{"ccode2": "220"}])
        self.left_out("dcad", "row 2: DCADv1.0-9001: both parties have the code 220 (FRN, POL)")

    def test_code_and_name_of_two_states(self):
        rows = [{"DCAid": f"DCADv1.0-900{n}"} for n in (1, 2)] + [{"DCAid": "DCADv1.0-9003", "ccode2": "651"}]
        write_dcad(self.folder, rows)
        self.assertIn("the code 651 and the name POL are of two states", self.run_import("dcad"))
        self.assertEqual(Agreement.objects.count(), 2)

    def test_values_that_the_data_set_does_not_use(self):
        for values in ({"category1": "PARTY"}, {"terminated": "-5"}, {"span": "-5"}, {"categoryConf": ""}):
            with self.subTest(values):
                write_dcad(self.folder, [values])
                self.left_out("dcad", "which DCAD 1.0 does not use")

    def test_impossible_dates_and_codes(self):
        for values, words in (
            ({"signDay": "31", "signMonth": "2"}, "There is no such date"),
            ({"signYear": "MCMXC"}, "row 2"),
            ({"signYear": ""}, "no year of signature"),
            ({"signYear": "-77"}, "row 2"),
            ({"ccode2": "9999"}, "no state is known for the code 9999"),
            ({"ccode2": "-9"}, "no state is known for the code -9"),
        ):
            with self.subTest(values):
                write_dcad(self.folder, [values])
                self.left_out("dcad", words)

    def test_members_that_are_missing(self):
        write_atop(self.folder, members=[{"member": "220"}])
        self.left_out("atop", "row 2: members are missing from atop5_1m.csv: 290.")

    def test_end_before_the_signature(self):
        write_uk(self.folder, [{"terminated": "1950-01-01"}])
        self.left_out("uk-treaties", "row 2: 990001: An agreement cannot end before it was signed.")
