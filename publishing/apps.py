from django.apps import AppConfig
from django.core import checks
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Publishing")

    def ready(self):
        from . import audit, negotiation, pictures, second_factor, single_sign_on

        register_converter(negotiation.FormConverter, "form")
        register_converter(negotiation.TableFormConverter, "table")
        audit.connect()
        second_factor.connect()
        checks.register(pictures.check_formats)
        checks.register(single_sign_on.check_settings)
