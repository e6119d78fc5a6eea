"""The desk, used as an editor uses it."""

import re
from datetime import timedelta

import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.models import Actor, Agreement, Participation
from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.check import check_public
from publishing.models import Entry, Snapshot, Source
from publishing.public import PublicEntry
from publishing.publication import publish
from publishing.review import submit
from publishing.snapshots import restore, take_snapshot
from publishing.upkeep import Upkeep

from .desk import add_row, answers, change_address, desk_address, form_data, make_editor

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class DeskTests(TestCase):
    """Given an editor with every right; at the end of each test the public rows are what the snapshots give."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.topic = make_topic("airlift")

    def setUp(self):
        self.client.force_login(self.editor)

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def open_form(self, row):
        response = self.client.get(change_address(row))
        self.assertEqual(response.status_code, 200)
        return form_data(response)

    def save(self, row, data, button="_continue", follow=True):
        return self.client.post(
            change_address(row), {"public_note": "What changed", **data, button: "1"}, follow=follow
        )

    def page(self, row):
        return self.client.get(PublicEntry.objects.get(pk=row.pk).get_absolute_url()).content.decode()


class WritingTests(DeskTests):
    def test_new_article_is_written_and_published_from_the_form(self):
        data = form_data(self.client.get(desk_address(Article, "add")))
        data.update(
            {
                "title": "Airlift",
                "slug": "airlift",
                "summary": "Moving by air.",
                "introduction": "**Bold** start.",
                "topics": self.topic.name,
            }
        )
        add_row(data, "sections", title="First", level="1", body="Some text.", topics=self.topic.name)
        add_row(data, "sections", title="Second", level="2", body="More text.")

        response = self.client.post(desk_address(Article, "add"), {**data, "_publish": "1"}, follow=True)

        self.assertContains(response, "Published.")
        article = Article.objects.get(slug="airlift")
        self.assertEqual([section.position for section in article.sections.all()], [10, 20])
        page = self.client.get("/articles/airlift/")
        self.assertContains(page, "<strong>Bold</strong> start.")
        self.assertContains(page, '<h3 id="second">Second</h3>')
        self.assertContains(page, "Airlift</a>")

    def test_draft_of_a_new_entry_has_no_page(self):
        data = form_data(self.client.get(desk_address(Actor, "add")))
        data.update(
            {
                "title": "Freedonia",
                "slug": "freedonia",
                "summary": "A state.",
                "actor_kind": "state",
                "region": "europe",
            }
        )

        self.client.post(desk_address(Actor, "add"), {**data, "_continue": "1"})

        self.assertTrue(Actor.objects.filter(slug="freedonia").exists())
        self.assertEqual(self.client.get("/actors/freedonia/").status_code, 404)

    def test_draft_change_shows_only_after_publishing(self):
        article = publish_now(make_article(title="Old title", sections=[{"body": "Old words."}]))
        before = self.page(article)
        data = self.open_form(article)
        data.update({"title": "New title", "sections-0-body": "New words."})

        self.save(article, data)
        after_draft = self.page(article)
        self.save(article, self.open_form(article), "_publish")

        self.assertEqual(before, after_draft)
        self.assertIn("New words.", self.page(article))

    def test_save_that_changes_nothing_makes_no_snapshot(self):
        agreement = publish_now(make_agreement(parties=[make_actor(), make_actor()], topics=[self.topic]))

        self.save(agreement, self.open_form(agreement))

        self.assertEqual(Snapshot.objects.filter(entry=agreement.pk).count(), 1)

    def test_aliases_pins_and_participations_are_saved(self):
        agreement, actor, other = make_agreement(), make_actor(), publish_now(make_article(title="Pinned article"))
        source = make_source()
        data = self.open_form(agreement)
        data["aliases"] = "The Pact\nthe pact \nAnother name"
        add_row(
            data, "participations", actor=str(actor.pk), role="original-party", signed="1949-04", source=str(source.pk)
        )
        add_row(data, "see_also_choices", target=str(other.pk), choice="pin")

        self.save(agreement, data, "_publish")

        page = self.page(agreement)
        self.assertEqual(list(agreement.aliases.values_list("name", flat=True)), ["The Pact", "Another name"])
        self.assertIn('<time class="date" datetime="1949-04">April 1949</time>', page)
        self.assertIn("Pinned article", page)
        self.assertIn("chosen by the editors", page)

    def test_address_without_a_scheme_is_one_of_https(self):
        pages = {
            desk_address(Source, "add"): {"key": "nato", "title": "Treaty", "kind": "text", "url": "nato.int/17120"}
        }
        actor = make_actor()
        pages[change_address(actor)] = {"website": "nato.int"}

        for address, typed in pages.items():
            self.client.post(address, {**form_data(self.client.get(address)), **typed})

        actor.refresh_from_db()
        self.assertEqual(Source.objects.get(key="nato").url, "https://nato.int/17120")
        self.assertEqual(actor.website, "https://nato.int")


class LongFormTests(DeskTests):
    def test_form_of_two_hundred_parties_opens_in_few_queries_and_saves(self):
        counts = []
        for parties in (3, 200):
            actors = [make_actor() for _ in range(parties)]
            agreement = publish_now(make_agreement(parties=actors))
            with CaptureQueriesContext(connection) as queries:
                response = self.client.get(change_address(agreement))
            counts.append(len(queries))
            html = response.content.decode()
            for actor in actors:
                self.assertIn(f'<option value="{actor.pk}" selected>{actor.title}</option>', html)
        data = form_data(response)
        last = f"participations-{parties - 1}-in_force"

        self.save(agreement, {**data, last: "1999"})

        self.assertEqual(Participation.objects.get(actor=actors[-1], agreement=agreement).in_force, "1999")
        self.assertLessEqual(counts[1], min(counts[0], 15))


class ValidationTests(DeskTests):
    def assert_refused(self, row, data, *words):
        response = self.save(row, data)
        self.assertEqual(response.status_code, 200)
        for word in words:
            self.assertContains(response, word)
        self.assertIsNone(Entry.objects.get(pk=row.pk).head)
        # Nothing typed is lost.
        self.assertEqual(form_data(response)["title"], data["title"])

    def test_text_that_is_longer_than_a_page_shows_is_refused_and_comes_back(self):
        article = make_article()
        data = self.open_form(article)

        self.save(article, {**data, "introduction": "a" * 100_000})
        self.assertEqual(len(Article.objects.get(pk=article.pk).introduction), 100_000)
        data = self.open_form(article)
        response = self.save(article, {**data, "introduction": "b" * 100_001})

        self.assertContains(response, "100000 characters")
        self.assertEqual(len(form_data(response)["introduction"]), 100_001)
        self.assertEqual(Article.objects.get(pk=article.pk).introduction, "a" * 100_000)

    def test_spell_that_ends_before_it_begins_is_refused(self):
        agreement, actor, source = make_agreement(), make_actor(), make_source()
        data = self.open_form(agreement)
        add_row(
            data,
            "participations",
            actor=str(actor.pk),
            role="member",
            in_force="1999",
            ended="1998-12",
            source=str(source.pk),
        )

        self.assert_refused(agreement, data, "A spell cannot end before it begins.")

    def test_impossible_date_is_refused(self):
        agreement = make_agreement()
        data = self.open_form(agreement)
        data["signed"] = "1949-02-30"

        self.assert_refused(agreement, data, "There is no such date")

    def test_two_sections_with_the_same_order_are_refused(self):
        article = make_article(sections=[{"title": "One"}, {"title": "Two"}])
        data = self.open_form(article)
        data["sections-1-position"] = data["sections-0-position"]

        self.assert_refused(article, data, "has the same order")

    def test_address_in_use_is_refused(self):
        make_article(slug="taken")
        article = make_article()
        data = self.open_form(article)
        data["slug"] = "taken"

        self.assert_refused(article, data, "Another entry of this kind has this address")

    def test_organisation_cannot_be_its_own_member(self):
        organisation = make_actor(actor_kind="organisation")
        agreement = make_agreement(parties=[organisation])
        data = self.open_form(organisation)
        data["constituent_agreement"] = str(agreement.pk)

        self.assert_refused(organisation, data, "An organisation cannot be its own member")

    def test_protocol_without_a_parent_is_refused(self):
        agreement = make_agreement()
        data = self.open_form(agreement)
        data["agreement_type"] = "protocol"

        self.assert_refused(agreement, data, "A protocol or amendment names the agreement")

    def test_broader_topic_cycle_is_refused(self):
        below = make_topic("sea lift", broader=self.topic)
        response = self.client.get(change_address(self.topic))
        data = {**form_data(response), "broader": str(below.pk)}

        response = self.client.post(change_address(self.topic), data)

        self.assertContains(response, "cannot be broader than itself")

    def test_entry_without_a_standfirst_is_saved_but_not_published(self):
        article = make_article(summary="")

        response = self.save(article, self.open_form(article), "_publish")

        self.assertContains(response, "Saved, but not published.")
        self.assertContains(response, "a standfirst")
        self.assertFalse(PublicEntry.objects.filter(pk=article.pk).exists())


class PreviewTests(DeskTests):
    def entries(self):
        topic, other = make_topic("sea lift"), make_actor(title="Ruritania")
        publish_now(other)
        near = publish_now(make_article(title="Neighbour", topics=[topic]))
        make_source("treaty")
        body = "See [[Ruritania]] and [@treaty, art. 5]."
        yield (
            make_article(topics=[topic], sections=[{"title": "Part", "body": body, "topics": [topic]}]),
            {"introduction": "Changed. " + body},
        )
        yield make_actor(topics=[topic], body=body), {"body": "Changed. " + body}
        yield (
            make_agreement(topics=[topic], body=body, parties=[other, make_actor()]),
            {"participations-0-signed": "1950"},
        )
        self.near = near

    def test_preview_is_the_page_after_publishing_but_for_its_banner(self):
        for row, changes in self.entries():
            for published_before in (False, True):
                with self.subTest(kind=row.KIND, published_before=published_before):
                    if published_before:
                        publish_now(row)
                    data = {**self.open_form(row), **changes}
                    if published_before:
                        data["summary"] = "Another standfirst."

                    preview = self.client.post(desk_address(row, "preview", row.pk), data).content.decode()
                    self.save(row, data, "_publish")

                    start = preview.index('<p class="banner')
                    banner = preview[start : preview.index("</p>", start) + 4]
                    without = preview.replace(banner, "").replace('<meta name="robots" content="noindex">', "")
                    self.assertEqual(without.split(), self.page(row).split())

    def test_preview_of_a_new_entry_writes_nothing(self):
        data = form_data(self.client.get(desk_address(Article, "add")))
        data.update({"title": "Unsaved", "slug": "unsaved", "summary": "S.", "topics": self.topic.name})
        add_row(data, "sections", title="First", level="1", body="Only in the form.", topics=self.topic.name)

        with CaptureQueriesContext(connection) as queries:
            response = self.client.post(desk_address(Article, "preview_new"), data)

        self.assertContains(response, "Only in the form.")
        self.assertEqual([query["sql"] for query in queries if query["sql"].startswith(WRITES)], [])
        self.assertEqual(Article.objects.count(), 0)

    def test_preview_of_a_faulty_form_names_the_fault(self):
        agreement = make_agreement()
        data = {**self.open_form(agreement), "signed": "yesterday"}

        response = self.client.post(desk_address(agreement, "preview", agreement.pk), data)

        self.assertEqual(response.status_code, 422)
        self.assertContains(response, "is not a date", status_code=422)


class HistoryTests(DeskTests):
    def test_restore_brings_an_older_version_back_as_the_draft(self):
        article = publish_now(
            make_article(title="First", topics=[self.topic], sections=[{"title": "Kept", "body": "Once."}])
        )
        key = article.sections.get().pk
        data = self.open_form(article)
        data.update({"title": "Second", "topics": "", "sections-0-DELETE": "on"})
        self.save(article, data)

        response = self.client.post(desk_address(article, "restore", article.pk, 1), follow=True)

        self.assertContains(response, "Restored snapshot 1")
        article.refresh_from_db()
        self.assertEqual((article.title, article.sections.get().pk, article.topics.get()), ("First", key, self.topic))
        self.assertEqual(article.head.number, 3)

    def test_history_names_author_and_summary(self):
        article = make_article()
        self.save(article, {**self.open_form(article), "change_summary": "Dates corrected"})

        response = self.client.get(desk_address(article, "history", article.pk))

        self.assertContains(response, "Dates corrected")
        self.assertContains(response, "editor")

    def test_snapshot_is_shown_as_a_page(self):
        article = publish_now(make_article(introduction="As it was."))

        response = self.client.get(desk_address(article, "snapshot", article.pk, 1))

        self.assertContains(response, "As it was.")


class UnpublishTests(DeskTests):
    def test_form_of_a_live_entry_offers_each_step_once(self):
        page = self.client.get(change_address(publish_now(make_article()))).content.decode()

        tools = page.split('<ul class="object-tools">')[1].split("</ul>")[0]
        offered = re.findall(r'<a href="([^"]+)"', tools)
        self.assertIn("unpublish", tools)
        self.assertEqual(len(offered), len(set(offered)))

    def test_page_is_withdrawn_redirected_or_gone(self):
        target = publish_now(make_article())
        for outcome, status in (("withdrawn", 200), ("redirected", 301), ("gone", 410)):
            with self.subTest(outcome=outcome):
                article = publish_now(make_article())
                address = f"/articles/{article.slug}/"

                self.client.post(
                    desk_address(article, "unpublish", article.pk), {"outcome": outcome, "target": str(target.pk)}
                )

                self.assertEqual(self.client.get(address).status_code, status)

    def test_pages_that_lead_here_are_named(self):
        actor = publish_now(make_actor(title="Ruritania"))
        publish_now(make_article(title="An article on it", introduction="[[Ruritania]]"))

        response = self.client.get(desk_address(actor, "unpublish", actor.pk))

        self.assertContains(response, "An article on it")

    def test_redirect_without_a_target_is_refused(self):
        article = publish_now(make_article())

        response = self.client.post(desk_address(article, "unpublish", article.pk), {"outcome": "redirected"})

        self.assertContains(response, "Choose the entry")
        self.assertEqual(self.client.get(f"/articles/{article.slug}/").status_code, 200)


class ConflictTests(DeskTests):
    def setUp(self):
        super().setUp()
        self.article = publish_now(
            make_article(title="Title", sections=[{"title": "One", "body": "a"}, {"title": "Two", "body": "b"}])
        )
        self.outdated = self.open_form(self.article)

    def somebody_else_saves(self, **changes):
        self.client.force_login(make_editor("other", everything=True))
        self.save(self.article, {**self.open_form(self.article), **changes})
        self.client.force_login(self.editor)

    def bodies(self):
        return list(self.article.sections.values_list("body", flat=True))

    def test_changes_to_different_sections_are_joined(self):
        self.somebody_else_saves(**{"sections-0-body": "theirs"})

        response = self.save(self.article, {**self.outdated, "sections-1-body": "mine"})

        self.assertContains(response, "Both changes are in it now")
        self.assertEqual(self.bodies(), ["theirs", "mine"])

    def test_change_to_the_same_field_asks_and_loses_nothing(self):
        self.somebody_else_saves(**{"sections-0-body": "theirs", "sections-1-body": "theirs too"})

        asked = self.save(self.article, {**self.outdated, "sections-0-body": "mine"})
        kept = self.bodies()
        self.save(self.article, {**form_data(asked), **answers(asked, "mine")})

        self.assertContains(asked, "<legend>Section: One: Text</legend>")
        self.assertEqual(form_data(asked)["sections-0-body"], "mine")
        self.assertEqual(kept, ["theirs", "theirs too"])
        self.assertEqual(self.bodies(), ["mine", "theirs too"])

    def test_conflict_in_the_topics_names_them(self):
        sea, air = make_topic("sea lift"), self.topic
        self.somebody_else_saves(topics=sea.name)

        asked = self.save(self.article, {**self.outdated, "topics": air.name})

        self.assertIn("to: “sea lift”", str(asked.context["adminform"].form.errors["topics"]))

    def test_conflict_in_the_title_stands_at_its_field(self):
        self.somebody_else_saves(title="Theirs")

        asked = self.save(self.article, {**self.outdated, "title": "Mine"})

        self.assertIn("to: “Theirs”", str(asked.context["adminform"].form.errors["title"]))

    def test_form_with_a_base_that_never_was_does_not_overwrite(self):
        self.somebody_else_saves(title="Theirs")
        for base in ("0", "999"):
            with self.subTest(base=base):
                asked = self.save(self.article, {**self.outdated, "base": base, "title": "Mine"})

                self.assertIn("to: “Theirs”", str(asked.context["adminform"].form.errors["title"]))
                self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Theirs")

    def test_form_without_its_base_does_not_overwrite(self):
        self.somebody_else_saves(title="Theirs")
        del self.outdated["base"]

        self.save(self.article, {**self.outdated, "title": "Mine"})

        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Theirs")


class RightsTests(TestCase):
    """That every address refuses who has no right at all: test_least_right.py."""

    def test_editor_without_the_right_cannot_publish_or_unpublish(self):
        article = make_article()
        self.client.force_login(make_editor(rights=["articles.change_article", "articles.view_article"]))
        response = self.client.get(change_address(article))

        published = self.client.post(change_address(article), {**form_data(response), "_publish": "1"})
        unpublished = self.client.post(desk_address(article, "unpublish", article.pk), {"outcome": "gone"})

        self.assertNotContains(response, "_publish")
        self.assertEqual((published.status_code, unpublished.status_code), (403, 403))
        self.assertFalse(PublicEntry.objects.exists())

    def test_no_entry_can_be_deleted(self):
        article = publish_now(make_article())
        self.client.force_login(make_editor(everything=True))

        self.assertEqual(
            self.client.post(desk_address(article, "delete", article.pk), {"post": "yes"}).status_code, 403
        )

    def test_entries_are_chosen_by_whoever_may_see_some(self):
        publish_now(make_article(title="Findable"))
        lookup = "/admin/autocomplete/?app_label=topics&model_name=seealsochoice&field_name=target&term=findable"
        self.client.force_login(make_editor(rights=["articles.view_article"]))

        self.assertContains(self.client.get(lookup), "Findable")
        self.client.force_login(make_editor("stranger"))
        self.assertEqual(self.client.get(lookup).status_code, 403)


class FrontPageTests(DeskTests):
    def test_lists_my_drafts_and_what_was_revised(self):
        live = publish_now(make_article(title="Seen by readers"))
        mine = make_article(title="Still being written")
        self.save(mine, self.open_form(mine))

        response = self.client.get("/admin/")

        drafts = response.content.decode().partition("My drafts</h2>")[2].partition("</section>")[0]
        revised = response.content.decode().partition("Recently published</h2>")[2].partition("</section>")[0]
        self.assertInHTML(f'<a href="{change_address(mine)}">Still being written</a>', drafts)
        self.assertInHTML(f'<a href="{change_address(live)}">Seen by readers</a>', revised)
        self.assertNotIn("Seen by readers", drafts)

    def test_number_of_queries_does_not_grow_and_is_at_most_nine(self):
        publisher = make_editor("publisher")
        publisher.groups.add(Group.objects.get(name="publisher"))
        self.client.force_login(publisher)
        for _ in range(3):
            publish_now(make_article())

        # session, user, own rights, rights of groups, lists of entries, live entries, releases, reports, dead sources
        with self.assertNumQueries(9):
            self.client.get("/admin/")

    def test_lists_what_waits_for_this_person(self):
        other = make_editor("other")
        waiting, own, alone = (make_article(title=title) for title in ("Wait for me", "My own", "Read by one"))
        for article, author in ((waiting, other), (own, self.editor)):
            take_snapshot(article, author)
            submit(article, author)
        publish(take_snapshot(alone, self.editor), self.editor)
        late = publish_now(make_article(title="Not looked at for long"))
        Upkeep.objects.create(entry_id=late.pk, owner=self.editor, interval=1)

        with time_machine.travel(timezone.now() + timedelta(days=40)):
            self.client.force_login(self.editor)
            html = self.client.get("/admin/").content.decode()

        def listed(heading):
            return html.partition(f"{heading}</h2>")[2].partition("</section>")[0]

        self.assertIn("Wait for me", listed("Waiting for my review"))
        self.assertNotIn("My own", listed("Waiting for my review"))
        self.assertIn("Read by one", listed("Published without a second reader"))
        self.assertIn("Not looked at for long", listed("Overdue for a check"))
        self.assertNotIn("Read by one", listed("Overdue for a check"))

    def test_shows_nothing_of_kinds_that_one_may_not_see(self):
        publish_now(make_article(title="Seen by readers"))
        publish_now(make_actor(title="A state"))
        self.client.force_login(make_editor("other", rights=["articles.view_article"]))

        response = self.client.get("/admin/")

        self.assertContains(response, "Seen by readers")
        self.assertNotContains(response, "A state")


class IncompleteTests(DeskTests):
    def test_actor_and_agreement_are_saved_with_a_title_alone_and_not_published(self):
        for model in (Actor, Agreement):
            with self.subTest(model.KIND):
                data = form_data(self.client.get(desk_address(model, "add")))

                answer = self.client.post(
                    desk_address(model, "add"), {**data, "title": f"A new {model.KIND}", "_publish": "1"}, follow=True
                )

                self.assertContains(answer, "Saved, but not published.")
                self.assertContains(answer, "Choose its")
                row = model.objects.get(title=f"A new {model.KIND}")
                self.assertEqual((row.state, row.head.number), ("draft", 1))
                preview = self.client.post(desk_address(row, "preview", row.pk), self.open_form(row))
                self.assertContains(preview, f"A new {model.KIND}")

    def test_party_without_an_actor_is_saved_shown_and_restored_and_stops_publishing(self):
        agreement = make_agreement(parties=[make_actor()])
        Participation.objects.update(actor=None, source=None, name_used="A party to come")

        answer = self.save(agreement, self.open_form(agreement), "_publish")

        self.assertContains(answer, "Saved, but not published.")
        self.assertContains(answer, "Choose the actor.")
        preview = self.client.post(desk_address(agreement, "preview", agreement.pk), self.open_form(agreement))
        self.assertContains(preview, "A party to come")
        snapshot = Snapshot.objects.filter(entry=agreement).latest("number")
        Participation.objects.all().delete()
        _snapshot, losses = restore(agreement, snapshot)
        self.assertEqual(losses, [])
        self.assertEqual(Participation.objects.get().name_used, "A party to come")

    def test_party_without_a_source_is_saved_and_stops_publishing(self):
        agreement = make_agreement(parties=[make_actor()])
        Participation.objects.update(source=None)

        answer = self.save(agreement, self.open_form(agreement), "_publish")

        self.assertContains(answer, "Saved, but not published.")
        self.assertContains(answer, "No source is named.")
        self.assertFalse(PublicEntry.objects.filter(pk=agreement.pk).exists())
