from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "defcoop_site"
    verbose_name = _("Site")

    def ready(self):
        from . import roles

        roles.connect()
        connection_created.connect(bound_waiting)


def bound_waiting(connection, **_signal):
    """PostgreSQL would wait for a lock for ever, as nobody at a browser does. SQLite is told in the settings."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{settings.LOCK_SECONDS}s"])
