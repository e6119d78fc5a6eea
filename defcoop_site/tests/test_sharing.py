"""Share links: one snapshot for somebody without an account, until a day, and nothing else."""

from datetime import timedelta

import time_machine
from django.test import TestCase
from django.utils import timezone

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.review import Comment
from publishing.sharing import MOST_COMMENTS, ShareVisit, revoke, share
from publishing.snapshots import take_snapshot
from publishing.trash import bring_back, put_in_trash

from .crawl import contents
from .desk import desk_address, make_editor

GUEST = {"name": "A. Reader", "email": "reader@example.org"}


class ShareTests(TestCase):
    def setUp(self):
        self.editor = make_editor(everything=True)
        self.article = make_article(title="Shared words", sections=[{"title": "Origins", "body": "In the beginning."}])
        take_snapshot(self.article, self.editor)
        self.link = share(self.article, self.editor, 7, "a colleague")
        self.address = self.link.get_absolute_url()

    def test_address_alone_shows_and_writes_nothing_and_the_button_opens_the_draft(self):
        cover = self.client.get(self.address)
        self.assertContains(cover, "A draft was shared with you")
        self.assertNotContains(cover, "Shared words")
        self.assertEqual(ShareVisit.objects.count(), 0)

        opened = self.client.post(self.address)

        self.assertContains(opened, "Shared words")
        self.assertContains(opened, "In the beginning.")
        self.assertContains(opened, "It is not published")
        self.assertEqual(ShareVisit.objects.count(), 1)

    def test_no_answer_sets_a_cookie_or_may_be_kept_indexed_or_passed_on(self):
        for answer in (self.client.get(self.address), self.client.post(self.address)):
            self.assertEqual(answer.cookies, {})
            self.assertEqual(answer["Cache-Control"], "no-store")
            self.assertIn("noindex", answer["X-Robots-Tag"])
            self.assertEqual(answer["Referrer-Policy"], "no-referrer")

    def test_link_shows_its_snapshot_and_no_later_draft(self):
        Article.objects.update(title="Later words")
        take_snapshot(Article.objects.get(), self.editor)

        opened = self.client.post(self.address)

        self.assertContains(opened, "Shared words")
        self.assertNotContains(opened, "Later words")

    def test_link_is_open_to_its_last_moment_and_gone_after(self):
        for after, status in ((timedelta(), 200), (timedelta(microseconds=1), 410)):
            with self.subTest(after=after), time_machine.travel(self.link.expires_at + after, tick=False):
                for answer in (self.client.get(self.address), self.client.post(self.address)):
                    self.assertEqual(answer.status_code, status)
                    self.assertEqual(
                        "Shared words" in answer.content.decode(),
                        status == 200 and answer.request["REQUEST_METHOD"] == "POST",
                    )

    def test_revoked_link_is_gone_and_a_guessed_one_was_never_there(self):
        revoke(self.link, self.editor)

        self.assertEqual(self.client.get(self.address).status_code, 410)
        self.assertEqual(self.client.post(self.address, {**GUEST, "words": "Hm.", "_comment": "1"}).status_code, 410)
        self.assertEqual(Comment.objects.count(), 0)
        for guess in ("x", self.link.token[:-1], self.link.token + "x", "%00", "é" * 300):
            self.assertIn(self.client.get(f"/share/{guess}/").status_code, (400, 404), guess)

    def test_link_to_an_entry_in_the_trash_shows_nothing_until_it_is_back(self):
        put_in_trash(self.article)

        for address in (self.address, f"{self.address}media/{'0' * 64}-400.webp"):
            self.assertEqual(self.client.get(address).status_code, 410)
        self.assertEqual(self.client.post(self.address).status_code, 410)
        bring_back(self.article)
        self.assertEqual(self.client.post(self.address).status_code, 200)

    def test_reader_comments_on_a_section_as_whom_they_claim_to_be(self):
        section = self.article.sections.get()

        answer = self.client.post(
            self.address, {**GUEST, "part": str(section.pk), "words": "<b>Since when?</b>", "_comment": "1"}
        )

        self.assertContains(answer, "The editors have it.")
        remark = Comment.objects.get()
        self.assertEqual((remark.author, remark.claimed_email, remark.part), (None, GUEST["email"], str(section.pk)))
        self.client.force_login(self.editor)
        review = self.client.get(desk_address(self.article, "review", self.article.pk))
        self.assertContains(review, "A. Reader (says to be reader@example.org)")
        self.assertContains(review, "&lt;b&gt;Since when?&lt;/b&gt;")

    def test_reader_approves_without_words(self):
        self.client.post(self.address, {**GUEST, "words": "", "_approve": "1"})

        self.assertTrue(Comment.objects.get().approves)

    def test_faulty_comment_is_named_and_keeps_its_words(self):
        for faulty, message in (
            ({"email": "nobody"}, "Enter a valid email address."),
            ({"words": " "}, "Write what you want to say"),
            ({"part": "elsewhere"}, "Select a valid choice"),
            ({"words": "x" * 5000}, "at most 4000 characters"),
        ):
            with self.subTest(faulty=faulty):
                answer = self.client.post(self.address, {**GUEST, "words": "My words.", "_comment": "1", **faulty})

                self.assertContains(answer, message)
                self.assertContains(answer, "A. Reader")
        self.assertEqual(Comment.objects.count(), 0)

    def test_programs_that_fill_in_every_field_leave_nothing(self):
        self.client.post(self.address, {**GUEST, "words": "Buy.", "website": "https://example.org", "_comment": "1"})

        self.assertEqual(Comment.objects.count(), 0)

    def test_flood_of_comments_is_stopped(self):
        remarks = [
            Comment(entry_id=self.article.pk, snapshot=self.link.snapshot, share_link=self.link, body="x")
            for _ in range(MOST_COMMENTS)
        ]
        Comment.objects.bulk_create(remarks)

        answer = self.client.post(self.address, {**GUEST, "words": "More.", "_comment": "1"})

        self.assertContains(answer, "takes no more comments")
        self.assertEqual(Comment.objects.count(), MOST_COMMENTS)

    def test_desk_makes_lists_and_revokes_links(self):
        self.client.force_login(self.editor)
        page = desk_address(self.article, "share", self.article.pk)

        made = self.client.post(page, {"label": "a minister", "days": "30"}, follow=True)
        link = self.article.share_links.get(label="a minister")
        self.assertContains(made, link.get_absolute_url())
        self.assertAlmostEqual(link.expires_at, timezone.now() + timedelta(days=30), delta=timedelta(minutes=5))
        self.client.post(desk_address(self.article, "revoke", self.article.pk, link.pk))

        link.refresh_from_db()
        self.assertFalse(link.is_open(timezone.now()))
        self.assertContains(self.client.get(page), "Revoked.")
        self.assertEqual(
            list(AuditEvent.objects.filter(action="revoke").values_list("who", flat=True)), [self.editor.pk]
        )

    def test_link_of_another_entry_is_not_revoked_from_here(self):
        other = make_article()
        take_snapshot(other)
        self.client.force_login(self.editor)

        answer = self.client.post(desk_address(other, "revoke", other.pk, self.link.pk))

        self.assertEqual(answer.status_code, 404)
        self.link.refresh_from_db()
        self.assertIsNone(self.link.revoked_at)

    def test_nothing_public_changes_or_names_the_draft(self):
        publish_now(make_article(title="Live words"))
        before = contents(self.client)

        self.client.post(self.address)
        self.client.post(self.address, {**GUEST, "words": "Hm.", "_comment": "1"})

        self.assertEqual(contents(self.client), before)
        self.assertEqual(check_public(), [])
