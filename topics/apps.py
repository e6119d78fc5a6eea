from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TopicsConfig(AppConfig):
    name = "topics"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Topics")

    def ready(self):
        from publishing.kinds import on_reading

        from . import tallies
        from .keys import up_to_date

        tallies.register()
        on_reading(up_to_date)
