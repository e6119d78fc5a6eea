"""The trash: what is put away stays whole, comes back as it was, and is purged without breaking anything."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from actors.models import Actor, Agreement
from articles.models import Article, Section
from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry, Snapshot
from publishing.public import PublicEntry, PublicVersion
from publishing.publication import PublicationError, publish, rebuild_public, unpublish
from publishing.releases import Release, ReleaseItem, add_to_release
from publishing.scheduling import PublicationSchedule, schedule
from publishing.snapshots import restore, take_snapshot
from publishing.standing import Standing, standing_of
from publishing.trash import KEPT, Trashed, TrashError, bring_back, purge, purge_due, put_in_trash
from publishing.upkeep import Check
from topics.models import SeeAlsoChoice, TaggedEntry

from .crawl import contents
from .desk import change_address, desk_address, form_data, make_editor

WRITER = ["articles.view_article", "articles.change_article", "articles.add_article"]
TRASH_LIST = "/admin/publishing/trashed/"


def fresh(row):
    return type(row).objects.get(pk=row.pk)


class TrashScenario(TestCase):
    def setUp(self):
        self.editor = make_editor(everything=True)
        self.client.force_login(self.editor)

    def tearDown(self):
        self.assertEqual(check_public(), [])


class PutInTrashTests(TrashScenario):
    def test_entry_comes_back_with_address_topics_history_and_referrers(self):
        topic = make_topic()
        actor = publish_now(make_actor(title="Ruritania", slug="ruritania", topics=[topic], body="Text."))
        agreement = publish_now(make_agreement(parties=[actor], body="On [[Ruritania]]."))
        snapshots = list(actor.snapshots.values_list("pk", flat=True))
        unpublish(actor, Entry.State.WITHDRAWN)
        put_in_trash(actor, self.editor)
        take_snapshot(fresh(agreement))

        bring_back(actor, self.editor)
        back = publish_now(fresh(actor))

        self.assertEqual((back.slug, list(back.topics.all())), ("ruritania", [topic]))
        self.assertEqual(list(back.snapshots.values_list("pk", flat=True)), snapshots)
        self.assertEqual(agreement.participations.get().actor_id, actor.pk)
        page = self.client.get(PublicEntry.objects.get(pk=agreement.pk).get_absolute_url())
        self.assertContains(page, 'On <a href="/actors/ruritania/">Ruritania</a>')

    def test_link_saved_while_its_target_is_in_the_trash_works_again_afterwards(self):
        actor = make_actor(title="Ruritania")
        put_in_trash(actor)

        snapshot = take_snapshot(make_article(introduction="On [[Ruritania]]."))

        self.assertEqual(snapshot.content["links"], {"Ruritania": str(actor.pk)})

    def test_link_means_the_entry_that_is_not_in_the_trash(self):
        put_in_trash(make_actor(title="Ruritania"))
        other = make_actor(title="Ruritania")

        snapshot = take_snapshot(make_article(introduction="On [[Ruritania]]."))

        self.assertEqual(snapshot.content["links"], {"Ruritania": str(other.pk)})

    def test_state_is_as_it_was(self):
        for outcome in (Entry.State.WITHDRAWN, Entry.State.GONE):
            with self.subTest(outcome=outcome):
                article = publish_now(make_article())
                unpublish(article, outcome)

                put_in_trash(article)
                self.assertEqual(standing_of(fresh(article)), Standing.TRASH)
                bring_back(article)

                self.assertEqual(fresh(article).state, outcome)

    def test_live_page_is_not_put_away_behind_its_readers_backs(self):
        article = publish_now(make_article())

        with self.assertRaisesMessage(TrashError, "Say first what they should find instead."):
            put_in_trash(article)

        self.assertFalse(Trashed.objects.exists())

    def test_what_was_planned_is_given_up(self):
        article = make_article()
        snapshot = take_snapshot(article)
        schedule(snapshot, timezone.now() + timedelta(days=1))
        add_to_release(Release.objects.create(name="Set"), snapshot)

        put_in_trash(article)

        self.assertFalse(PublicationSchedule.objects.exists())
        self.assertFalse(ReleaseItem.objects.exists())

    def test_nothing_in_the_trash_is_published_scheduled_or_released(self):
        article = make_article()
        snapshot = take_snapshot(article)
        put_in_trash(article)

        for deed in (
            lambda: publish(snapshot),
            lambda: schedule(snapshot, timezone.now() + timedelta(days=1)),
            lambda: add_to_release(Release.objects.create(name="Set"), snapshot),
        ):
            with self.assertRaisesMessage(PublicationError, "in the trash"):
                deed()

    def test_twice_is_refused(self):
        article = make_article()
        put_in_trash(article)

        with self.assertRaises(TrashError):
            put_in_trash(article)
        bring_back(article)
        with self.assertRaises(TrashError):
            bring_back(article)

    def test_what_was_done_is_in_the_audit_log(self):
        article = make_article()
        take_snapshot(article)

        put_in_trash(article, self.editor)
        bring_back(article, self.editor)
        put_in_trash(article, self.editor)
        purge(article, self.editor)

        deeds = (
            AuditEvent.objects.filter(entry=article.pk, who=self.editor).order_by("pk").values_list("action", flat=True)
        )
        self.assertEqual(list(deeds), ["trash", "bring-back", "trash", "purge"])


class PurgeTests(TrashScenario):
    def trashed(self, row):
        put_in_trash(row, self.editor)
        return row

    def test_draft_goes_with_all_that_hangs_on_it_and_its_address_is_free(self):
        article = make_article(slug="junk", sections=[{"topics": [make_topic()]}], topics=[make_topic()])
        take_snapshot(article)
        self.trashed(article)

        purge(article, self.editor)

        self.assertFalse(Article.objects.exists() or Section.objects.exists() or TaggedEntry.objects.exists())
        self.assertFalse(Snapshot.objects.exists())
        make_article(slug="junk")
        event = AuditEvent.objects.get(action="purge")
        self.assertContains(self.client.get("/admin/publishing/auditevent/"), event.entry.title)

    def test_what_was_published_stays_with_its_versions_and_its_address(self):
        for outcome, status in ((Entry.State.WITHDRAWN, 200), (Entry.State.GONE, 410), (Entry.State.REDIRECTED, 301)):
            with self.subTest(outcome=outcome):
                article = publish_now(make_article(slug=f"known-{outcome}"))
                Article.objects.filter(pk=article.pk).update(title="A later draft")
                draft = take_snapshot(fresh(article))
                target = publish_now(make_article())
                unpublish(article, outcome, target if outcome == Entry.State.REDIRECTED else None)
                before = self.client.get(f"/articles/known-{outcome}/").content

                purge(self.trashed(article), self.editor)

                self.assertFalse(Article.objects.filter(pk=article.pk).exists())
                self.assertFalse(Snapshot.objects.filter(pk=draft.pk).exists())
                self.assertTrue(PublicVersion.objects.filter(entry_id=article.pk).exists())
                self.assertEqual(check_public(), [])
                rebuild_public()
                response = self.client.get(f"/articles/known-{outcome}/")
                self.assertEqual((response.status_code, response.content), (status, before))

    def test_what_others_refer_to_is_refused_and_they_are_named(self):
        first, second, third = (make_actor(title=title) for title in ("First", "Second", "Third"))
        agreement = make_agreement(title="The Pact", parties=[first])
        second.predecessors.add(first)
        SeeAlsoChoice.objects.create(entry=third, target=first, choice="pin")
        take_snapshot(first)
        self.trashed(first)

        with self.assertRaisesMessage(TrashError, "“Second”, “The Pact”, “Third”. Change them first."):
            purge(first)

        self.assertTrue(Actor.objects.filter(pk=first.pk).exists())
        self.assertEqual(agreement.participations.count(), 1)
        self.assertTrue(first.snapshots.exists())

    def test_what_a_live_page_mentions_is_refused(self):
        actor = make_actor(title="Ruritania")
        article = publish_now(make_article(title="On it", introduction="[[Ruritania]]"))
        self.trashed(actor)

        with self.assertRaisesMessage(TrashError, "“On it”"):
            purge(actor)
        unpublish(article, Entry.State.GONE)
        purge(actor)

        self.assertFalse(Actor.objects.filter(pk=actor.pk).exists())

    def test_own_parts_are_no_referrers(self):
        agreement = make_agreement(parties=[make_actor()])
        SeeAlsoChoice.objects.create(entry=agreement, target=make_actor(), choice="pin")
        take_snapshot(agreement)
        self.trashed(agreement)

        purge(agreement)

        self.assertFalse(Agreement.objects.exists())
        self.assertEqual(Actor.objects.count(), 2)

    def test_purged_entry_cannot_come_back_and_no_name_leads_to_it(self):
        article = make_article(title="Junk")
        purge(self.trashed(article))

        with self.assertRaises(TrashError):
            bring_back(article)

        self.assertEqual(take_snapshot(make_article(introduction="[[Junk]]")).content["links"], {})

    def test_restoring_names_a_pin_whose_entry_was_purged(self):
        target, article = make_article(title="Junk"), make_article()
        SeeAlsoChoice.objects.create(entry=article, target=target, choice="pin")
        pinned = take_snapshot(article)
        article.see_also_choices.all().delete()
        purge(self.trashed(target))

        _snapshot, losses = restore(fresh(article), pinned)

        self.assertEqual(losses, ["“Junk” no longer exists and was left out."])

    def test_day_of_the_last_check_stays_on_a_withdrawn_page(self):
        article = publish_now(make_article())
        Check.objects.create(entry_id=article.pk, by=self.editor, on=timezone.localdate(), version=1)
        rebuild_public()
        unpublish(article, Entry.State.WITHDRAWN)

        purge(self.trashed(article))

        self.assertEqual(PublicEntry.objects.get(pk=article.pk).checked_on, timezone.localdate())

    def test_thirty_days_are_kept_and_no_more(self):
        put = timezone.now()
        for moment, purged, left in (
            (put, 0, 30),
            (put + timedelta(days=29, hours=1), 0, 1),
            (put + KEPT - timedelta(microseconds=1), 0, 1),
            (put + KEPT, 1, 0),
        ):
            with self.subTest(moment=moment - put):
                article = make_article()
                put_in_trash(article)
                Trashed.objects.filter(entry=article.pk).update(at=put)

                outcomes = purge_due(moment)

                self.assertEqual(outcomes["purged"], purged)
                self.assertEqual(Trashed.objects.get(entry=article.pk).days_left(moment), left)
                if not purged:
                    bring_back(article)

    def test_run_holds_what_is_referred_to_says_why_and_purges_the_others(self):
        held, other = make_actor(title="Held"), make_article()
        make_agreement(title="The Pact", parties=[held])
        put_in_trash(held)
        put_in_trash(other)

        first, second = purge_due(timezone.now() + KEPT), purge_due(timezone.now() + KEPT)

        self.assertEqual((first["purged"], second["purged"], second["broken"]), (1, 0, 0))
        self.assertIn("“The Pact”", Trashed.objects.get(entry=held.pk).held)
        self.assertContains(self.client.get(TRASH_LIST), "“The Pact”")


class TrashDeskTests(TrashScenario):
    def test_live_page_is_taken_away_and_put_in_the_trash_in_one_step(self):
        article = publish_now(make_article(slug="a"))
        address = desk_address(article, "trash", article.pk)
        self.assertContains(self.client.get(address), "What readers then find")

        unanswered = self.client.post(address, {})
        response = self.client.post(address, {"outcome": "gone"}, follow=True)

        self.assertContains(unanswered, "This field is required.")
        self.assertContains(response, "is in the trash")
        self.assertEqual(self.client.get("/articles/a/").status_code, 410)

    def test_it_leaves_the_lists_and_cannot_be_chosen(self):
        actor = make_actor(title="Ruritania")
        self.client.post(desk_address(actor, "trash", actor.pk))
        choosing = {"app_label": "actors", "model_name": "participation", "field_name": "actor", "term": "Ruri"}
        pinning = {"app_label": "topics", "model_name": "seealsochoice", "field_name": "target", "term": "Ruri"}

        shown = self.client.get(desk_address(Actor, "changelist"))

        self.assertNotContains(shown, "Ruritania</a>")
        for asked in (choosing, pinning):
            self.assertEqual(self.client.get("/admin/autocomplete/", asked).json()["results"], [])
        self.assertContains(self.client.get(TRASH_LIST), "Ruritania")
        self.assertContains(self.client.get(TRASH_LIST), "30 days")

    def test_its_form_is_replaced_by_the_way_back(self):
        article = make_article(title="Put away")
        put_in_trash(article, self.editor)

        page = self.client.get(change_address(article))
        self.assertContains(page, "Bring back")
        self.assertNotContains(page, "Save draft")
        self.client.post(desk_address(article, "bring_back", article.pk))

        self.assertContains(self.client.get(change_address(article)), "Save draft")

    def test_what_is_posted_meanwhile_is_not_saved_and_the_writer_is_told(self):
        article = make_article(title="Old")
        take_snapshot(article)
        data = form_data(self.client.get(change_address(article)))
        put_in_trash(article)

        response = self.client.post(change_address(article), {**data, "title": "New", "_continue": "1"})

        self.assertContains(response, "is not saved yet", status_code=409)
        self.assertEqual(fresh(article).title, "Old")

    def test_other_pages_of_it_lead_back(self):
        article = publish_now(make_article())
        unpublish(article, Entry.State.GONE)
        put_in_trash(article)
        for name, arguments in (
            ("schedule", ()), ("unpublish", ()), ("release", ()), ("upkeep", ()), ("checked", ()), ("restore", (1,)),
            ("trash", ()), ("note", (1,)),
        ):  # fmt: skip
            with self.subTest(name=name):
                response = self.client.post(desk_address(article, name, article.pk, *arguments), follow=True)

                self.assertContains(response, "The entry stands elsewhere by now")

    def test_address_that_it_keeps_is_explained(self):
        put_in_trash(make_article(title="Put away", slug="taken"))
        article = make_article()
        data = form_data(self.client.get(change_address(article)))

        response = self.client.post(change_address(article), {**data, "slug": "taken", "_continue": "1"})

        self.assertContains(response, "“Put away” in the trash has this address.")

    def test_purging_asks_first_and_get_writes_nothing(self):
        article = make_article()
        put_in_trash(article)
        address = desk_address(article, "purge", article.pk)

        self.assertContains(self.client.get(address), "deleted for good")
        self.assertTrue(Article.objects.exists())
        response = self.client.post(address, follow=True)

        self.assertContains(response, "is purged")
        self.assertFalse(Article.objects.exists())
        self.assertEqual(self.client.get(change_address(article)).status_code, 302)

    def test_readers_see_nothing_of_a_draft_in_the_trash(self):
        publish_now(make_article())
        draft = make_article(title="zanzibar")
        self.client.logout()
        before = contents(self.client)
        self.client.force_login(self.editor)

        self.client.post(desk_address(draft, "trash", draft.pk))
        self.client.post(desk_address(draft, "bring_back", draft.pk))
        self.client.post(desk_address(draft, "trash", draft.pk))
        self.client.post(desk_address(draft, "purge", draft.pk))

        self.client.logout()
        after = contents(self.client)
        self.assertEqual(before, after)
        self.assertFalse(Article.objects.filter(pk=draft.pk).exists())

    def test_retargeting_while_it_goes(self):
        old, new = publish_now(make_actor(title="Old")), publish_now(make_actor(title="New"))
        article = publish_now(make_article(introduction="On [[Old]]."))

        self.client.post(
            desk_address(old, "trash", old.pk),
            {"outcome": "gone", "target": str(new.pk), "retarget": [str(article.pk)], "publish_at_once": "on"},
        )

        self.assertEqual(fresh(article).introduction, "On [[New|Old]].")
        self.assertTrue(fresh(old).in_trash)


class TrashRightsTests(TestCase):
    def answers(self, address):
        return [method(address).status_code for method in (self.client.get, self.client.post)]

    def test_who_may_change_a_draft_may_put_it_away_and_bring_it_back(self):
        article = make_article()
        self.client.force_login(make_editor(rights=WRITER))

        self.assertEqual(self.answers(desk_address(article, "trash", article.pk)), [200, 302])
        self.assertEqual(self.client.post(desk_address(article, "bring_back", article.pk)).status_code, 302)

        self.assertFalse(fresh(article).in_trash)

    def test_what_readers_have_seen_takes_the_right_to_publish(self):
        article = publish_now(make_article())
        self.client.force_login(make_editor(rights=WRITER))

        self.assertEqual(self.answers(desk_address(article, "trash", article.pk)), [403, 403])
        unpublish(article, Entry.State.GONE)
        put_in_trash(article)
        self.assertEqual(self.answers(desk_address(article, "bring_back", article.pk)), [403, 403])

        self.assertTrue(fresh(article).in_trash)

    def test_purging_is_a_right_of_its_own(self):
        article = make_article()
        put_in_trash(article)
        address = desk_address(article, "purge", article.pk)
        for name, rights in (
            ("writer", WRITER),
            ("publisher", [*WRITER, "publishing.publish_entry"]),
            ("reader", ["articles.view_article", "publishing.purge_entry"]),
        ):
            with self.subTest(name=name):
                self.client.force_login(make_editor(name, rights=rights))

                self.assertEqual(self.answers(address), [403, 403])
        self.client.force_login(make_editor("purger", rights=[*WRITER, "publishing.purge_entry"]))

        self.assertEqual(self.answers(address), [200, 302])

    def test_list_shows_only_kinds_that_the_person_may_see(self):
        put_in_trash(make_actor(title="An actor"))
        put_in_trash(make_article(title="An article"))
        self.client.force_login(make_editor("nobody"))
        self.assertEqual(self.client.get(TRASH_LIST).status_code, 403)

        self.client.force_login(make_editor("reader", rights=["articles.view_article"]))

        page = self.client.get(TRASH_LIST)
        self.assertContains(page, "An article")
        self.assertNotContains(page, "An actor")
