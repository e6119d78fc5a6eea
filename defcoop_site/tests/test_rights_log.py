"""Changes of rights in the audit log: who gave whom what, and what it was before."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import TestCase

from publishing.audit import AuditEvent

from .desk import make_editor


class RightsLogTests(TestCase):
    def setUp(self):
        self.administrator = make_editor("administrator", everything=True)
        self.client.force_login(self.administrator)
        self.anna = get_user_model().objects.create_user("anna", password="a long password 73")
        self.address = f"/admin/auth/user/{self.anna.pk}/change/"

    def save(self, **fields):
        form = self.client.get(self.address).context["adminform"].form
        data = {"username": "anna", "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
        data["groups"] = [str(group.pk) for group in form.initial["groups"]]
        data["user_permissions"] = [str(right.pk) for right in form.initial["user_permissions"]]
        data |= {name: "on" for name in ("is_staff", "is_superuser") if form.initial[name]}
        data |= fields
        response = self.client.post(self.address, {name: value for name, value in data.items() if value is not None})
        self.assertEqual(response.status_code, 302, response.context and response.context["errors"])

    def logged(self):
        return list(AuditEvent.objects.filter(action="rights").order_by("pk").values_list("who", "was", "became"))

    def test_each_kind_of_right_is_logged_with_who_gave_and_who_got_it(self):
        by = self.administrator.pk
        editor, publisher = (str(Group.objects.get(name=name).pk) for name in ("editor", "publisher"))
        right = Permission.objects.get(codename="publish_entry")

        self.save(groups=[editor])
        self.save(groups=[publisher], user_permissions=[str(right.pk)])
        self.save(is_staff="on", is_superuser="on")
        self.save(is_active=None)

        self.assertEqual(
            self.logged(),
            [
                (by, "", "anna, groups: editor"),
                (by, "anna, groups: editor", "anna, groups: publisher"),
                (by, "", "anna, rights: publishing.publish_entry"),
                (by, "", "anna, status: staff status, superuser status"),
                (by, "anna, status: active", ""),
            ],
        )
        self.assertContains(self.client.get("/admin/publishing/auditevent/"), "anna, groups: publisher")

    def test_other_changes_of_a_person_are_no_rights(self):
        self.save(first_name="Anna")

        self.assertEqual(self.logged(), [])

    def test_new_person_is_logged(self):
        self.client.post(
            "/admin/auth/user/add/",
            {"username": "bert", "usable_password": "true", "password1": "a long password 73", "password2": "a long password 73"},
        )  # fmt: skip

        self.assertEqual(self.logged(), [(self.administrator.pk, "", "bert, status: active")])

    def test_rights_of_a_group_are_logged_in_full_however_many(self):
        group = Group.objects.create(name="many")
        rights = list(Permission.objects.all()[:30])

        self.client.post(
            f"/admin/auth/group/{group.pk}/change/",
            {"name": "many", "permissions": [str(right.pk) for right in rights]},
        )

        given = " ".join(became for _who, _was, became in self.logged())
        for right in rights:
            self.assertIn(f"{right.content_type.app_label}.{right.codename}", given)

    def test_deleted_group_and_person_are_logged_with_what_they_had(self):
        group = Group.objects.create(name="short-lived")
        group.permissions.add(Permission.objects.get(codename="purge_entry"))

        self.client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
        self.client.post(
            "/admin/auth/user/",
            {"action": "delete_selected", "_selected_action": [str(self.anna.pk)], "post": "yes"},
        )

        by = self.administrator.pk
        self.assertEqual(
            self.logged(),
            [
                (by, "short-lived, name: short-lived", ""),
                (by, "short-lived, rights: publishing.purge_entry", ""),
                (by, "anna, status: active", ""),
            ],
        )
        self.assertFalse(get_user_model().objects.filter(username="anna").exists())

    def test_who_may_not_change_people_changes_and_logs_nothing(self):
        self.client.force_login(make_editor("publisher", rights=["publishing.publish_entry"]))

        for method in (self.client.get, self.client.post):
            self.assertEqual(method(self.address).status_code, 403)

        self.assertEqual(self.logged(), [])
