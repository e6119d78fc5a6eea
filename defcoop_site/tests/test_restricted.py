"""Restricted drafts: for whoever may not see one, it is nowhere on the desk. Played, and then looked for at every address."""

import time
from threading import Thread
from uuid import uuid4

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection, transaction
from django.test import Client, TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from actors.models import Actor, Agreement
from articles.models import Article
from defcoop_site.factories import (
    make_actor,
    make_agreement,
    make_article,
    make_image,
    make_source,
    make_topic,
    publish_now,
)
from publishing.audit import AuditEvent
from publishing.desk import write_aliases
from publishing.models import Entry
from publishing.public import PublicEntry
from publishing.publication import PublicationError, publish
from publishing.releases import Release, add_to_release
from publishing.reports import Report
from publishing.restricting import RestrictionError, lift, restrict
from publishing.review import ReviewRequest, comment, submit
from publishing.scheduling import schedule
from publishing.sharing import share
from publishing.snapshots import restore, take_snapshot
from publishing.trash import bring_back, purge, put_in_trash
from publishing.upkeep import Upkeep
from topics.merging import merge
from topics.splitting import split
from topics.vocabulary import Topic

from .desk import add_row, change_address, desk_address, form_data, make_editor
from .test_least_right import DeskWalk

# Words of drafts that nobody published, and of the new draft of a page that readers have.
SECRET, NEW = "quagga", "thylacine"
SEE = "see_restricted_entry"


def make_colleague(name, **fields):
    """Staff who may do everything but see what is restricted."""
    user = make_editor(name)
    user.email = f"{name}@example.org"
    user.save()
    user.user_permissions.set(Permission.objects.exclude(codename=SEE))
    return user


