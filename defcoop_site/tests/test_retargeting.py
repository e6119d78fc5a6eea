"""Taking a page away and leading the links of others elsewhere, all or nothing."""

from django.test import SimpleTestCase, TestCase

from articles.models import Article, Section
from defcoop_site.factories import make_actor, make_agreement, make_article, publish_now
from publishing.check import check_public
from publishing.models import Entry, EntryAlias, Snapshot
from publishing.public import PublicEntry, PublicVersion
from publishing.publication import PublicationError
from publishing.retargeting import relink, take_away
from publishing.snapshots import restore, take_snapshot
from publishing.text import to_html
from topics.models import SeeAlsoChoice

from .desk import desk_address, make_editor

GONE = Entry.State.GONE


def fresh(row):
    return type(row).objects.get(pk=row.pk)


class RelinkTests(SimpleTestCase):
    def test_links_change_and_everything_else_stays(self):
        for before, after in (
            ("On [[Old]].", "On [[New|Old]]."),
            ("On [[Old|the pact]].", "On [[New|the pact]]."),
            ("On [[ Old ]] and [[Alias]].", "On [[New| Old ]] and [[New|Alias]]."),
            ("[[Older]] [[old]] [[Other|Old]]", "[[Older]] [[old]] [[Other|Old]]"),
            ("In `[[Old]]` and [[Old]].", "In `[[Old]]` and [[New|Old]]."),
            ("In ``a ` [[Old]]``.", "In ``a ` [[Old]]``."),
            ("```\n[[Old]]\n```\n\n[[Old]]", "```\n[[Old]]\n```\n\n[[New|Old]]"),
            ("Text.\n\n    [[Old]]\n\n[[Old]]", "Text.\n\n    [[Old]]\n\n[[New|Old]]"),
            ("\\[[Old]] [[Old]]", "\\[[Old]] [[New|Old]]"),
            ("> - **[[Old]]**\n>   [[Old]]", "> - **[[New|Old]]**\n>   [[New|Old]]"),
            ("| a | b |\n|---|---|\n| [[Old]] | x |\n", "| a | b |\n|---|---|\n| [[New\\|Old]] | x |\n"),
            ("| a |\n|---|\n| [[Old\\|it]] |\n", "| a |\n|---|\n| [[New\\|it]] |\n"),
            ("### [[Old]]\r\n\r\nNo [[qz0]].", "### [[New|Old]]\r\n\r\nNo [[qz0]]."),
            ("", ""),
        ):
            with self.subTest(before=before):
                self.assertEqual(relink(before, {"Old", "Alias"}, "New"), after)

    def test_rendered_words_stay_the_same(self):
        text = "On [[Old]], [[Old|it]] and `[[Old]]`.\n\n| a | b |\n|---|---|\n| [[Old]] | [[Old\\|it]] |\n"

        changed = to_html(relink(text, {"Old"}, "New"))

        self.assertEqual(changed, to_html(text))


