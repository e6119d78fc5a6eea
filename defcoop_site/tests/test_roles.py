"""What each role may do: role by deed."""

from django.contrib.auth.models import Group
from django.test import TestCase

from articles.models import Article
from defcoop_site.factories import make_article, make_topic, publish_now
from publishing.models import Entry
from publishing.public import PublicEntry

from .desk import change_address, desk_address, form_data, make_editor

ROLES = ["contributor", "editor", "publisher", "administrator"]
# What a role is the first to be allowed; every later role may too.
FIRST = {
    "write": "contributor",
    "preview": "contributor",
    "topic": "editor",
    "report": "editor",
    "publish": "publisher",
    "unpublish": "publisher",
    "merge": "publisher",
    "audit": "publisher",
    "people": "administrator",
}


class RoleTests(TestCase):
    def deed(self, name, article):
        """The answer to a deed."""
        if name == "write":
            return self.client.get(desk_address(Article, "add"))
        if name == "preview":
            data = form_data(self.client.get(change_address(article)))
            return self.client.post(desk_address(article, "preview", article.pk), data)
        if name == "topic":
            return self.client.get("/admin/topics/topic/add/")
        if name == "report":
            return self.client.get("/admin/publishing/report/")
        if name == "publish":
            data = form_data(self.client.get(change_address(article)))
            return self.client.post(
                change_address(article), {**data, "title": "Changed", "public_note": "Why", "_publish": "1"}
            )
        if name == "unpublish":
            return self.client.post(desk_address(article, "unpublish", article.pk), {"outcome": "withdrawn"})
        if name == "merge":
            return self.client.get(f"/admin/topics/topic/{article.topics.get().pk}/merge/")
        if name == "audit":
            return self.client.get("/admin/publishing/auditevent/")
        return self.client.get("/admin/auth/user/")

    def test_each_role_may_do_its_deeds_and_no_others(self):
        for role in ROLES:
            user = make_editor(role)
            user.groups.add(Group.objects.get(name=role))
            self.client.force_login(user)
            for deed, first in FIRST.items():
                with self.subTest(role=role, deed=deed):
                    article = publish_now(make_article(topics=[make_topic()]))

                    answer = self.deed(deed, article)

                    allowed = ROLES.index(role) >= ROLES.index(first)
                    self.assertEqual(answer.status_code == 403, not allowed, answer.status_code)
                    if not allowed:
                        self.assertEqual(PublicEntry.objects.get(pk=article.pk).title, article.title)
                        self.assertEqual(Entry.objects.get(pk=article.pk).state, Entry.State.LIVE)

    def test_rights_that_an_administrator_took_away_stay_away(self):
        from defcoop_site.roles import make_roles

        group = Group.objects.get(name="editor")
        group.permissions.clear()

        make_roles()

        self.assertEqual(group.permissions.count(), 0)