class RestrictedTests(DeskWalk, TestCase):
    """Given drafts that only the owner and one named colleague see, with all that a desk can know of them."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.owner, cls.named, cls.outsider = map(make_colleague, ("owner", "named", "outsider"))
        cls.topic = make_topic("airlift")
        cls.source, cls.image = make_source("held"), make_image("held")
        text = f"The {SECRET} ![{SECRET}](image:held) is [@held]."
        cls.article = make_article(
            title=f"The {SECRET} plan",
            slug=f"the-{SECRET}-plan",
            summary=f"A {SECRET}.",
            introduction=f"To [[{cls.rows[Article].title}]]. {text}",
            sections=[{"title": f"On {SECRET}s", "body": text, "topics": [cls.topic]}],
            topics=[cls.topic],
        )
        write_aliases(cls.article, [f"{SECRET} two"])
        cls.actor = make_actor(title=f"{SECRET.title()} state", slug=f"{SECRET}-state", body=text, region="oceania")
        cls.agreement = make_agreement(
            title=f"{SECRET.title()} pact", slug=f"{SECRET}-pact", parties=[cls.rows[Actor]], obligations=["defence"]
        )
        cls.untagged = make_article(title=f"Untagged {SECRET}", slug=f"untagged-{SECRET}")
        cls.binned = make_article(title=f"Binned {SECRET}", slug=f"binned-{SECRET}")
        cls.changed = publish_now(make_article(title="On the Hague", topics=[make_topic("peace")]))
        cls.hidden = [cls.article, cls.actor, cls.agreement, cls.untagged, cls.binned]
        for row in cls.hidden:
            take_snapshot(row, cls.owner, f"Wrote of {SECRET}")
        cls._change()
        for row in (*cls.hidden, cls.changed):
            restrict(row, [cls.named], cls.owner)
        cls._use(cls.article, SECRET)
        cls._use(cls.changed, NEW)
        put_in_trash(cls.binned, cls.owner)
        cls.deed = merge(make_topic("air lift"), cls.topic, cls.owner)
        cls.split = split(cls.topic, Topic(name="airlift by night"), [cls.article.pk], cls.owner)
        for row in (cls.article, cls.actor, cls.agreement):
            LogEntry.objects.log_actions(cls.owner.pk, [row], 2, f"Changed {SECRET}")

    @classmethod
    def _change(cls):
        cls.changed.summary = f"A {NEW}."
        cls.changed.introduction = f"The {NEW}, see [[{cls.rows[Agreement].title}]]. ![{NEW}](image:held)"
        cls.changed.save()
        cls.changed.topics.add(cls.topic)
        take_snapshot(cls.changed, cls.owner, f"Wrote of {NEW}")

    @classmethod
    def _use(cls, row, word):
        """All that the desk does with a draft before it is published."""
        entry = Entry.objects.get(pk=row.pk)
        share(entry, cls.owner, 7, f"For {word}")
        submit(entry, cls.owner, f"Look at the {word}")
        comment(entry.head, f"More {word}", by=cls.named)
        schedule(entry.head, timezone.now() + timezone.timedelta(days=3), cls.owner, f"Of {word}", False)
        add_to_release(Release.objects.create(name=f"Release of {word}"), entry.head, f"Of {word}")
        Upkeep.objects.create(entry=entry, owner=cls.outsider, interval=1)

    def setUp(self):
        self.client.force_login(self.outsider)

    def assertTellsNothing(self, answer, *, where):
        said = answer.content.decode().lower() if not answer.streaming else ""
        for word in (SECRET, NEW):
            self.assertNotIn(word, said, where)

    # --- Nowhere ---------------------------------------------------------------------------------------------------------

    def test_no_address_about_anything_else_tells_a_word_of_it(self):
        for name, address in self.addresses():
            with self.subTest(name, address=address):
                self.assertTellsNothing(self.client.get(address), where=address)

    def test_no_address_about_what_it_touches_tells_a_word_of_it(self):
        touched = {
            "source": self.source,
            "image": self.image,
            "topic": self.topic,
            "topic after": Topic.objects.get(name="airlift by night"),
            "deed": self.deed,
            "split": self.split,
            "owner": self.owner,
        }
        for what, row in touched.items():
            self.rows = {**self.rows, type(row): row}
            base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
            for name, address in self.addresses():
                if address.startswith(base):
                    with self.subTest(what, name=name, address=address):
                        self.assertTellsNothing(self.client.get(address), where=address)

    def test_its_own_addresses_answer_as_those_of_an_entry_that_never_was(self):
        for row in (self.article, self.agreement, self.changed):
            self.rows = {**self.rows, type(row): row, Entry: Entry.objects.get(pk=row.pk)}
            about = [(name, address) for name, address in self.addresses() if str(row.pk) in address]
            self.assertGreater(len(about), 20)
            for name, address in about:
                for method in (self.client.get, self.client.post):
                    with self.subTest(name, address=address, method=method.__name__):
                        answer = method(address)
                        never = method(address.replace(str(row.pk), str(uuid4())))

                        self.assertEqual(answer.status_code, never.status_code)
                        self.assertNotIn(answer.status_code, (200, 500))
                        self.assertTellsNothing(answer, where=address)

    def test_those_who_may_see_it_get_all_of_it(self):
        for who in (self.owner, self.named, self.root):
            self.client.force_login(who)
            for row in (self.article, self.changed):
                for page in ("change", "history", "links", "review", "share", "release", "upkeep", "restrict"):
                    with self.subTest(who=who, page=page, row=row):
                        self.assertEqual(self.client.get(desk_address(row, page, row.pk)).status_code, 200)
            self.assertContains(self.client.get(desk_address(Article, "changelist")), self.article.title)
            self.assertContains(self.client.get("/admin/publishing/trashed/"), self.binned.title)

    def test_no_search_finds_it(self):
        half = SECRET[:4]
        for address in (
            "/admin/articles/article/?q=",
            "/admin/actors/actor/?q=",
            "/admin/actors/agreement/?q=",
            "/admin/publishing/entry/?q=",
            "/admin/publishing/trashed/?q=",
            "/admin/publishing/auditevent/?q=",
            "/admin/publishing/release/?q=",
            "/admin/publishing/report/?q=",
            "/admin/publishing/entry/complete/?of=entry&q=",
            "/admin/autocomplete/?app_label=articles&model_name=section&field_name=article&term=",
            "/admin/autocomplete/?app_label=actors&model_name=participation&field_name=actor&term=",
            "/admin/autocomplete/?app_label=topics&model_name=seealsochoice&field_name=target&term=",
            "/admin/autocomplete/?app_label=actors&model_name=agreement&field_name=amends&term=",
        ):
            with self.subTest(address):
                answer = self.client.get(address + half)

                self.assertEqual(answer.status_code, 200)
                self.assertTellsNothing(answer, where=address)

    def entry_fields(self, page):
        """(name of a field in which a form chooses an entry, which one of the hidden ones would fit, the formset's prefix or "")."""
        fitting = {Actor: self.actor, Agreement: self.agreement, Entry: self.article}
        forms = [(page.context["adminform"].form, "")]
        forms += [(each.formset.empty_form, each.formset.prefix) for each in page.context["inline_admin_formsets"]]
        for form, prefix in forms:
            for name, field in form.fields.items():
                model = getattr(getattr(field, "queryset", None), "model", None)
                if model in fitting:
                    yield name, fitting[model], prefix

    def test_whoever_knows_its_key_can_choose_it_in_no_field(self):
        tried = 0
        for kind in (Article, Actor, Agreement):
            row = self.rows[kind]
            page = self.client.get(change_address(row))
            for name, hidden, prefix in self.entry_fields(page):
                data = form_data(page)
                if prefix:
                    add_row(data, prefix, **{name: str(hidden.pk)})
                else:
                    data[name] = str(hidden.pk)
                said = f"{hidden.pk if name == 'predecessors' else 'That choice'} is not one of the available choices."
                for address, status in ((change_address(row), 200), (desk_address(row, "preview", row.pk), 422)):
                    with self.subTest(kind=kind, field=name, formset=prefix, address=address):
                        answer = self.client.post(address, data)

                        self.assertContains(answer, said, status_code=status)
                        self.assertTellsNothing(answer, where=name)
                tried += 1
        self.assertGreater(tried, 12)

    def test_form_that_is_opened_with_its_key_does_not_name_it(self):
        for kind, name, hidden in ((Actor, "part_of", self.actor), (Agreement, "amends", self.agreement)):
            answer = self.client.get(f"{desk_address(kind, 'add')}?{name}={hidden.pk}")

            self.assertTellsNothing(answer, where=name)

    def test_draft_that_refers_to_it_already_goes_on_so_whoever_saves_it(self):
        pact = make_agreement(title="Open pact", parties=[self.actor], amends=self.agreement)
        state = make_actor(title="Open state", part_of=self.actor)
        state.predecessors.add(self.actor)
        for row in (pact, state):
            take_snapshot(row, self.owner)
            data = form_data(self.client.get(change_address(row)))

            answer = self.client.post(change_address(row), {**data, "summary": "Changed by somebody else."})

            self.assertEqual(answer.status_code, 302)
        pact.refresh_from_db()
        state.refresh_from_db()
        self.assertEqual((pact.summary, state.summary), ("Changed by somebody else.",) * 2)
        self.assertEqual((pact.amends_id, pact.participations.get().actor_id), (self.agreement.pk, self.actor.pk))
        self.assertEqual((state.part_of_id, state.predecessors.get()), (self.actor.pk, self.actor))

    def test_page_that_readers_have_is_still_offered_under_the_name_that_they_know(self):
        offered = self.client.get("/admin/publishing/entry/complete/?of=entry&q=hague").json()["results"]
        chosen = self.client.get(
            "/admin/autocomplete/?app_label=topics&model_name=seealsochoice&field_name=target&term=hague"
        ).json()["results"]
        page = self.client.get(PublicEntry.objects.get(pk=self.changed.pk).get_absolute_url())

        self.assertEqual([offer["label"] for offer in offered], [self.changed.title])
        self.assertEqual([choice["text"] for choice in chosen], [self.changed.title])
        self.assertContains(page, self.changed.title)
        self.assertTellsNothing(page, where="the page")

    def test_page_that_readers_have_is_named_on_the_desk_with_the_address_that_readers_know(self):
        front = self.client.get("/admin/")

        self.assertContains(front, PublicEntry.objects.get(pk=self.changed.pk).get_absolute_url())
        self.assertNotContains(front, change_address(self.changed))

    def test_shortcut_to_the_site_leads_to_no_address_that_nobody_knows(self):
        kind = ContentType.objects.get_for_model(Article)

        answer = self.client.get(f"/admin/r/{kind.pk}/{self.article.pk}/")

        self.assertEqual(answer.status_code, 404)

    def test_taken_address_is_told_without_saying_by_what(self):
        data = form_data(self.client.get(desk_address(Article, "add")))
        for row in (self.article, self.binned):
            answer = self.client.post(desk_address(Article, "add"), {**data, "title": "Mine", "slug": row.slug})

            self.assertContains(answer, "Another entry of this kind has this address. Choose another.")
            self.assertNotIn(row.title, answer.content.decode())

    def test_trash_says_that_something_refers_to_an_entry_and_not_what(self):
        other = self.rows[Agreement]
        self.agreement.amends = other
        self.agreement.save()

        said = self.client.get(desk_address(other, "trash", other.pk)).content.decode()

        self.assertIn("a restricted draft", said)
        self.assertNotIn(SECRET, said.lower())

    def test_release_that_holds_it_is_neither_listed_nor_offered_nor_published(self):
        release = Release.objects.get(name=f"Release of {SECRET}")
        other = self.rows[Article]
        address = reverse("admin:publishing_release_change", args=[release.pk])

        answer = self.client.post(address, {"_publish": ""})

        self.assertEqual(answer.status_code, 404)
        self.assertTrue(Release.objects.get(pk=release.pk).is_open)
        self.assertTellsNothing(self.client.get(desk_address(other, "release", other.pk)), where="the choice")

    # --- Topics act on all of them ---------------------------------------------------------------------------------------

    def test_merge_moves_its_topics_and_its_log_names_only_what_a_person_may_see(self):
        address = reverse("admin:topics_topicdeed_change", args=[self.split.pk])

        self.assertIn("airlift by night", {topic.name for topic in self.article.topics.all()})
        self.assertTellsNothing(self.client.get(address), where=address)
        self.client.force_login(self.named)
        self.assertContains(self.client.get(address), self.article.title)

    def test_undoing_leaves_alone_what_was_changed_since_and_does_not_name_it(self):
        self.article.topics.clear()

        answer = self.client.post(reverse("admin:topics_topicdeed_undo", args=[self.split.pk]), follow=True)

        self.assertContains(answer, "a restricted draft")
        self.assertTellsNothing(answer, where="undo")

    def test_split_takes_no_draft_that_its_maker_may_not_see(self):
        source = Topic.objects.get(name="airlift by night")

        answer = self.client.post(
            reverse("admin:topics_topic_split", args=[source.pk]), {"into": "peace", "entries": [str(self.article.pk)]}
        )

        self.assertEqual(answer.status_code, 200)
        self.assertIn(source, self.article.topics.all())

    def test_topics_count_what_a_person_may_see(self):
        def uses():
            topics = self.client.get("/admin/topics/topic/complete/?q=airlift by night").json()["topics"]
            return topics[0]["detail"]

        self.assertEqual(uses(), "0 entries")
        self.client.force_login(self.named)
        self.assertEqual(uses(), "1 entry")

    # --- Mail ------------------------------------------------------------------------------------------------------------

    def test_notices_go_to_those_who_may_see_it(self):
        self.client.force_login(self.owner)
        ReviewRequest.objects.filter(entry=self.article.pk).update(outcome=ReviewRequest.Outcome.TAKEN_BACK)

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(desk_address(self.untagged, "submit", self.untagged.pk))

        self.assertEqual({to for message in mail.outbox for to in message.to}, {self.named.email})


class DeedTests(TestCase):
    """Restricting and lifting."""

    def setUp(self):
        self.owner, self.other = make_colleague("owner"), make_colleague("other")
        self.client.force_login(self.owner)

    def visible(self, row, user):
        return Entry.objects.visible_to(user).filter(pk=row.pk).exists()

    def drafted(self, **fields):
        row = make_article(**fields)
        take_snapshot(row, self.owner)
        return row

    def test_draft_is_restricted_with_named_people_and_lifted_again(self):
        row = self.drafted()
        address = desk_address(row, "restrict", row.pk)

        self.client.post(address, {"people": []})

        self.assertTrue(self.visible(row, self.owner))
        self.assertFalse(self.visible(row, self.other))
        self.client.post(address, {"people": [self.other.pk]})
        self.assertTrue(self.visible(row, self.other))
        self.client.post(address, {"_lift": ""})
        self.assertTrue(self.visible(row, make_colleague("third")))
        deeds = AuditEvent.objects.filter(entry=row.pk).order_by("pk").values_list("action", "became")
        self.assertEqual(list(deeds), [("restrict", "owner"), ("restrict", "other, owner"), ("lift", "")])

    def test_new_entry_is_restricted_from_its_first_save_on(self):
        data = form_data(self.client.get(desk_address(Article, "add")))

        self.client.post(desk_address(Article, "add"), {**data, "title": "Held back", "restricted": "on"})

        self.assertFalse(self.visible(Article.objects.get(title="Held back"), self.other))

    def test_nobody_shuts_themselves_out(self):
        row = self.drafted()
        restrict(row, [self.other], self.owner)

        self.client.post(desk_address(row, "restrict", row.pk), {"people": []})

        self.assertTrue(self.visible(row, self.owner))

    def test_nobody_shuts_out_whoever_wrote_it(self):
        row = self.drafted()

        restrict(row, [], self.other)

        self.assertTrue(self.visible(row, self.owner))

    def test_only_staff_can_be_named(self):
        row = self.drafted()
        reader = make_colleague("reader")
        reader.is_staff = False
        reader.save()

        answer = self.client.post(desk_address(row, "restrict", row.pk), {"people": [reader.pk]})

        self.assertEqual(answer.status_code, 200)
        self.assertTrue(self.visible(row, self.other))  # nothing was done

    def test_publishing_lifts_it(self):
        row = self.drafted()
        restrict(row, [], self.owner)

        publish(take_snapshot(row), self.owner, note="New")

        self.assertTrue(self.visible(row, self.other))
        self.assertEqual(AuditEvent.objects.filter(entry=row.pk, action="lift").count(), 1)

    def test_publishing_an_older_snapshot_keeps_the_newer_draft_restricted(self):
        row = self.drafted()
        older = take_snapshot(row)
        restrict(row, [], self.owner)
        row.introduction = "Newer."
        row.save()
        take_snapshot(row, self.owner)

        publish(older, self.owner, note="New")

        self.assertFalse(self.visible(row, self.other))

    def test_older_snapshot_with_another_name_is_not_published_while_the_newer_is_restricted(self):
        row = self.drafted()
        older = take_snapshot(row)
        restrict(row, [], self.owner)
        row.title = "Renamed in secret"
        row.save()
        take_snapshot(row, self.owner)

        with self.assertRaisesMessage(PublicationError, "name"):
            publish(older, self.owner, note="New")

    def test_published_page_keeps_its_names_while_its_draft_is_restricted(self):
        row = publish_now(make_article(title="Known"))
        restrict(row, [], self.owner)
        data = form_data(self.client.get(change_address(row)))

        self.client.post(change_address(row), {**data, "title": "Secret", "aliases": "Secret", "introduction": "New."})

        row = Article.objects.get(pk=row.pk)
        self.assertEqual((row.title, row.introduction, row.aliases.count()), ("Known", "New.", 0))

    def test_draft_that_renames_a_published_page_is_not_restricted(self):
        row = publish_now(make_article(title="Known"))
        row.title = "Renamed"
        row.save()
        take_snapshot(row, self.owner)

        with self.assertRaises(RestrictionError):
            restrict(row, [], self.owner)
        answer = self.client.post(desk_address(row, "restrict", row.pk), {"people": []})

        self.assertContains(answer, "Known")
        self.assertTrue(self.visible(row, self.other))

    def test_restoring_brings_no_other_name_back_while_it_is_restricted(self):
        row = make_article(title="Before")
        older = take_snapshot(row)
        row.title = "Known"
        row.save()
        row = publish_now(row)
        write_aliases(row, [])
        restrict(row, [], self.owner)

        _fresh, losses = restore(row, older, self.owner)

        self.assertEqual(Article.objects.get(pk=row.pk).title, "Known")
        self.assertIn("title", " ".join(losses))

    def test_purging_does_not_lift_it(self):
        row = self.drafted(title="Never to be known")
        restrict(row, [], self.owner)
        put_in_trash(row, self.owner)
        purge(Entry.objects.get(pk=row.pk), self.owner)

        self.assertFalse(self.visible(row, self.other))

    def test_coming_back_from_the_trash_does_not_lift_it(self):
        row = self.drafted()
        restrict(row, [], self.owner)
        put_in_trash(row, self.owner)

        bring_back(Entry.objects.get(pk=row.pk), self.owner)

        self.assertFalse(self.visible(row, self.other))

    def test_lifting_twice_is_logged_once(self):
        row = self.drafted()
        restrict(row, [], self.owner)

        lift(row, self.owner)
        lift(row, self.owner)

        self.assertEqual(AuditEvent.objects.filter(entry=row.pk, action="lift").count(), 1)

    def test_reports_about_it_are_for_those_who_may_change_it(self):
        row = publish_now(make_article())
        Report.objects.create(entry_id=row.pk, version=1, words="Wrong figure")
        restrict(row, [], self.owner)

        self.assertContains(self.client.get("/admin/publishing/report/"), "Wrong figure")
        self.client.force_login(self.other)
        self.assertNotContains(self.client.get("/admin/publishing/report/"), "Wrong figure")


class RaceTests(TransactionTestCase):
    def test_lifting_waits_for_a_publication_and_neither_for_the_other(self):
        if connection.vendor == "sqlite":
            self.skipTest("SQLite has one writer at a time: nothing waits for a row.")
        owner = make_colleague("owner")
        for _time in range(5):
            row = make_article()
            head = take_snapshot(row, owner)
            restrict(row, [], owner)
            client = Client(raise_request_exception=False)
            client.force_login(owner)
            answers = []

            def press(client=client, row=row, answers=answers):
                answers.append(client.post(desk_address(row, "restrict", row.pk), {"_lift": ""}).status_code)
                connection.close()

            with transaction.atomic():
                Entry.objects.locked().get(pk=row.pk)
                pressing = Thread(target=press)
                pressing.start()
                time.sleep(0.3)  # until the other waits for the entry
                publish(head, owner, note="New")
            pressing.join(30)

            self.assertEqual(answers, [302])
            self.assertEqual(AuditEvent.objects.filter(entry=row.pk, action="lift").count(), 1)
