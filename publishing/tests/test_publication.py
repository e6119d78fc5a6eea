from io import StringIO

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import ProtectedError
from django.test import TestCase
from django.urls import reverse

from actors.models import Actor, Agreement, Participation
from actors.public import PublicActor, PublicParticipation
from articles.models import Article, Section
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.check import check_public
from publishing.models import Entry, Snapshot, Source
from publishing.public import Generation, PublicEntry, PublicLink, PublicSearch, PublicVersion, Redirect
from publishing.publication import PublicationError, publish, rebuild_public, unpublish
from publishing.snapshots import restore, take_snapshot
from topics.models import SeeAlsoChoice
from topics.public import PublicTagging
from topics.vocabulary import Topic

from .scenario import ScenarioTestCase, public_tables

State = Entry.State


def change(row, **fields):
    """A working row with other values, saved and not yet published."""
    row = type(row).objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def change_and_publish(row, **fields):
    return publish_now(change(row, **fields))


class PublishTests(ScenarioTestCase):
    def test_draft_has_no_page_until_it_is_published(self):
        article = make_article(slug="a", title="First")
        take_snapshot(article)

        self.assertEqual(self.client.get("/articles/a/").status_code, 404)
        publish_now(article)

        self.assertContains(self.client.get("/articles/a/"), "First")

    def test_saved_draft_changes_nothing_that_readers_see(self):
        topic = make_topic()
        article = publish_now(make_article(slug="a", title="First", topics=[topic]))
        before = public_tables()

        draft = change(article, title="Second", slug="b", summary="Other.")
        draft.topics.clear()
        take_snapshot(draft)

        self.assertEqual(public_tables(), before)
        self.assertTrue(type(article).objects.get(pk=article.pk).has_unpublished_changes)

    def test_changed_article_is_a_new_version(self):
        article = publish_now(make_article(slug="a"))

        change_and_publish(article, title="Second")

        self.assertEqual(
            list(PublicVersion.objects.order_by("number").values_list("number", "content__title")),
            [(1, article.title), (2, "Second")],
        )
        self.assertContains(self.client.get("/articles/a/"), "Second")

    def test_publishing_the_same_snapshot_again_is_no_new_version_and_writes_nothing(self):
        article = publish_now(make_article())
        before, generation = public_tables(), Generation.objects.get().number

        version = publish(article.live)

        self.assertEqual(version.number, 1)
        self.assertEqual(public_tables(), before)
        self.assertEqual(Generation.objects.get().number, generation)

    def test_older_snapshot_published_again_is_a_new_version_with_the_old_text(self):
        article = publish_now(make_article(slug="a", title="First"))
        first = article.live
        change_and_publish(article, title="Second")

        version = publish(first, note="As before")

        self.assertEqual((version.number, version.content["title"]), (3, "First"))
        self.assertContains(self.client.get("/articles/a/"), "<h1>First</h1>")

    def test_who_published_and_why_is_kept(self):
        editor = get_user_model().objects.create_user("editor")

        publish(take_snapshot(make_article()), by=editor, note="Correction")

        self.assertEqual(PublicVersion.objects.values_list("published_by", "note").get(), (editor.pk, "Correction"))

    def test_every_publication_raises_the_generation(self):
        article = publish_now(make_article())
        first = Generation.objects.get().number

        change_and_publish(article, title="Second")
        unpublish(article, State.WITHDRAWN)

        self.assertEqual(Generation.objects.get().number, first + 2)

    def test_address_of_a_live_page_is_refused_and_nothing_is_written(self):
        first = publish_now(make_article(slug="a", title="First"))
        change(first, slug="b")
        second = make_article(slug="a", title="Second")
        before = public_tables()

        with self.assertRaisesMessage(PublicationError, "First"):
            publish_now(second)

        self.assertEqual(public_tables(), before)
        self.assertEqual(Entry.objects.get(pk=second.pk).state, State.DRAFT)

    def test_two_kinds_may_have_the_same_address(self):
        publish_now(make_article(slug="a"))
        publish_now(make_actor(slug="a"))

        self.assertEqual(PublicEntry.objects.filter(slug="a").count(), 2)

    def test_missing_title_or_standfirst_is_refused(self):
        for name in ("title", "summary"):
            for value in ("", " \n "):
                with self.subTest(f"{name} {value!r}"), self.assertRaises(PublicationError):
                    publish_now(make_article(**{name: value}))

        self.assertFalse(PublicEntry.objects.exists())

    def test_entry_keeps_the_day_of_its_first_publication(self):
        article = publish_now(make_article())
        first = PublicEntry.objects.get()

        change_and_publish(article, title="Second")

        second = PublicEntry.objects.get()
        self.assertEqual(second.first_published_at, first.first_published_at)
        self.assertGreater(second.revised_at, first.revised_at)


