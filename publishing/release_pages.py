"""From an entry's page into a release."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .entry_pages import EntryPage, desk_page
from .forms import EntryForm
from .publication import PublicationError
from .releases import Release, add_to_release
from .standing import Action


class AddToReleaseForm(forms.Form):
    """Which release publishes the draft as it now is. head: number of the snapshot that the editor was shown."""

    release = forms.ModelChoiceField(
        label=gettext_lazy("Release"),
        queryset=Release.objects.none(),
        required=False,
        empty_label=gettext_lazy("A new one"),
    )
    name = forms.CharField(label=gettext_lazy("Name of the new release"), required=False, max_length=120)
    public_note = EntryForm.base_fields["public_note"]
    is_minor = EntryForm.base_fields["is_minor"]
    head = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, entry, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.head = entry.head
        self.fields["head"].initial = entry.head.number if entry.head else None
        self.fields["release"].queryset = Release.objects.open().visible_to(user)

    def clean(self):
        cleaned = super().clean()
        if self.head is None:
            raise ValidationError(_("There is nothing to publish yet. Save the draft first."))
        if cleaned.get("head") != self.head.number:
            raise ValidationError(_("The draft was saved meanwhile. Look at it, then add it anew."))
        if not cleaned.get("release") and not cleaned.get("name") and "release" not in self.errors:
            self.add_error("name", _("Choose a release, or name a new one."))
        return cleaned


def add_to_release_page(desk, request, row):
    """Add the draft, as it now is, to a release."""
    form = AddToReleaseForm(request.POST if request.method == "POST" else None, entry=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            with transaction.atomic():
                release = chosen["release"] or Release.objects.create(name=chosen["name"], created_by=request.user)
                add_to_release(release, row.head, chosen["public_note"], chosen["is_minor"])
        except PublicationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Snapshot %(number)d is in the release “%(name)s”.")
                % {"number": row.head.number, "name": release.name},
            )
            return redirect(f"{desk.admin_site.name}:publishing_release_change", release.pk)
    title = _("Add “%(title)s” to a release") % {"title": row.title}
    return desk_page(desk, request, row, "add_to_release.html", title, form=form)


PAGES = [EntryPage("release", "release/", add_to_release_page, action=Action.RELEASE)]
