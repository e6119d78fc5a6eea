"""Review on the desk: who may do what where, comments that stay with their section, and the people who are told."""

from django.contrib.auth.models import Group
from django.core import mail
from django.test import TestCase

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry
from publishing.public import PublicEntry
from publishing.publication import PublicationError, publish, unpublish
from publishing.review import ReviewError, approve, comment, request_changes, standing_comments, submit
from publishing.scheduling import schedule
from publishing.snapshots import take_snapshot
from publishing.standing import Action, Standing, allowed, standing_of, standing_where, with_standing
from publishing.trash import put_in_trash

from .desk import change_address, desk_address, form_data, make_editor
from .times import in_an_hour

ROLES = ["contributor", "editor", "publisher", "administrator"]
ANY = {"restore", "comment", "share", "upkeep", "restrict"}  # everywhere but in the trash
# What each standing of an entry that somebody else wrote and submitted leaves open, and from which role on.
UNSEEN = {"publish": 2, "schedule": 2, "release": 2, "trash": 0}
SEEN = {"publish": 2, "schedule": 2, "release": 2, "trash": 2, "unpublish": 2, "note": 2}
OPEN = {
    Standing.DRAFT: {**UNSEEN, "submit": 0},
    Standing.IN_REVIEW: {**UNSEEN, "approve": 1, "request-changes": 1, "take-back": 1},
    Standing.SCHEDULED: UNSEEN,
    Standing.LIVE: {**SEEN, "check": 2},
    Standing.CHANGED: {**SEEN, "check": 2, "submit": 0},
    Standing.WITHDRAWN: {**SEEN, "submit": 0},
    Standing.REDIRECTED: {**SEEN, "submit": 0},
    Standing.GONE: {**SEEN, "submit": 0},
    Standing.TRASH: {"bring-back": 0, "purge": 3},
}
PAGES = {
    "submit": "submit",
    "take-back": "take_back",
    "request-changes": "request_changes",
    "approve": "approve",
    "schedule": "schedule",
    "unpublish": "unpublish",
    "share": "share",
    "release": "release",
    "upkeep": "upkeep",
    "restrict": "restrict",
    "trash": "trash",
}


def in_role(role, name=None):
    user = make_editor(name or role)
    user.groups.add(Group.objects.get(name=role))
    return user


def standing_row(article):
    return with_standing(Article.objects.all()).get(pk=article.pk)


def edited(article, author, **fields):
    """The article after somebody's change, as a new snapshot."""
    Article.objects.filter(pk=article.pk).update(**(fields or {"summary": f"As {author} says."}))
    take_snapshot(Article.objects.get(pk=article.pk), author)
    return standing_row(article)


def entry_standing(standing, writer):
    """An article that somebody wrote, at a standing."""
    if standing in (Standing.DRAFT, Standing.IN_REVIEW, Standing.SCHEDULED):
        article = make_article()
        snapshot = take_snapshot(article, writer)
        if standing == Standing.IN_REVIEW:
            submit(article, writer)
        if standing == Standing.SCHEDULED:
            schedule(snapshot, in_an_hour())
        return standing_row(article)
    if standing == Standing.TRASH:
        article = make_article()
        take_snapshot(article, writer)
        put_in_trash(article)
        return standing_row(article)
    article = publish_now(make_article())
    if standing == Standing.CHANGED:
        edited(article, writer)
    elif standing != Standing.LIVE:
        target = publish_now(make_article()) if standing == Standing.REDIRECTED else None
        unpublish(article, standing.value, target)
    return standing_row(article)