class RenameTests(ScenarioTestCase):
    def assert_leads(self, old, new):
        response = self.client.get(f"/articles/{old}/")
        self.assertEqual((response.status_code, response.get("Location")), (301, f"/articles/{new}/"))
        self.assertEqual(self.client.get(response["Location"]).status_code, 200)

    def test_old_address_leads_to_the_new_one(self):
        article = publish_now(make_article(slug="a"))

        change_and_publish(article, slug="b")

        self.assert_leads("a", "b")

    def test_address_that_was_never_published_leaves_no_redirect(self):
        article = make_article(slug="a")

        change_and_publish(article, slug="b")

        self.assertEqual(self.client.get("/articles/a/").status_code, 404)

    def test_after_two_renames_both_old_addresses_lead_there_in_one_hop(self):
        article = publish_now(make_article(slug="a"))

        change_and_publish(article, slug="b")
        change_and_publish(article, slug="c")

        self.assert_leads("a", "c")
        self.assert_leads("b", "c")

    def test_renamed_back_and_forth_the_page_is_at_its_first_address(self):
        article = publish_now(make_article(slug="a"))

        change_and_publish(article, slug="b")
        change_and_publish(article, slug="a")

        self.assertEqual(self.client.get("/articles/a/").status_code, 200)
        self.assert_leads("b", "a")

    def test_freed_address_can_be_taken_by_another_entry(self):
        first = publish_now(make_article(slug="a", title="First"))
        change_and_publish(first, slug="b")

        publish_now(make_article(slug="a", title="Second"))

        self.assertContains(self.client.get("/articles/a/"), "<h1>Second</h1>")
        self.assertContains(self.client.get("/articles/b/"), "<h1>First</h1>")

    def test_address_that_two_entries_had_leads_to_the_later_one(self):
        first = publish_now(make_article(slug="a", title="First"))
        change_and_publish(first, slug="b")
        second = publish_now(make_article(slug="a", title="Second"))

        change_and_publish(second, slug="c")

        self.assert_leads("a", "c")

    def test_two_entries_can_exchange_their_addresses(self):
        first, second = (
            publish_now(make_article(slug="a", title="First")),
            publish_now(make_article(slug="b", title="Second")),
        )

        change_and_publish(first, slug="c")
        change_and_publish(second, slug="a")
        change_and_publish(first, slug="b")

        self.assertContains(self.client.get("/articles/a/"), "<h1>Second</h1>")
        self.assertContains(self.client.get("/articles/b/"), "<h1>First</h1>")
        self.assert_leads("c", "b")

    def test_freed_address_taken_and_gone_again_is_gone(self):
        first = publish_now(make_article(slug="a"))
        change_and_publish(first, slug="b")
        second = publish_now(make_article(slug="a"))

        unpublish(second, State.GONE)

        self.assertEqual(self.client.get("/articles/a/").status_code, 410)

    def test_link_in_a_text_follows_the_new_address(self):
        actor = publish_now(make_actor(slug="old", title="Ruritania"))
        publish_now(make_article(slug="a", introduction="See [[Ruritania]]."))

        change_and_publish(actor, slug="new")

        self.assertContains(self.client.get("/articles/a/"), '<a href="/actors/new/">Ruritania</a>')


