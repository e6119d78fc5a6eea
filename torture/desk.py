"""Editors with sessions, and what they do on the desk over HTTP."""

from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.urls import reverse

from torture.browser import Browser

_numbers = count(1)


def make_editors(number):
    """[(name, cookies)] of that many signed-in administrators."""
    editors = []
    for _ in range(number):
        name = f"torture-{next(_numbers)}"
        user = get_user_model().objects.create(
            username=name, password=make_password(None), is_staff=True, is_superuser=True
        )
        client = Client()
        client.force_login(user)
        editors.append((name, {key: morsel.value for key, morsel in client.cookies.items()}))
    return editors


class Desk:
    """One editor's browser at the desk. refused: how often the database was busy for too long."""

    def __init__(self, port, cookies):
        self.browser, self.refused, self.faults = Browser(port, cookies), 0, []

    def _noted(self, answer, what):
        # On SQLite, where all writers stand in one queue, a slow machine may keep the last of them waiting for too long: the form is given
        # back and the editor saves again. On PostgreSQL it would be two who wait for each other.
        if answer.status == 503 and connection.vendor == "sqlite":
            self.refused += 1
        elif answer.status >= 400:
            self.faults.append(f"{what}: {answer.status}")
        return answer

    def open(self, article):
        """The fields of an article's form."""
        answer = self.browser.get(reverse("admin:articles_article_change", args=[article]))
        return self._noted(answer, "open").form(id="article_form")

    def save(self, article, fields, button="_continue"):
        """Whether the save was answered with "saved", and whether the publication that was asked for was too."""
        address = reverse("admin:articles_article_change", args=[article])
        note = {"public_note": "What changed", button: "1"}
        answer = self._noted(self.browser.post(address, {**fields, **note}), "save")
        if answer.status != 302:
            return False, False
        if button != "_publish":
            return True, False
        return True, "Published." in self._noted(self.browser.get(answer.location), "read").text

    def merge(self, source, target_name):
        """Whether the topic was merged. source: key; target_name: of the other one."""
        address = reverse("admin:topics_topic_merge", args=[source])
        page = self._noted(self.browser.get(address), "open merge")
        if page.status != 200 or 'name="into"' not in page.text:
            return False
        token = page.form(method="post")["csrfmiddlewaretoken"][0]
        answer = self._noted(self.browser.post(address, {"csrfmiddlewaretoken": token, "into": target_name}), "merge")
        return answer.status == 302
