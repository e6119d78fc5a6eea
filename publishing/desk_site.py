"""The admin site as the desk: who signs in there does so by `sign_in.py`, with a second factor where one is due."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _


class DeskSite(AdminSite):
    def has_permission(self, request):
        from . import second_factor  # once all models are there

        return super().has_permission(request) and not second_factor.is_missing(request)

    def each_context(self, request):
        from . import second_factor

        days = second_factor.days_left(request) if request.user.is_authenticated else None
        return {**super().each_context(request), "second_factor_days": days}

    def get_urls(self):
        to_site = path(
            "r/<path:content_type_id>/<path:object_id>/", self.admin_view(self.view_on_site), name="view_on_site"
        )
        return [to_site, *super().get_urls()]

    def view_on_site(self, request, content_type_id, object_id):
        """Lead from a row of the desk to its page: where the person may see the row, as the address tells of it."""
        from django.contrib.contenttypes.models import ContentType  # once all models are there
        from django.contrib.contenttypes.views import shortcut

        kind = ContentType.objects.filter(pk=content_type_id if content_type_id.isdecimal() else 0).first()
        desk = self._registry.get(kind.model_class()) if kind else None
        if desk is None or not desk.has_view_permission(request) or desk.get_object(request, object_id) is None:
            raise Http404(_("There is no page at this address."))
        return shortcut(request, content_type_id, object_id)

    def login(self, request, extra_context=None):
        """Never the admin's own form, which knows no second factor."""
        return redirect_to_login(request.get_full_path(), "account_login")
