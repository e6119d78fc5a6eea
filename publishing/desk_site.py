"""The admin site as the desk: who signs in there does so by `sign_in.py`, with a second factor where one is due."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login


class DeskSite(AdminSite):
    def has_permission(self, request):
        from . import second_factor  # once all models are there

        return super().has_permission(request) and not second_factor.is_missing(request)

    def each_context(self, request):
        from . import second_factor

        days = second_factor.days_left(request) if request.user.is_authenticated else None
        return {**super().each_context(request), "second_factor_days": days}

    def login(self, request, extra_context=None):
        """Never the admin's own form, which knows no second factor."""
        return redirect_to_login(request.get_full_path(), "account_login")