class UnpublishTests(ScenarioTestCase):
    def test_withdrawn_page_stays_with_a_banner(self):
        article = publish_now(make_article(slug="a", introduction="Text to keep."))

        unpublish(article, State.WITHDRAWN)

        response = self.client.get("/articles/a/")
        self.assertContains(response, "has been withdrawn")
        self.assertContains(response, "Text to keep.")

    def test_redirected_page_leads_to_the_other_entry(self):
        old, new = publish_now(make_article(slug="old")), publish_now(make_article(slug="new"))

        unpublish(old, State.REDIRECTED, target=new)

        self.assertRedirects(self.client.get("/articles/old/"), "/articles/new/", status_code=301)

    def test_redirect_leads_to_an_entry_of_another_kind_and_follows_its_rename_in_one_hop(self):
        old, new = publish_now(make_article(slug="old")), publish_now(make_actor(slug="new"))
        unpublish(old, State.REDIRECTED, target=new)

        change_and_publish(new, slug="newer")

        self.assertRedirects(self.client.get("/articles/old/"), "/actors/newer/", status_code=301)

    def test_all_addresses_of_a_renamed_entry_follow_its_redirect_in_one_hop(self):
        old, new = publish_now(make_article(slug="a")), publish_now(make_article(slug="new"))
        change_and_publish(old, slug="b")

        unpublish(old, State.REDIRECTED, target=new)

        for slug in ("a", "b"):
            with self.subTest(slug):
                self.assertRedirects(self.client.get(f"/articles/{slug}/"), "/articles/new/", status_code=301)

    def test_chain_of_redirects_is_one_hop_for_the_reader(self):
        first, second, third = (publish_now(make_article(slug=slug)) for slug in "abc")

        unpublish(first, State.REDIRECTED, target=second)
        unpublish(second, State.REDIRECTED, target=third)

        self.assertRedirects(self.client.get("/articles/a/"), "/articles/c/", status_code=301)

    def test_redirect_to_a_page_that_is_gone_is_gone(self):
        first, second = (publish_now(make_article(slug=slug)) for slug in "ab")
        unpublish(first, State.REDIRECTED, target=second)

        unpublish(second, State.GONE)

        self.assertEqual(self.client.get("/articles/a/").status_code, 410)

    def test_redirect_needs_another_entry_with_a_page(self):
        article, draft = publish_now(make_article()), make_article()
        for name, target in (("none", None), ("itself", article), ("a draft", draft)):
            with self.subTest(name), self.assertRaises(PublicationError):
                unpublish(article, State.REDIRECTED, target=target)

        self.assertEqual(Entry.objects.get(pk=article.pk).state, State.LIVE)

    def test_page_that_is_gone_answers_410(self):
        article = publish_now(make_article(slug="a"))

        unpublish(article, State.GONE)

        self.assertContains(self.client.get("/articles/a/"), "<h1>Gone</h1>", status_code=410)

    def test_draft_cannot_be_unpublished(self):
        with self.assertRaises(PublicationError):
            unpublish(make_article(), State.GONE)

    def test_unpublished_page_comes_back_when_published_again_without_a_new_version(self):
        for outcome in (State.WITHDRAWN, State.GONE):
            with self.subTest(outcome):
                topic = make_topic()
                article = publish_now(make_article(topics=[topic]))
                before = public_tables()
                unpublish(article, outcome)

                publish(article.live)

                self.assertEqual(public_tables(), before)

    def test_withdrawn_entry_leaves_lists_topics_search_feed_sitemap_front_page_and_see_also(self):
        topic = make_topic("airlift")
        article = publish_now(make_article(slug="old", title="Oldword", topics=[topic], featured=True))
        actor = publish_now(make_actor(slug="old-actor", title="Oldword land", topics=[topic]))
        agreement = publish_now(make_agreement(slug="old-pact", title="Oldword pact", topics=[topic], parties=[actor]))
        publish_now(make_article(slug="other", title="Other", topics=[topic]))
        pages = [
            "/",
            "/articles/",
            "/actors/",
            "/agreements/",
            "/topics/airlift/",
            "/search/?q=oldword",
            "/feed/",
            "/actors/feed/",
            "/sitemap-entries.xml",
            "/articles/other/",
        ]
        shown = [self.client.get(page).content.decode() for page in pages]

        for entry in (article, actor, agreement):
            unpublish(entry, State.WITHDRAWN)

        for page, before in zip(pages, shown, strict=True):
            with self.subTest(page):
                self.assertRegex(before, "/old(-actor|-pact)?/")
                self.assertNotRegex(self.client.get(page).content.decode(), "/old(-actor|-pact)?/")

    def test_topic_whose_last_entry_is_withdrawn_leaves_topics_and_sitemap(self):
        article = publish_now(make_article(topics=[make_topic("airlift")]))

        unpublish(article, State.WITHDRAWN)

        for page in ("/topics/", "/sitemap-topics.xml", "/"):
            with self.subTest(page):
                self.assertNotContains(self.client.get(page), "/topics/airlift/")

    def test_text_and_list_of_mentions_do_not_lead_to_a_withdrawn_entry(self):
        actor = publish_now(make_actor(slug="ruritania", title="Ruritania"))
        publish_now(make_article(slug="a", introduction="See [[Ruritania]]."))

        unpublish(actor, State.WITHDRAWN)

        response = self.client.get("/articles/a/")
        self.assertContains(response, "See Ruritania.")
        self.assertNotContains(response, "/actors/ruritania/")

    def test_withdrawn_member_and_withdrawn_agreement_are_not_linked(self):
        actor = publish_now(make_actor(slug="ruritania", title="Ruritania"))
        pact = publish_now(
            make_agreement(
                slug="pact", title="The pact", in_force="1950", parties=[{"actor": actor, "in_force": "1950"}]
            )
        )
        publish_now(make_actor(slug="org", actor_kind="organisation", constituent_agreement=pact))

        unpublish(actor, State.WITHDRAWN)

        for page in ("/agreements/pact/", "/actors/org/"):
            with self.subTest(page):
                self.assertContains(self.client.get(page), "Ruritania")
                self.assertNotContains(self.client.get(page), "/actors/ruritania/")
        unpublish(pact, State.WITHDRAWN)
        self.assertNotContains(self.client.get("/actors/ruritania/"), "/agreements/pact/")