class RoleActionStandingTests(TestCase):
    """Role by action by standing: the set that is offered, and the answer to whoever tries anyway."""

    @classmethod
    def setUpTestData(cls):
        cls.people = [in_role(role) for role in ROLES]
        cls.writer = in_role("contributor", "writer")

    def test_each_role_is_offered_what_the_table_says(self):
        for standing, open_from in OPEN.items():
            entry = entry_standing(standing, self.writer)
            self.assertEqual(standing_of(entry), standing)
            for place, user in enumerate(self.people):
                with self.subTest(standing=standing, role=ROLES[place]):
                    expected = {action for action, first in open_from.items() if place >= first}
                    if standing != Standing.TRASH:
                        expected |= ANY

                    self.assertEqual(allowed(user, entry), expected)

    def test_what_was_published_takes_the_right_to_publish_to_come_out_of_the_trash(self):
        article = publish_now(make_article())
        unpublish(article, "gone")
        put_in_trash(article)

        for place, user in enumerate(self.people):
            expected = {action for action, first in (("bring-back", 2), ("purge", 3)) if place >= first}
            self.assertEqual(allowed(user, standing_row(article)), expected, ROLES[place])

    def test_list_finds_the_entries_of_each_standing(self):
        entries = {standing: entry_standing(standing, self.writer) for standing in OPEN}

        for standing, entry in entries.items():
            found = Entry.objects.filter(standing_where(standing), pk__in=[row.pk for row in entries.values()])
            self.assertEqual([row.pk for row in found], [entry.pk], standing)

    def test_what_a_role_may_never_do_is_refused_by_get_and_post(self):
        for place, user in enumerate(self.people):
            self.client.force_login(user)
            for action, page in PAGES.items():
                entry = entry_standing(Standing.IN_REVIEW, self.writer)
                first = min((table[action] for table in OPEN.values() if action in table), default=0)
                for method in (self.client.get, self.client.post):
                    with self.subTest(role=ROLES[place], action=action, method=method.__name__):
                        answer = method(desk_address(entry, page, entry.pk))

                        self.assertEqual(answer.status_code == 403, place < first, answer.status_code)

    def test_what_the_standing_does_not_allow_changes_nothing_and_says_so(self):
        self.client.force_login(self.people[-1])
        live = entry_standing(Standing.LIVE, self.writer)

        for page in ("submit", "approve", "take_back", "request_changes", "sign_off"):
            with self.subTest(page=page):
                answer = self.client.post(desk_address(live, page, live.pk), follow=True)

                self.assertContains(answer, "is not open any more")
        self.assertIsNone(standing_row(live).review)


class OwnWorkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.publisher, cls.other = in_role("publisher"), in_role("publisher", "other")
        cls.alone = in_role("administrator")

    def test_who_changed_a_draft_last_cannot_publish_it(self):
        snapshot = take_snapshot(make_article(), self.publisher)

        with self.assertRaisesMessage(PublicationError, "You changed this draft last"):
            publish(snapshot, self.publisher)

        self.assertFalse(PublicEntry.objects.exists())
        publish(snapshot, self.other)
        self.assertIsNone(Entry.objects.get().unreviewed_by)

    def test_publish_button_saves_but_does_not_publish_own_words(self):
        article = publish_now(make_article())
        self.client.force_login(self.publisher)
        data = form_data(self.client.get(change_address(article)))

        answer = self.client.post(
            change_address(article), {**data, "title": "Mine", "public_note": "Why", "_publish": "1"}, follow=True
        )

        self.assertContains(answer, "Saved, but not published.")
        self.assertEqual(Article.objects.get().title, "Mine")
        self.assertEqual(PublicEntry.objects.get().title, article.title)

    def test_own_work_published_by_right_waits_for_a_second_reader(self):
        article = make_article()
        publish(take_snapshot(article, self.alone), self.alone)
        self.assertEqual(Entry.objects.get().unreviewed_by, self.alone)
        row = standing_row(article)
        self.assertNotIn(Action.SIGN_OFF, allowed(self.alone, row))
        self.assertIn(Action.SIGN_OFF, allowed(self.other, row))
        self.client.force_login(self.other)

        self.client.post(desk_address(article, "sign_off", article.pk))

        self.assertIsNone(Entry.objects.get().unreviewed_by)
        self.assertEqual(AuditEvent.objects.filter(action="sign-off", who=self.other).count(), 1)

    def test_own_work_that_somebody_else_approved_counts_as_reviewed(self):
        article = make_article()
        snapshot = take_snapshot(article, self.alone)
        submit(article, self.alone)
        approve(article, snapshot.number, self.other)

        publish(snapshot, self.alone)

        self.assertIsNone(Entry.objects.get().unreviewed_by)

    def test_nobody_approves_what_they_wrote_last(self):
        article = make_article()
        snapshot = take_snapshot(article, self.publisher)
        submit(article, self.other)

        with self.assertRaisesMessage(ReviewError, "somebody else has to approve"):
            approve(article, snapshot.number, self.publisher)


class ReviewTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.writer, cls.editor = in_role("contributor"), in_role("editor")
        for user in (cls.writer, cls.editor):
            user.email = f"{user.username}@example.org"
            user.save()

    def setUp(self):
        self.article = make_article(sections=[{"title": "Origins"}, {"title": "Today"}])
        self.snapshot = take_snapshot(self.article, self.writer)

    def post(self, user, page, **data):
        self.client.force_login(user)
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(desk_address(self.article, page, self.article.pk), data, follow=True)

    def test_story_of_a_review_is_told_to_those_concerned(self):
        self.post(self.writer, "submit", note="Mind the dates.")
        self.assertEqual([message.to for message in mail.outbox], [["editor@example.org"]])
        self.assertIn("Mind the dates.", mail.outbox[0].body)
        self.assertEqual(standing_of(standing_row(self.article)), Standing.IN_REVIEW)

        self.post(self.editor, "request_changes", number=1, words="Which year?", part="")
        self.assertEqual(mail.outbox[1].to, ["contributor@example.org"])
        self.assertIn("Which year?", mail.outbox[1].body)
        self.assertEqual(standing_row(self.article).review.outcome, "changes")

        edited(self.article, self.writer, summary="In 1949.")
        self.post(self.writer, "submit")
        answer = self.post(self.editor, "approve", number=2)
        self.assertContains(answer, "Approved.")
        self.assertEqual(standing_row(self.article).review.outcome, "approved")
        self.assertFalse(PublicEntry.objects.exists())

    def test_change_form_submits_what_it_saves(self):
        self.client.force_login(self.writer)
        data = form_data(self.client.get(change_address(self.article)))

        self.client.post(change_address(self.article), {**data, "summary": "Fresh words.", "_submit": "1"})

        review = standing_row(self.article).review
        self.assertEqual((review.snapshot.number, review.snapshot.content["summary"]), (2, "Fresh words."))

    def test_approval_of_what_was_not_read_is_refused(self):
        submit(self.article, self.writer)
        edited(self.article, self.writer)
        submit(self.article, self.writer)

        answer = self.post(self.editor, "approve", number=1)

        self.assertContains(answer, "A newer draft was submitted meanwhile.")
        self.assertEqual(standing_row(self.article).review.outcome, "open")

    def test_publication_ends_the_wait(self):
        submit(self.article, self.writer)

        publish(self.snapshot)

        self.assertEqual(standing_row(self.article).review.outcome, "published")
        self.assertEqual(standing_of(standing_row(self.article)), Standing.LIVE)

    def test_comment_survives_reordering_and_is_outdated_by_a_change_of_its_text(self):
        origins, today = self.article.sections.all()
        comment(self.snapshot, "Too long.", by=self.editor, part=str(origins.pk))
        comment(self.snapshot, "Says who?", by=self.editor, part=str(today.pk))

        origins.position = 90
        origins.save()
        today.body = "Other text."
        today.save()
        take_snapshot(self.article, self.writer)

        rows = standing_comments(standing_row(self.article))
        self.assertEqual(
            [(remark.body, place, outdated) for remark, place, outdated in rows],
            [("Says who?", "Today", True), ("Too long.", "Origins", False)],
        )

    def test_comment_on_a_section_that_went_is_outdated(self):
        origins = self.article.sections.first()
        comment(self.snapshot, "Too long.", by=self.editor, part=str(origins.pk))
        origins.delete()
        take_snapshot(self.article, self.writer)

        ((_remark, place, outdated),) = standing_comments(standing_row(self.article))

        self.assertEqual((place, outdated), ("", True))

    def test_comment_is_settled_and_leaves_the_list(self):
        remark = comment(self.snapshot, "Too long.", by=self.editor)
        self.client.force_login(self.writer)

        self.client.post(desk_address(self.article, "settle", self.article.pk, remark.pk))

        self.assertEqual(standing_comments(standing_row(self.article)), [])

    def test_request_for_changes_needs_words_and_keeps_the_choice(self):
        submit(self.article, self.writer)
        origins = self.article.sections.first()

        answer = self.post(self.editor, "request_changes", number=1, words=" ", part=str(origins.pk))

        self.assertContains(answer, "This field is required.", status_code=422)
        self.assertContains(answer, f'value="{origins.pk}" selected', status_code=422)
        with self.assertRaises(ReviewError):
            request_changes(self.article, 1, self.editor, "")

    def test_review_changes_nothing_that_readers_see(self):
        publish(self.snapshot)
        edited(self.article, self.writer)
        submit(self.article, self.writer)
        comment(self.snapshot, "No.", by=self.editor)

        self.assertEqual(check_public(), [])

    def test_number_of_queries_does_not_grow_with_the_comments(self):
        def queries():
            with self.assertNumQueries(7):
                self.client.get(desk_address(self.article, "review", self.article.pk))

        self.client.force_login(self.editor)
        comment(self.snapshot, "One.", by=self.editor)
        queries()
        for number in range(5):
            comment(self.snapshot, f"No. {number}", by=self.editor)
        queries()
