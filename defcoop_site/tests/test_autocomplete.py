"""The fields of the desk that choose by typing."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actors.models import Agreement, Participation
from defcoop_site.factories import make_actor, make_source

from .desk import make_editor

WHO_ASKS = ("django_session", "auth_user", "auth_permission")


class AutocompleteTests(TestCase):
    def test_answers_with_at_most_three_queries_beside_those_that_tell_who_asks(self):
        editor = make_editor(
            rights=["actors.view_actor", "publishing.view_source", "actors.view_agreement", "actors.change_agreement"]
        )
        for number in range(60):
            make_actor(title=f"State {number}")
            make_source(key=f"state-{number}")
        self.client.force_login(editor)

        for model, field in ((Participation, "actor"), (Participation, "source"), (Agreement, "text_source")):
            address = reverse("admin:autocomplete")
            asked = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field,
                "term": "stat",
            }
            with (
                self.subTest(field=field),
                CaptureQueriesContext(
                    connection,
                ) as queries,
            ):
                answer = self.client.get(address, asked)

                self.assertEqual(len(answer.json()["results"]), 20)
            own = [query["sql"] for query in queries if not any(f'FROM "{table}' in query["sql"] for table in WHO_ASKS)]
            self.assertLessEqual(len(own), 3)