class VersionPageTests(ScenarioTestCase):
    def test_version_page_shows_what_it_showed_after_a_change_and_says_so(self):
        article = publish_now(make_article(slug="a", title="First", introduction="Old text."))
        change_and_publish(article, title="Second", introduction="New text.")

        response = self.client.get("/articles/a/v/1/")

        self.assertContains(response, "Old text.")
        self.assertContains(response, "has been superseded")
        self.assertContains(response, '<link rel="canonical" href="http://testserver/articles/a/">')
        self.assertContains(self.client.get("/articles/a/v/2/"), "the present one")

    def test_version_page_stays_at_its_address_after_a_rename_and_is_at_the_new_one_too(self):
        article = publish_now(make_article(slug="a", introduction="Old text."))
        change_and_publish(article, slug="b", introduction="New text.")

        for address, words in {"a/v/1": "Old text.", "b/v/1": "Old text.", "b/v/2": "New text."}.items():
            with self.subTest(address):
                self.assertContains(self.client.get(f"/articles/{address}/"), words)

    def test_version_page_stays_after_withdrawal(self):
        article = publish_now(make_article(slug="a", introduction="Old text."))

        unpublish(article, State.WITHDRAWN)

        self.assertContains(self.client.get("/articles/a/v/1/"), "Old text.")

    def test_version_page_of_an_entry_that_is_gone_is_gone(self):
        article = publish_now(make_article(slug="a"))

        unpublish(article, State.GONE)

        self.assertEqual(self.client.get("/articles/a/v/1/").status_code, 410)

    def test_version_that_never_was_is_not_found(self):
        publish_now(make_article(slug="a"))

        for number in ("0", "2", "99999999999999999999", "9" * 5000):
            with self.subTest(number[:20]):
                self.assertEqual(self.client.get(f"/articles/a/v/{number}/").status_code, 404)

    def test_every_kind_has_version_pages(self):
        actor = publish_now(make_actor(slug="a"))
        publish_now(make_agreement(slug="b", parties=[actor]))

        self.assertContains(self.client.get("/actors/a/v/1/"), "the present one")
        self.assertContains(self.client.get("/agreements/b/v/1/"), "the present one")

    def test_version_page_keeps_its_source_as_it_was_when_it_was_cited(self):
        source = make_source("report", title="Old title")
        article = publish_now(make_article(slug="a", introduction="Text[@report]."))
        Source.objects.filter(pk=source.pk).update(title="New title")

        change_and_publish(article, title="Second")

        self.assertContains(self.client.get("/articles/a/v/1/"), "Old title")
        self.assertContains(self.client.get("/articles/a/"), "New title")


