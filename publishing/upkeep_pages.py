"""Upkeep on the desk: who looks after an entry, when it was checked, and mending a public note."""

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .entry_pages import EntryPage, desk_page
from .models import Entry
from .public import PublicVersion
from .publication import PublicationError, correct_note, record_check
from .standing import Action, allowed
from .upkeep import Upkeep


class UpkeepForm(forms.ModelForm):
    class Meta:
        model = Upkeep
        fields = ["owner", "interval"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = get_user_model().objects.filter(is_staff=True, is_active=True)
        # Somebody who left stays named until another is chosen.
        if self.instance.owner_id:
            people |= get_user_model().objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = people.order_by("username")


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Public note"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text=gettext_lazy("What this version changed, for readers. The version itself stays as it is."),
    )

    def clean_note(self):
        return " ".join(self.cleaned_data["note"].split())


def upkeep_page(desk, request, row):
    """Who looks after an entry, how often it is to be checked, and the checks so far."""
    form = UpkeepForm(
        request.POST if request.method == "POST" else None,
        instance=Upkeep.objects.filter(entry=row.pk).first() or Upkeep(entry_id=row.pk),
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Readers see nothing of this."))
        return redirect(desk.address("upkeep", row.pk))
    return desk_page(
        desk,
        request,
        row,
        "upkeep.html",
        _("Upkeep of “%(title)s”") % {"title": row.title},
        form=form,
        checks=row.checks.select_related("by")[:50],
        allowed=allowed(request.user, row),
        checked_address=desk.address("checked", row.pk),
    )


def checked_page(desk, request, row):
    """Keep that somebody read the live page today and found nothing to change."""
    try:
        with transaction.atomic():
            is_new = record_check(Entry.objects.get(pk=row.pk), request.user, timezone.localdate())
    except PublicationError as error:
        messages.error(request, str(error))
    else:
        said = _("Checked today; readers see the day.") if is_new else _("You have checked this today already.")
        messages.success(request, said)
    return redirect(desk.address("upkeep", row.pk))


def note_page(desk, request, row, number):
    """Mend the public note of a published version."""
    version = PublicVersion.objects.filter(entry_id=row.pk, number=number).first()
    if version is None:
        raise Http404(_("This entry has no such version."))
    form = NoteForm(request.POST if request.method == "POST" else None, initial={"note": version.note})
    if request.method == "POST" and form.is_valid():
        try:
            changed = correct_note(version, form.cleaned_data["note"], request.user)
        except PublicationError as error:
            form.add_error("note", str(error))
        else:
            messages.success(request, _("The note is corrected.") if changed else _("The note was this already."))
            return redirect(desk.address("history", row.pk))
    title = _("Correct the note of “%(title)s”, version %(number)d") % {"title": row.title, "number": number}
    return desk_page(desk, request, row, "note.html", title, form=form, version=version)


PAGES = [
    EntryPage("upkeep", "upkeep/", upkeep_page, action=Action.UPKEEP),
    EntryPage("checked", "checked/", checked_page, action=Action.CHECK, posts_only=True),
    EntryPage("note", "versions/<int:number>/note/", note_page, action=Action.CORRECT_NOTE),
]