class TakeAwayTests(TestCase):
    """Given an old and a new actor, and an article of whose links and pins some lead to the old one."""

    def setUp(self):
        self.editor = make_editor(everything=True)
        self.old = make_actor(title="Old Organisation")
        EntryAlias.objects.create(entry_id=self.old.pk, name="OO")
        self.old, self.new = publish_now(self.old), publish_now(make_actor(title="New Organisation", slug="new"))
        self.article = make_article(
            title="Linking",
            introduction="Of [[OO]] and `[[OO]]`.",
            sections=[{"title": "OO", "body": "Its [[Old Organisation|seat]]."}, {"body": "Nothing."}],
        )
        SeeAlsoChoice.objects.create(entry=self.article, target=self.old, choice="pin")
        self.article = publish_now(self.article)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def take_away(self, *linking, outcome=GONE, target="new", at_once=True):
        target = self.new if target == "new" else target
        return take_away(self.old, outcome, target, self.editor, [row.pk for row in linking], at_once)

    def test_links_and_pins_lead_to_the_target_under_their_old_words(self):
        report = self.take_away(self.article)

        article = fresh(self.article)
        self.assertEqual(article.introduction, "Of [[New Organisation|OO]] and `[[OO]]`.")
        self.assertEqual(
            list(article.sections.values_list("title", "body")),
            [("OO", "Its [[New Organisation|seat]]."), ("Section 2", "Nothing.")],
        )
        self.assertEqual([choice.target_id for choice in article.see_also_choices.all()], [self.new.pk])
        self.assertEqual([(done.title, done.published) for done in report], [("Linking", True)])
        page = self.client.get(PublicEntry.objects.get(pk=article.pk).get_absolute_url()).content.decode()
        self.assertIn('Of <a href="/actors/new/">OO</a> and', page)
        self.assertEqual(fresh(self.old).state, GONE)

    def test_it_is_a_minor_version_by_this_person_and_can_be_taken_back(self):
        before = self.article.head

        self.take_away(self.article)

        version = PublicVersion.objects.filter(entry_id=self.article.pk).latest("number")
        self.assertEqual((version.number, version.is_minor, version.published_by), (2, True, self.editor.pk))
        head = fresh(self.article).head
        self.assertEqual((head.author, head.summary[:28]), (self.editor, "Links to “Old Organisation” "))
        restored, losses = restore(fresh(self.article), before)
        self.assertEqual((restored.digest, losses), (before.digest, []))

    def test_sections_keep_their_keys_and_facts_stay_as_they_are(self):
        keys = set(Section.objects.values_list("pk", flat=True))
        agreement = publish_now(make_agreement(title="Pact", parties=[self.old], body="By [[OO]]."))

        self.take_away(self.article, agreement)

        self.assertEqual(set(Section.objects.values_list("pk", flat=True)), keys)
        self.assertEqual(fresh(agreement).participations.get().actor_id, self.old.pk)
        self.assertEqual(fresh(agreement).body, "By [[New Organisation|OO]].")

    def test_without_the_tick_it_stays_a_draft(self):
        report = self.take_away(self.article, at_once=False)

        self.assertEqual((report[0].published, report[0].reason), (False, "a draft"))
        self.assertEqual(PublicVersion.objects.filter(entry_id=self.article.pk).count(), 1)
        self.assertIn("[[New Organisation|OO]]", fresh(self.article).head.content["introduction"])

    def test_page_with_other_unpublished_changes_stays_a_draft(self):
        Article.objects.filter(pk=self.article.pk).update(summary="Half-finished")
        take_snapshot(fresh(self.article))

        report = self.take_away(self.article)

        self.assertIn("other unpublished changes", report[0].reason)
        self.assertNotEqual(PublicEntry.objects.get(pk=self.article.pk).summary, "Half-finished")
        self.assertEqual(fresh(self.article).summary, "Half-finished")

    def test_draft_that_no_longer_links_is_left_alone(self):
        Article.objects.filter(pk=self.article.pk).update(introduction="Nothing.")
        Section.objects.update(body="Nothing.")
        SeeAlsoChoice.objects.all().delete()
        head = take_snapshot(fresh(self.article))

        report = self.take_away(self.article)

        self.assertIn("no longer leads here", report[0].reason)
        self.assertEqual(fresh(self.article).head, head)

    def test_pin_that_the_target_has_already_is_not_doubled(self):
        SeeAlsoChoice.objects.create(entry=self.article, target=self.new, choice="pin", position=1)
        publish_now(fresh(self.article))

        self.take_away(self.article)

        self.assertEqual([choice.target_id for choice in self.article.see_also_choices.all()], [self.new.pk])

    def test_target_is_named_by_an_alias_where_its_title_is_not_its_own(self):
        make_actor(title="New Organisation")
        EntryAlias.objects.create(entry_id=self.new.pk, name="NewOrg")

        self.take_away(self.article)

        self.assertIn("[[NewOrg|OO]]", fresh(self.article).introduction)

    def test_refusal_changes_nothing_at_all(self):
        draft = make_actor(title="No page")
        make_actor(title="New Organisation")  # now no name leads to the new one alone
        snapshots = Snapshot.objects.count()
        for options, words in (
            ({"target": None}, "Choose the entry to which the links should lead."),
            ({"target": self.old}, "Choose the entry to which the links should lead."),
            ({"target": draft, "outcome": Entry.State.REDIRECTED}, "Choose another entry that has a live page"),
            ({}, "Give it an alias first."),
        ):
            with self.subTest(words=words), self.assertRaisesMessage(PublicationError, words):
                self.take_away(self.article, **options)

            self.assertEqual(fresh(self.old).state, Entry.State.LIVE)
            self.assertEqual(Snapshot.objects.count(), snapshots)
            self.assertIn("[[OO]]", fresh(self.article).introduction)

    def test_target_itself_is_not_led_to_itself(self):
        type(self.new).objects.filter(pk=self.new.pk).update(body="Followed [[OO]].")
        publish_now(fresh(self.new))

        self.take_away(self.article, self.new, outcome=Entry.State.REDIRECTED)

        self.assertEqual(fresh(self.new).body, "Followed [[OO]].")
        self.assertEqual(fresh(self.old).state, Entry.State.REDIRECTED)


