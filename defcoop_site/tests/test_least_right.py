"""Every address of the desk, found by walking the resolver: nobody gets anything there without the right."""

from django.contrib import admin
from django.test import TestCase
from django.urls import URLPattern, get_resolver

from defcoop_site.factories import (
    make_actor,
    make_agreement,
    make_article,
    make_image,
    make_source,
    make_topic,
    publish_now,
)
from publishing.audit import AuditEvent, record
from publishing.models import Entry
from publishing.releases import Release, add_to_release
from publishing.reports import Report
from publishing.snapshots import take_snapshot
from publishing.trash import put_in_trash
from topics.merging import merge

from .desk import make_editor

# What the admin has for everybody on the staff: the front page, the words of its scripts, one's own password, the way out.
FOR_ALL_STAFF = {
    "index",
    "jsi18n",
    "password_change",
    "password_change_done",
    "login",
    "logout",
    "view_on_site",
    "app_list",
    "set_language",
}
# Signing in has rules and tests of its own (test_sign_in.py), and the last pattern only answers that there is no such page.
OWN_RULES = ("account_", "mfa_", "usersessions_", "socialaccount_", "sso_")


def desk_patterns(resolver=None, prefix="", where=()):
    """(name, route, names of its captured parts) of every address below /admin/."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        captured = (*where, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        if not isinstance(pattern, URLPattern):
            yield from desk_patterns(pattern, route, captured)
        elif route.startswith("admin/"):
            yield pattern.name, pattern, route, tuple(dict.fromkeys(captured))


class DeskWalk:
    """A mixin for tests that go to every address of the desk about somebody's right. Given one row of everything that it knows."""

    @classmethod
    def setUpTestData(cls):
        cls.root = make_editor("root", everything=True)
        topics = [make_topic() for _ in range(4)]
        rows = [publish_now(make(topics=[topics[0]])) for make in (make_article, make_actor, make_agreement)]
        cls.rows = {type(row): row for row in rows}
        make_source()
        make_image()
        add_to_release(Release.objects.create(name="Together"), take_snapshot(make_article()))
        put_in_trash(make_article(), cls.root)
        merge(topics[2], topics[3], cls.root)
        record(AuditEvent.Action.CHECK, cls.root)
        Report.objects.create(entry_id=rows[0].pk, version=1, words="Wrong")

    def row(self, model):
        return self.rows.get(model) or model.objects.first()

    def addresses(self):
        """(name, address) of everything that is somebody's right."""
        for model, desk in admin.site._registry.items():
            row = self.row(model)
            self.assertIsNotNone(row, f"{model.__name__} has no row to try it with")
            base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for pattern in desk.get_urls():
                if pattern.name is None:  # leads on from an address of older Djangos
                    continue
                yield pattern.name, base + self.filled(pattern, row)
        yield "autocomplete", "/admin/autocomplete/?app_label=articles&model_name=section&field_name=article&term="

    def filled(self, pattern, row):
        """The pattern's address, about a row."""
        values = {
            "object_id": row.pk,
            "key": self.row(Entry).pk,
            "pk": row.pk,
        }
        address = str(pattern.pattern)
        for name, converter in pattern.pattern.converters.items():
            kind = {"PathConverter": "path", "IntConverter": "int", "UUIDConverter": "uuid", "StringConverter": "str"}
            value = values.get(name, 1)
            address = address.replace(f"<{kind[type(converter).__name__]}:{name}>", str(value))
        return address


class LeastRightTests(DeskWalk, TestCase):
    def test_walk_finds_every_address_of_the_desk(self):
        walked = {name for name, _address in self.addresses()}

        known = {name for name, *_rest in desk_patterns() if name}

        missing = {name for name in known - walked - FOR_ALL_STAFF if not name.startswith(OWN_RULES)}
        self.assertEqual(missing, set())
        self.assertGreater(len(walked), 120)

    def test_staff_without_a_right_gets_403_on_get_and_post(self):
        addresses = list(self.addresses())
        self.client.force_login(make_editor("nobody"))
        for name, address in addresses:
            for method in (self.client.get, self.client.post):
                if name == "autocomplete" and method == self.client.post:
                    continue  # the admin's own, which takes nothing but GET
                with self.subTest(name, address=address, method=method.__name__):
                    self.assertEqual(method(address).status_code, 403)

    def test_strangers_are_led_to_the_sign_in_on_get_and_post(self):
        for name, address in self.addresses():
            for method in (self.client.get, self.client.post):
                with self.subTest(name, address=address, method=method.__name__):
                    answer = method(address)

                    self.assertEqual(answer.status_code, 302)
                    self.assertTrue(answer.url.startswith("/admin/login/?next="), answer.url)

    def test_what_all_staff_may_see_shows_nothing_of_anybodys(self):
        self.client.force_login(make_editor("nobody"))
        page = self.client.get("/admin/")

        for row in self.rows.values():
            self.assertNotContains(page, row.title)
        for app in ("articles", "publishing", "auth"):
            self.assertIn(self.client.get(f"/admin/{app}/").status_code, (403, 404))
