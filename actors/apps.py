from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActorsConfig(AppConfig):
    name = "actors"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Actors and agreements")

    def ready(self):
        from . import kinds

        kinds.register_all()
