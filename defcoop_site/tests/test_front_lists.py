"""What releases offer to the desk's front page."""

from datetime import timedelta

from django.template import Context, Template
from django.test import RequestFactory, TestCase
from django.utils import timezone

from defcoop_site.factories import make_article
from publishing.releases import Release, add_to_release, schedule_release
from publishing.snapshots import take_snapshot

from .desk import make_editor

READER = ["articles.view_article"]


class FrontListTests(TestCase):
    def shown(self, template, user):
        request = RequestFactory().get("/admin/")
        request.user = user
        with self.assertNumQueries(1):
            return Template("{% load desk %}" + template).render(Context({"request": request}))

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