class UnpublishPageTests(TestCase):
    def setUp(self):
        self.old, self.new = publish_now(make_actor(title="Old")), publish_now(make_actor(title="New"))
        self.article = publish_now(make_article(title="Linking", introduction="On [[Old]]."))
        pinning = make_article(title="Pinning")
        SeeAlsoChoice.objects.create(entry=pinning, target=self.old, choice="pin")
        self.pinning = publish_now(pinning)
        excluding = make_article(title="Excluding")
        SeeAlsoChoice.objects.create(entry=excluding, target=self.old, choice="exclusion")
        publish_now(excluding)
        self.address = desk_address(self.old, "unpublish", self.old.pk)
        self.answer = {
            "outcome": "withdrawn",
            "target": str(self.new.pk),
            "retarget": [str(self.article.pk), str(self.pinning.pk)],
            "publish_at_once": "on",
        }
        self.client.force_login(make_editor(everything=True))

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def test_page_lists_what_leads_here_by_text_or_pin(self):
        form = self.client.get(self.address).context["form"]

        self.assertEqual([entry.title for entry in form.linking], ["Linking", "Pinning"])

    def test_ticked_pages_are_led_elsewhere_and_named(self):
        response = self.client.post(self.address, self.answer, follow=True)

        self.assertContains(response, "“Linking” leads elsewhere now.")
        self.assertEqual(fresh(self.article).introduction, "On [[New|Old]].")
        self.assertEqual(fresh(self.pinning).see_also_choices.get().target_id, self.new.pk)

    def test_page_that_was_not_ticked_is_left_alone(self):
        self.client.post(self.address, {**self.answer, "retarget": [str(self.pinning.pk)]})

        self.assertEqual(fresh(self.article).introduction, "On [[Old]].")

    def test_links_need_somewhere_to_lead(self):
        response = self.client.post(self.address, {**self.answer, "target": ""})

        self.assertContains(response, "Choose the entry to which the links should lead.")
        self.assertEqual(fresh(self.old).state, Entry.State.LIVE)

    def test_pages_of_a_kind_that_the_person_may_not_change_are_shown_and_left_alone(self):
        rights = ["actors.view_actor", "actors.change_actor", "publishing.publish_entry"]
        self.client.force_login(make_editor("actors only", rights=rights))

        page = self.client.get(self.address)
        response = self.client.post(self.address, self.answer)

        self.assertContains(page, "You may not change these")
        self.assertContains(response, "Select a valid choice.")
        self.assertEqual(fresh(self.article).introduction, "On [[Old]].")

    def test_page_takes_a_fixed_number_of_queries(self):
        def count():
            with self.assertNumQueries(7):
                self.client.get(self.address)

        count()
        for _number in range(4):
            publish_now(make_article(introduction="On [[Old]]."))
        count()
