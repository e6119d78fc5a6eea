"""Who sees a draft: the desk's page on which it is restricted, and the restriction lifted."""

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .entry_pages import EntryPage, desk_page
from .models import Entry
from .restricting import RestrictionError, lift, restrict
from .standing import Action


class RestrictForm(forms.Form):
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who sees the draft beside you"),
        queryset=get_user_model().objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        people = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(pk=user.pk)
        self.fields["people"].queryset = people.order_by("username")


def restrict_page(desk, request, row):
    """Choose who sees the draft, or let everybody see it."""
    if request.method == "POST" and "_lift" in request.POST:
        with transaction.atomic():
            lift(Entry.objects.locked().get(pk=row.pk), request.user)
        messages.success(request, _("Everybody on the desk sees the draft again."))
        return redirect(desk.address("change", row.pk))
    restriction = getattr(row, "restriction", None)
    form = RestrictForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"people": restriction.people.all() if restriction else []},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = restrict(row, form.cleaned_data["people"], request.user)
        except RestrictionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is restricted to: %(people)s.") % {"people": made.named})
            return redirect(desk.address("change", row.pk))
    title = _("Who sees the draft of “%(title)s”") % {"title": row.title}
    return desk_page(desk, request, row, "restrict.html", title, form=form, restriction=restriction)


PAGES = [EntryPage("restrict", "restrict/", restrict_page, action=Action.RESTRICT)]
