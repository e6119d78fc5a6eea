"""Django's admin, with our site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "publishing.desk_site.DeskSite"