class SnapshotTests(ScenarioTestCase):
    def test_save_that_changes_nothing_makes_no_snapshot(self):
        source = make_source("s")
        rows = [
            make_article(
                topics=[make_topic(), make_topic()],
                introduction="[[Nobody]][@s]",
                sections=[{"topics": [make_topic()]}, {}],
            ),
            make_actor(topics=[make_topic()], facts_source=source),
            make_agreement(parties=[make_actor(), make_actor()]),
        ]
        for row in rows:
            with self.subTest(row.kind):
                first = take_snapshot(row)

                again = take_snapshot(change(row))

                self.assertEqual(again.pk, first.pk)
                self.assertEqual(row.snapshots.count(), 1)

    def test_every_changing_save_is_numbered(self):
        article = make_article(title="One")
        take_snapshot(article)

        for title in ("Two", "One"):
            take_snapshot(change(article, title=title), summary=f"To {title}")

        self.assertEqual(
            list(article.snapshots.values_list("number", "content__title", "summary")),
            [(3, "One", "To One"), (2, "Two", "To Two"), (1, "One", "")],
        )

    def test_renamed_topic_is_no_change_of_the_entry(self):
        topic = make_topic("airlift")
        article = make_article(topics=[topic])
        first = take_snapshot(article)
        topic.name = "strategic airlift"
        topic.save()

        self.assertEqual(take_snapshot(article).pk, first.pk)

    def test_snapshot_cannot_be_changed_or_deleted(self):
        article = make_article()
        snapshot = take_snapshot(article)
        before = Snapshot.objects.values().get()
        attempts = {
            "save": snapshot.save,
            "save one field": lambda: snapshot.save(update_fields=["summary"]),
            "delete": snapshot.delete,
            "update all": lambda: Snapshot.objects.update(summary="x"),
            "update some": lambda: Snapshot.objects.filter(pk=snapshot.pk).update(content={}),
            "bulk update": lambda: Snapshot.objects.bulk_update([snapshot], ["summary"]),
            "update or create": lambda: Snapshot.objects.update_or_create(pk=snapshot.pk, defaults={"summary": "x"}),
            "delete all": lambda: Snapshot.objects.all().delete(),
            "delete some": lambda: Snapshot.objects.filter(pk=snapshot.pk).delete(),
            "update through the entry": lambda: article.snapshots.update(summary="x"),
            "delete through the entry": lambda: article.snapshots.all().delete(),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(PermissionDenied), transaction.atomic():
                attempt()

        with self.subTest("delete the entry"), self.assertRaises(ProtectedError):
            article.delete()
        self.assertEqual(Snapshot.objects.values().get(), before)


class RestoreTests(ScenarioTestCase):
    def test_article_comes_back_with_text_topics_choices_aliases_and_the_keys_of_its_sections(self):
        topics = [make_topic("one"), make_topic("two")]
        pinned, excluded = make_article(), make_article()
        article = make_article(
            title="First",
            slug="first",
            introduction="Intro.",
            topics=topics,
            sections=[{"title": "A", "topics": topics[:1]}, {"title": "B", "level": 2}],
        )
        article.aliases.create(name="The first", position=0)
        SeeAlsoChoice.objects.create(entry=article, target=pinned, choice="pin", position=0)
        SeeAlsoChoice.objects.create(entry=article, target=excluded, choice="exclusion", position=1)
        old = take_snapshot(article)
        article.sections.all().delete()
        Section.objects.create(article=article, title="C")
        article.topics.clear()
        article.aliases.all().delete()
        article.see_also_choices.all().delete()
        changed = change(article, title="Second", slug="second", introduction="")
        take_snapshot(changed)

        restored, losses = restore(changed, old, summary="Back")

        self.assertEqual(losses, [])
        self.assertEqual(restored.content, old.content)
        self.assertEqual((restored.number, restored.digest, restored.summary), (3, old.digest, "Back"))
        self.assertEqual(
            {str(section.pk) for section in article.sections.all()}, {part["key"] for part in old.content["sections"]}
        )
        self.assertEqual(Article.objects.get(pk=article.pk).slug, "first")

    def test_agreement_comes_back_with_the_keys_of_its_parties(self):
        france, spain = make_actor(title="France"), make_actor(title="Spain")
        agreement = make_agreement(
            parties=[{"actor": france, "signed": "1949-04-04", "note": "N"}, {"actor": spain, "in_force": "1982"}]
        )
        old = take_snapshot(agreement)
        agreement.participations.filter(actor=spain).delete()
        agreement.participations.update(note="Changed")
        take_snapshot(agreement)

        restored, losses = restore(agreement, old)

        self.assertEqual(losses, [])
        self.assertEqual(restored.content, old.content)

    def test_actor_comes_back_with_its_facts_and_predecessors(self):
        before, owner, pact, source = make_actor(), make_actor(), make_agreement(), make_source("s")
        actor = make_actor(
            founded="1949",
            part_of=owner,
            constituent_agreement=pact,
            facts_source=source,
            facts_locator="p. 3",
            body="Text.",
        )
        actor.predecessors.add(before)
        old = take_snapshot(actor)
        actor.predecessors.clear()
        changed = change(
            actor, founded="", part_of=None, constituent_agreement=None, facts_source=None, facts_locator="", body=""
        )
        take_snapshot(changed)

        restored, losses = restore(changed, old)

        self.assertEqual(losses, [])
        self.assertEqual(restored.content, old.content)

    def test_taken_address_is_named_and_the_present_one_stays(self):
        article = make_article(slug="old")
        old = take_snapshot(article)
        renamed = change(article, slug="new")
        make_article(slug="old")

        _restored, losses = restore(renamed, old)

        self.assertEqual(len(losses), 1)
        self.assertIn("old", losses[0])
        self.assertEqual(Article.objects.get(pk=article.pk).slug, "new")

    def test_deleted_topic_is_named_and_the_others_come_back(self):
        kept, lost = make_topic("kept topic"), make_topic("lost topic")
        article = make_article(topics=[kept, lost])
        old = take_snapshot(article)
        article.topics.clear()
        lost.delete()

        _restored, losses = restore(article, old)

        self.assertEqual(len(losses), 1)
        self.assertIn("lost topic", losses[0])
        self.assertEqual([topic.name for topic in article.topics.all()], ["kept topic"])

    def test_deleted_topic_of_a_section_is_named(self):
        lost = make_topic("lost topic")
        article = make_article(sections=[{"topics": [lost]}])
        old = take_snapshot(article)
        article.sections.get().topics.clear()
        lost.delete()

        _restored, losses = restore(article, old)

        self.assertIn("lost topic", " ".join(losses))

    def test_deleted_actor_is_named_and_the_other_parties_come_back(self):
        kept, lost = make_actor(title="Kept land"), make_actor(title="Lost land")
        agreement = make_agreement(parties=[kept, lost])
        old = take_snapshot(agreement)
        agreement.participations.filter(actor=lost).delete()
        lost.delete()

        _restored, losses = restore(agreement, old)

        self.assertEqual(len(losses), 1)
        self.assertIn("Lost land", losses[0])
        self.assertEqual([part.actor.title for part in agreement.participations.all()], ["Kept land"])

    def test_deleted_owner_and_predecessor_are_named(self):
        owner, before = make_actor(title="Lost owner"), make_actor(title="Lost predecessor")
        actor = make_actor(part_of=owner)
        actor.predecessors.add(before)
        old = take_snapshot(actor)
        actor.predecessors.clear()
        changed = change(actor, part_of=None)
        owner.delete()
        before.delete()

        _restored, losses = restore(changed, old)

        self.assertIn("Lost owner", " ".join(losses))
        self.assertIn("Lost predecessor", " ".join(losses))

    def test_deleted_source_of_facts_and_of_a_party_is_named(self):
        facts, party = make_source("lost-facts"), make_source("lost-party")
        agreement = make_agreement(facts_source=facts, parties=[{"actor": make_actor(), "source": party}])
        old = take_snapshot(agreement)
        agreement.participations.all().delete()
        changed = change(agreement, facts_source=None)
        facts.delete()
        party.delete()

        _restored, losses = restore(changed, old)

        self.assertIn("lost-facts", " ".join(losses))
        self.assertIn("lost-party", " ".join(losses))

    def test_deleted_source_that_the_text_cites_is_named(self):
        for make in (lambda: make_article(introduction="Text[@lost]."), lambda: make_actor(body="Text[@lost].")):
            source = make_source("lost")
            row = make()
            old = take_snapshot(row)
            changed = change(row, title="Second")
            source.delete()

            with self.subTest(row.kind):
                _restored, losses = restore(changed, old)

                self.assertIn("lost", " ".join(losses))

    def test_deleted_pin_is_named(self):
        target = make_article(title="Lost pin")
        article = make_article()
        SeeAlsoChoice.objects.create(entry=article, target=target, choice="pin")
        old = take_snapshot(article)
        article.see_also_choices.all().delete()
        target.delete()

        _restored, losses = restore(article, old)

        self.assertIn("Lost pin", " ".join(losses))

    def test_restored_draft_is_not_published_by_itself(self):
        article = publish_now(make_article(slug="a", title="First"))
        first = article.live
        second = change_and_publish(article, title="Second")

        restore(second, first)

        self.assertContains(self.client.get("/articles/a/"), "<h1>Second</h1>")


def make_library():
    """A small library with everything in it: every kind, links, parties, a rename, a redirect, one withdrawn and one gone."""
    topic, other = make_topic("airlift"), make_topic("exercises")
    france, spain = (
        publish_now(make_actor(title="France", topics=[topic])),
        publish_now(make_actor(title="Spain", topics=[topic, other])),
    )
    pact = publish_now(
        make_agreement(
            title="Pact",
            slug="pact",
            in_force="1950",
            topics=[topic],
            parties=[france, {"actor": spain, "role": "observer", "signed": "unknown"}],
        )
    )
    publish_now(make_actor(title="Organisation", slug="organisation", constituent_agreement=pact, part_of=france))
    article = publish_now(
        make_article(
            title="Article", slug="a", introduction="[[France]]", topics=[topic, other], sections=[{"topics": [other]}]
        )
    )
    change_and_publish(article, slug="article")
    target = publish_now(make_article(topics=[other]))
    unpublish(publish_now(make_article(slug="redirected")), State.REDIRECTED, target=target)
    unpublish(publish_now(make_article(slug="withdrawn", topics=[topic])), State.WITHDRAWN)
    unpublish(publish_now(make_article(slug="gone")), State.GONE)
    make_article(slug="draft")
    return article


class RebuildTests(ScenarioTestCase):
    def test_rebuilding_changes_no_row(self):
        make_library()
        before = public_tables()

        published = rebuild_public()

        self.assertEqual(public_tables(), before)
        self.assertEqual(published, PublicEntry.objects.count())

    def test_rebuilding_an_empty_library_does_nothing(self):
        self.assertEqual(rebuild_public(), 0)


class CheckPublicTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = make_library()

    def entry(self):
        return PublicEntry.objects.get(pk=self.article.pk)

    def tamperings(self):
        yield "title", lambda: PublicEntry.objects.filter(pk=self.article.pk).update(title="Forged")
        yield (
            "page",
            lambda: PublicEntry.objects.filter(pk=self.article.pk).update(
                page={**self.entry().page, "introduction": "<script>"}
            ),
        )
        yield "search text", lambda: PublicEntry.objects.filter(pk=self.article.pk).update(search_text="forged")
        yield "search row", lambda: PublicSearch.objects.filter(entry=self.article.pk).update(tokens="forged")
        yield "missing search row", lambda: PublicSearch.objects.filter(entry=self.article.pk).delete()
        yield "withdrawn", lambda: PublicEntry.objects.filter(slug="withdrawn").update(withdrawn=False)
        yield "version", lambda: PublicEntry.objects.filter(pk=self.article.pk).update(version=7)
        yield "missing page", lambda: self.entry().delete()
        yield "missing topic", lambda: PublicTagging.objects.filter(entry=self.article.pk)[:1].get().delete()
        yield (
            "extra topic",
            lambda: PublicTagging.objects.create(entry_id=self.article.pk, topic=make_topic(), own=True),
        )
        yield "missing link", lambda: PublicLink.objects.filter(entry=self.article.pk)[:1].get().delete()
        yield (
            "extra link",
            lambda: PublicLink.objects.create(entry_id=self.article.pk, way="part", target_id=self.article.pk),
        )
        yield "changed party", lambda: PublicParticipation.objects.filter(role="observer").update(role="member")
        yield "missing party", lambda: PublicParticipation.objects.filter(role="observer").delete()
        yield (
            "changed day",
            lambda: PublicParticipation.objects.filter(role="observer").update(begins_earliest="1900-01-01"),
        )
        yield "missing actor row", lambda: PublicActor.objects.filter(entry__slug="organisation").delete()
        yield (
            "extra page",
            lambda: PublicEntry.objects.create(
                **{
                    **PublicEntry.objects.filter(pk=self.article.pk).values().get(),
                    "id": make_article().pk,
                    "slug": "forged",
                }
            ),
        )
        yield (
            "page of a draft",
            lambda: PublicEntry.objects.create(
                **{
                    **PublicEntry.objects.filter(pk=self.article.pk).values().get(),
                    "id": Article.objects.get(slug="draft").pk,
                    "slug": "draft",
                }
            ),
        )
        yield (
            "page that should be gone",
            lambda: PublicEntry.objects.create(
                **{
                    **PublicEntry.objects.filter(pk=self.article.pk).values().get(),
                    "id": Article.objects.get(slug="gone").pk,
                    "slug": "gone",
                }
            ),
        )
        yield (
            "wrong redirect",
            lambda: Redirect.objects.filter(slug="a").update(target_id=Article.objects.get(slug="withdrawn").pk),
        )
        yield "missing redirect", lambda: Redirect.objects.filter(slug="a").delete()
        yield (
            "redirect where it is gone",
            lambda: Redirect.objects.filter(slug="gone").update(target_id=self.article.pk),
        )
        yield (
            "extra redirect",
            lambda: Redirect.objects.create(
                kind="article", slug="forged", owner_id=self.article.pk, target_id=self.article.pk
            ),
        )
        yield (
            "redirect without an owner",
            lambda: Redirect.objects.create(
                kind="article", slug="forged", owner_id=make_article().pk, target_id=self.article.pk
            ),
        )

    def test_untouched_library_is_clean(self):
        self.assertEqual(check_public(), [])
        call_command("check_public", stdout=StringIO())

    def test_every_tampering_is_found_and_rebuilding_mends_it(self):
        before = public_tables()
        for name, tamper in self.tamperings():
            savepoint = transaction.savepoint()
            with self.subTest(name):
                tamper()

                self.assertNotEqual(check_public(), [])
                with self.assertRaises(CommandError):
                    call_command("check_public")
                rebuild_public()
                self.assertEqual(check_public(), [])
                self.assertEqual(public_tables(), before)
            transaction.savepoint_rollback(savepoint)

    def test_changed_version_is_found(self):
        """Versions are kept for ever, and the snapshot that each was made from is still there to tell."""
        for name, values in {"text": {"content": {}}, "address": {"slug": "forged"}}.items():
            savepoint = transaction.savepoint()
            with self.subTest(name):
                PublicVersion.objects.filter(entry_id=Article.objects.get(slug="article").pk, number=2).update(**values)

                self.assertNotEqual(check_public(), [])
            transaction.savepoint_rollback(savepoint)


class NothingIsWrittenTests(ScenarioTestCase):
    def test_reading_writes_nothing(self):
        make_library()
        before = public_tables()
        for address in (
            "/",
            "/articles/article/",
            "/articles/a/",
            "/articles/gone/",
            "/articles/article/v/1/",
            "/actors/organisation/",
            "/agreements/pact/",
            reverse("topic_list"),
            "/search/?q=pact",
            "/feed/",
            "/sitemap-entries.xml",
        ):
            with self.subTest(address):
                self.client.get(address)

        self.assertEqual(public_tables(), before)
        self.assertEqual(
            (Actor.objects.count(), Agreement.objects.count(), Participation.objects.count(), Topic.objects.count()),
            (3, 1, 2, 2),
        )
