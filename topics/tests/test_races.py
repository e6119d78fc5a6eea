"""Writing entries while what they are tied to is taken away: one waits for the other, and nothing is lost."""

import time
from threading import Event, Thread
from unittest import skipUnless

from django.db import connection, transaction
from django.test import Client, TransactionTestCase

from actors.models import Actor, Participation
from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic
from defcoop_site.tests.desk import change_address, desk_address, form_data, make_editor
from publishing.check import check_public
from publishing.models import Entry
from publishing.publication import publish
from publishing.snapshots import content_of, take_snapshot
from publishing.trash import TrashError, purge, put_in_trash
from topics.merging import merge, undo_merge
from topics.public import PublicTagging
from topics.splitting import split
from topics.vocabulary import Topic

from .libraries import names

PATIENCE = 10  # seconds, of a test that is about to fail


def is_waited():
    """Whether some transaction of this database waits for another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def race(first, second):
    """Begin `second` when `first` has done all but end its transaction. Returns the errors of both; whoever waits for ever is one."""
    done, may_end, errors = Event(), Event(), []

    def run(action, is_first):
        try:
            with transaction.atomic():
                action()
                if is_first:
                    done.set()
                    may_end.wait(PATIENCE)
        except Exception as error:
            errors.append(error)
        finally:
            done.set()
            connection.close()

    threads = [Thread(target=run, args=(first, True)), Thread(target=run, args=(second, False))]
    threads[0].start()
    done.wait(PATIENCE)
    threads[1].start()
    ends = time.monotonic() + PATIENCE
    while threads[1].is_alive() and not is_waited() and time.monotonic() < ends:
        time.sleep(0.02)
    may_end.set()
    for thread in threads:
        thread.join(PATIENCE)
    return errors + [f"{thread.name} waits for ever" for thread in threads if thread.is_alive()]


@skipUnless(connection.vendor == "postgresql", "SQLite has one writer at a time")
class RaceTests(TransactionTestCase):
    def setUp(self):
        self.editor = make_editor(everything=True)
        self.client.force_login(self.editor)

    def begin(self):
        """A draft that carries a topic, and another topic."""
        self.old, self.new = make_topic(), make_topic()
        self.article = make_article(topics=[self.old], sections=[{"topics": [self.old]}])
        self.snapshot = take_snapshot(self.article)

    def publish(self):
        publish(self.snapshot)

    def merge(self):
        merge(self.old, self.new)

    def split(self):
        split(self.old, self.new, [self.article.pk])

    def saving(self, row, **changes):
        """What posts the row's form as it is shown now, changed."""
        data, client = {**form_data(self.client.get(change_address(row))), **changes}, Client()
        client.force_login(self.editor)

        def save():
            self.answer = client.post(change_address(row), data)

        return save

    def assert_carries(self, row, topic):
        row = Article.objects.get(pk=row.pk)
        self.assertEqual(names(row), [topic.name])
        self.assertEqual(names(row.sections.get()), [topic.name])
        self.assertEqual(content_of(row.head).topics, [str(topic.pk)])
        self.assertEqual(check_public(), [])

    def test_entry_that_is_published_while_its_topic_is_merged_or_split_carries_the_other_one(self):
        for first, second in (
            (self.publish, self.merge),
            (self.merge, self.publish),
            (self.publish, self.split),
            (self.split, self.publish),
        ):
            with self.subTest(first=first.__name__, second=second.__name__):
                self.begin()

                errors = race(first, second)

                self.assertEqual(errors, [])
                self.assert_carries(self.article, self.new)

    def test_draft_that_is_saved_while_its_topic_is_merged_carries_the_other_one(self):
        for is_saved_first in (True, False):
            with self.subTest(is_saved_first=is_saved_first):
                self.begin()
                fresh = make_article(sections=[{"topics": [self.old]}])
                take_snapshot(fresh)
                save = self.saving(fresh, topics=self.old.name)

                errors = race(save, self.merge) if is_saved_first else race(self.merge, save)

                self.assertEqual(errors, [])
                self.assertEqual(self.answer.status_code, 302)
                self.assert_carries(fresh, self.new)

    def test_merge_that_is_undone_while_an_entry_is_published_gives_it_its_topic_back(self):
        for is_published_first in (True, False):
            with self.subTest(is_published_first=is_published_first):
                self.begin()
                deed = merge(self.old, self.new)

                def undo(deed=deed):
                    undo_merge(deed)

                errors = race(self.publish, undo) if is_published_first else race(undo, self.publish)

                self.assertEqual(errors, [])
                self.assert_carries(self.article, self.old)

    def test_topic_that_moves_while_an_entry_is_published_gathers_it(self):
        self.begin()
        client = Client()
        client.force_login(self.editor)
        data = form_data(self.client.get(change_address(self.old)))

        def move():
            self.answer = client.post(change_address(self.old), {**data, "broader": str(self.new.pk)})

        errors = race(self.publish, move)

        self.assertEqual(errors, [])
        self.assertEqual(self.answer.status_code, 302)
        self.assertTrue(PublicTagging.objects.filter(entry=self.article.pk, topic=self.new, own=False).exists())
        self.assertEqual(check_public(), [])

    def test_topic_that_is_deleted_while_a_draft_takes_it_stays(self):
        self.begin()
        unused, client = make_topic(), Client()
        client.force_login(self.editor)

        def delete():
            self.answer = client.post(desk_address(unused, "delete", unused.pk), {"post": "yes"})

        errors = race(lambda: self.article.topics.add(unused) or take_snapshot(self.article), delete)

        self.assertEqual(errors, [])
        self.assertTrue(Topic.objects.filter(pk=unused.pk).exists())

    def test_entry_is_not_purged_while_a_draft_comes_to_refer_to_it(self):
        actor, agreement = make_actor(), make_agreement()
        take_snapshot(actor)
        take_snapshot(agreement)
        put_in_trash(actor)
        refused = []

        def refer():
            Entry.objects.locked().get(pk=agreement.pk)
            Participation.objects.create(agreement=agreement, actor=actor, role="party", source=make_source())

        def purge_it():
            try:
                purge(actor)
            except TrashError as refusal:
                refused.append(refusal)

        errors = race(refer, purge_it)

        self.assertEqual(errors, [])
        self.assertEqual(len(refused), 1)
        self.assertTrue(Actor.objects.filter(pk=actor.pk).exists())
