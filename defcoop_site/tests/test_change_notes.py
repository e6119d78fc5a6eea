"""Change notes and the audit log."""

from django.core.exceptions import PermissionDenied
from django.test import TestCase

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry
from publishing.public import PublicEntry, PublicVersion
from publishing.publication import PublicationError, publish, unpublish
from publishing.snapshots import restore, take_snapshot

from .desk import change_address, form_data, make_editor


def changed(article, title):
    """The article's next snapshot, with another title."""
    row = Article.objects.get(pk=article.pk)
    row.title = title
    row.save()
    return take_snapshot(row)


class ChangeNoteTests(TestCase):
    def setUp(self):
        self.article = publish_now(make_article(title="First"))

    def tearDown(self):
        self.assertEqual(check_public(), [])

    def revised_at(self):
        return PublicEntry.objects.get(pk=self.article.pk).revised_at

    def test_second_version_needs_a_note(self):
        with self.assertRaisesMessage(PublicationError, "Say in a public note what changed"):
            publish(changed(self.article, "Second"), note="  ")

        self.assertEqual(PublicEntry.objects.get(pk=self.article.pk).title, "First")

    def test_major_change_moves_the_last_revised_date_and_the_feed(self):
        before, feed = self.revised_at(), self.client.get("/feed/").content

        version = publish(changed(self.article, "Second"), note="Another title")

        self.assertGreater(self.revised_at(), before)
        self.assertNotEqual(self.client.get("/feed/").content, feed)
        self.assertEqual(version.note, "Another title")

    def test_minor_change_moves_neither(self):
        before, updated = self.revised_at(), self.client.get("/feed/").content.decode().split("<updated>")[1:]

        publish(changed(self.article, "Second"), minor=True)

        self.assertEqual(self.revised_at(), before)
        self.assertEqual(
            [part[:25] for part in updated],
            [part[:25] for part in self.client.get("/feed/").content.decode().split("<updated>")[1:]],
        )
        self.assertEqual(PublicEntry.objects.get(pk=self.article.pk).version, 2)

    def test_first_version_is_never_minor(self):
        article = make_article()

        version = publish(take_snapshot(article), minor=True)

        self.assertFalse(version.is_minor)

    def test_note_is_asked_for_on_the_form_and_nothing_is_lost(self):
        self.client.force_login(make_editor(everything=True))
        data = form_data(self.client.get(change_address(self.article)))

        response = self.client.post(
            change_address(self.article), {**data, "title": "Second", "_publish": "1"}, follow=True
        )

        self.assertContains(response, "Saved, but not published. Say in a public note what changed")
        self.assertEqual(Article.objects.get(pk=self.article.pk).title, "Second")
        self.assertEqual(PublicVersion.objects.filter(entry_id=self.article.pk).count(), 1)

    def test_note_on_the_form_is_published(self):
        self.client.force_login(make_editor(everything=True))
        data = form_data(self.client.get(change_address(self.article)))

        self.client.post(
            change_address(self.article), {**data, "title": "Second", "public_note": "Renamed", "_publish": "1"}
        )

        self.assertEqual(PublicVersion.objects.get(entry_id=self.article.pk, number=2).note, "Renamed")


class AuditLogTests(TestCase):
    def setUp(self):
        self.editor = make_editor(everything=True)

    def logged(self):
        return list(AuditEvent.objects.order_by("pk").values_list("action", "who__username", "was", "became"))

    def test_publishing_restoring_and_unpublishing_are_logged(self):
        article = publish_now(make_article(title="First"), by=self.editor)
        publish(changed(article, "Second"), self.editor, note="Renamed")
        restore(Article.objects.get(pk=article.pk), article.live, self.editor)
        unpublish(article, Entry.State.WITHDRAWN, by=self.editor)

        self.assertEqual(
            self.logged(),
            [
                ("publish", "editor", "draft", "First, v1"),
                ("publish", "editor", "live", "Second, v2"),
                ("restore", "editor", "2", "1 as 3"),
                ("unpublish", "editor", "live", "withdrawn"),
            ],
        )

    def test_sign_ins_and_failures_are_logged_without_the_password(self):
        self.client.post("/admin/login/", {"login": "editor", "password": "wrong-secret"})
        self.client.post("/admin/login/", {"login": "editor", "password": "a long password 73"})

        self.assertEqual(self.logged(), [("sign-in-failed", None, "", "editor"), ("sign-in", "editor", "", "password")])

    def test_refused_publication_is_not_logged(self):
        article = make_article(summary="")

        with self.assertRaises(PublicationError):
            publish(take_snapshot(article), self.editor)

        self.assertEqual(self.logged(), [])

    def test_nobody_changes_or_deletes_an_event(self):
        publish_now(make_article(), by=self.editor)
        event = AuditEvent.objects.get()
        self.client.force_login(self.editor)
        AuditEvent.objects.filter(action="sign-in")

        for attempt in (
            event.save,
            event.delete,
            AuditEvent.objects.all().delete,
            lambda: AuditEvent.objects.update(was="x"),
        ):
            with self.assertRaises(PermissionDenied):
                attempt()
        for address in ("add/", f"{event.pk}/delete/"):
            self.assertEqual(self.client.post(f"/admin/publishing/auditevent/{address}").status_code, 403)
        self.assertEqual(
            self.client.post(f"/admin/publishing/auditevent/{event.pk}/change/", {"was": "x"}).status_code, 403
        )
