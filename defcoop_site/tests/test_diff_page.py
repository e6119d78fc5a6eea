"""The comparison of two snapshots on the desk."""

from django.test import TestCase

from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.snapshots import take_snapshot

from .desk import desk_address, make_editor


def diff_address(row, older=1, newer=2):
    return desk_address(row, "diff", row.pk, older, newer)


class DiffPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)
        cls.topic = make_topic("airlift")
        cls.article = publish_now(
            make_article(
                title="Lift",
                topics=[cls.topic],
                sections=[{"title": "One", "body": "Moved by <b>air</b> in May."}, {"title": "Two"}],
            )
        )

    def setUp(self):
        self.client.force_login(self.editor)

    def change_the_article(self):
        section = self.article.sections.get(title="One")
        section.body = "Moved by <b>air</b> in June."
        section.save()
        self.article.topics.clear()
        take_snapshot(self.article, self.editor, "Month corrected")

    def test_changed_words_are_marked_and_named_for_screen_readers(self):
        self.change_the_article()

        response = self.client.get(diff_address(self.article))

        self.assertContains(response, "Section: One</h2>")
        self.assertContains(response, "removed: </span>May</del>")
        self.assertContains(response, "added: </span>June</ins>")
        self.assertContains(response, "removed: </span>airlift</del>")
        self.assertContains(response, "&lt;b&gt;air&lt;/b&gt;")
        self.assertNotContains(response, "Section: Two")
        self.assertNotContains(response, " style=")

    def test_page_links_both_snapshots_and_says_who_made_them(self):
        self.change_the_article()

        response = self.client.get(diff_address(self.article))

        for number in (1, 2):
            self.assertContains(response, f'href="{desk_address(self.article, "snapshot", self.article.pk, number)}"')
        self.assertContains(response, "editor: Month corrected")

    def test_history_links_each_snapshot_to_its_changes(self):
        self.change_the_article()

        response = self.client.get(desk_address(self.article, "history", self.article.pk))

        self.assertContains(response, f'href="{diff_address(self.article)}"', count=1)
        self.assertContains(response, 'Changes<span class="visually-hidden"> from 1 to 2</span>')

    def test_equal_snapshots_have_no_differences(self):
        response = self.client.get(diff_address(self.article, 1, 1))

        self.assertContains(response, "No differences.")

    def test_renumbered_sections_alone_are_explained(self):
        self.article.sections.filter(title="Two").update(position=90)
        take_snapshot(self.article)

        self.assertContains(self.client.get(diff_address(self.article)), "No differences in words, facts or order.")

    def test_participations_and_sources_are_shown_by_name(self):
        agreement = publish_now(make_agreement(parties=[{"actor": make_actor(title="Freedonia"), "signed": "1949"}]))
        part = agreement.participations.get()
        part.signed, part.source = "1949-04", make_source("gazette", title="Official gazette")
        part.save()
        take_snapshot(agreement)

        response = self.client.get(diff_address(agreement))

        self.assertContains(response, "Participation: Freedonia</h2>")
        self.assertContains(response, "added: </span>April 1949</ins>")
        self.assertContains(response, "<h3>Newly cited</h3>")
        self.assertContains(response, "added: </span>Official gazette (gazette)</ins>")

    def test_number_of_queries_does_not_grow_with_the_changes(self):
        self.change_the_article()
        with self.assertNumQueries(
            7
        ):  # session, user, entry with its kind's row, two snapshots, topics merged since, the author
            self.client.get(diff_address(self.article))

    def test_unknown_snapshot_is_not_found(self):
        for older, newer in ((1, 9), (9, 1), (0, 1), (1, 10**30)):
            with self.subTest(older=older, newer=newer):
                self.assertEqual(self.client.get(diff_address(self.article, older, newer)).status_code, 404)

    def test_snapshot_of_another_entry_is_not_found(self):
        self.change_the_article()
        other = publish_now(make_article())

        self.assertEqual(self.client.get(diff_address(other)).status_code, 404)

    def test_right_to_view_is_needed_and_enough(self):
        rows = [self.article, publish_now(make_actor()), publish_now(make_agreement())]
        for row in rows:
            address = diff_address(row, 1, 1)
            for name, rights, status in (
                ("nobody", [], 403),
                ("reader", [f"{row._meta.app_label}.view_{row._meta.model_name}"], 200),
            ):
                self.client.force_login(make_editor(f"{name}-{row.KIND}", rights=rights))
                for method in (self.client.get, self.client.post):
                    with self.subTest(address=address, who=name, method=method.__name__):
                        self.assertEqual(method(address).status_code, status)

    def test_strangers_are_sent_to_the_sign_in(self):
        self.client.logout()

        self.assertEqual(self.client.get(diff_address(self.article, 1, 1)).status_code, 302)
