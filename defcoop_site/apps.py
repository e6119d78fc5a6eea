from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "defcoop_site"
    verbose_name = _("Site")

    def ready(self):
        from . import roles

        roles.connect()
