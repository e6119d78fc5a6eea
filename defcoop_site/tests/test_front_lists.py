"""What the trash, releases and upkeep offer to the desk's front page."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.template import Context, Template
from django.test import RequestFactory, TestCase
from django.utils import timezone

from defcoop_site.factories import make_actor, make_article, publish_now
from publishing.releases import Release, add_to_release, schedule_release
from publishing.snapshots import take_snapshot
from publishing.trash import put_in_trash
from publishing.upkeep import Upkeep

from .desk import make_editor

READER = ["articles.view_article"]


class FrontListTests(TestCase):
    def shown(self, template, user):
        request = RequestFactory().get("/admin/")
        request.user = user
        with self.assertNumQueries(1):
            return Template("{% load desk %}" + template).render(Context({"request": request}))

    def test_overdue_entries_of_the_user(self):
        user = make_editor(everything=True)
        with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC)):
            article = publish_now(make_article(title="Late"))
        Upkeep.objects.create(entry_id=article.pk, owner=user, interval=12)

        shown = self.shown("{% overdue_for_check as rows %}{% for row in rows %}{{ row.title }}{% endfor %}", user)

        self.assertEqual(shown, "Late")

    def test_open_releases_the_next_first(self):
        user = make_editor(everything=True)
        for name in ("Some day", "Tomorrow"):
            release = Release.objects.create(name=name)
            add_to_release(release, take_snapshot(make_article()))
        schedule_release(release, timezone.now() + timedelta(days=1))
        template = "{% open_releases as rows %}{% for row in rows %}{{ row.name }} {{ row.size }};{% endfor %}"

        self.assertEqual(self.shown(template, user), "Tomorrow 1;Some day 1;")

    def test_releases_are_for_who_may_publish(self):
        Release.objects.create(name="Summit")
        request = RequestFactory().get("/admin/")
        request.user = make_editor(rights=READER)

        shown = Template("{% load desk %}{% open_releases as rows %}{{ rows|length }}").render(
            Context({"request": request})
        )

        self.assertEqual(shown, "0")

    def test_trash_with_the_days_that_are_left_and_only_kinds_that_the_user_sees(self):
        put_in_trash(make_article(title="Put away"))
        put_in_trash(make_actor(title="An actor"))
        user = make_editor(rights=READER)
        user.get_all_permissions()
        template = "{% in_trash as rows %}{% for row in rows %}{{ row.entry.title }} {{ row.days }}{% endfor %}"

        self.assertEqual(self.shown(template, user), "Put away 30")
