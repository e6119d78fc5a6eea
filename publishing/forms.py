"""Forms of the editorial desk that every kind shares."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Entry, EntryAlias
from .names import address, normalise

POSITION_STEP = 10
LAST_POSITION = 32_767
# An address that is typed without a scheme: Django 6 takes it so by itself.
HTTPS = {models.URLField: {"assume_scheme": "https"}}


class AliasesField(forms.CharField):
    """Names, one per line; cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value):
        names = [line.strip() for line in super().to_python(value).splitlines()]
        return list({normalise(name): name for name in reversed(names) if normalise(name)}.values())[::-1]

    def validate(self, names):
        super().validate(names)
        too_long = next((name for name in names if len(name) > EntryAlias._meta.get_field("name").max_length), None)
        if too_long:
            raise ValidationError(
                _("An alias has at most 200 characters; “%(start)s…” is longer.") % {"start": too_long[:40]}
            )


class DeskForm(forms.ModelForm):
    """A form whose texts keep one kind of line end: browsers post another than files hold, and that is no change."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self._keep_entries()

    def _keep_entries(self):
        """What a row refers to stays a choice in its form, also for those who could not choose it anew."""
        for name, field in self.fields.items():
            chosen = self.initial.get(name)
            if chosen and isinstance(field, forms.ModelChoiceField) and issubclass(field.queryset.model, Entry):
                keys = [getattr(one, "pk", one) for one in (chosen if isinstance(chosen, list) else [chosen])]
                field.queryset |= field.queryset.model.objects.filter(pk__in=keys)

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = value.replace("\r\n", "\n").replace("\r", "\n")
        return cleaned


class EntryForm(DeskForm):
    """The change form of an entry.

    base: number of the snapshot that the form was opened on (0 for none). `conflicts` is set by the admin on a subclass: [(field or None, message)].
    """

    conflicts = ()

    aliases = AliasesField(
        label=gettext_lazy("Aliases"),
        required=False,
        help_text=gettext_lazy("Other names, one on each line: abbreviations, former and native names."),
    )
    change_summary = forms.CharField(
        label=gettext_lazy("What changed"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("A few words for the history. Readers do not see them."),
    )
    public_note = forms.CharField(
        label=gettext_lazy("Public note"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "What changed, for readers. Needed to publish a new version, unless the change is minor."
        ),
    )
    is_minor = forms.BooleanField(
        label=gettext_lazy("Minor change"),
        required=False,
        help_text=gettext_lazy("A slip of the pen mended: the “last revised” date and the feeds stay as they are."),
    )
    restricted = forms.BooleanField(
        label=gettext_lazy("Restricted"),
        required=False,
        help_text=gettext_lazy("Only you and administrators see the draft. You can name others once it is saved."),
    )  # of a new entry alone; later the draft has a page for it
    base = forms.IntegerField(label=gettext_lazy("snapshot"), widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        self.fields["summary"].widget.attrs["rows"] = 3
        self.fields["slug"].required = False
        self.fields["slug"].widget.attrs.pop("required", None)
        self.fields["title"].error_messages["required"] = _(
            "Give it a title, if only a working one: then it can be saved, however little else there is."
        )
        self.fields["base"].initial = row.head.number if row.head_id else 0
        if not row._state.adding:
            if row.live_id and hasattr(row, "restriction"):
                self._keep_names()
            self.initial["aliases"] = "\n".join(row.aliases.order_by("position").values_list("name", flat=True))

    def _keep_names(self):
        for name in ("title", "aliases"):
            self.fields[name].disabled = True
            self.fields[name].help_text = _("Stays what readers know while the draft is restricted.")

    def clean_slug(self):
        """The address that was typed, or else one made from the title."""
        slug = self.cleaned_data["slug"] or address(self.cleaned_data.get("title", ""))
        if not slug and self.cleaned_data.get("title"):
            raise ValidationError(_("Write an address: none can be made from this title."))
        return slug

    def clean(self):
        cleaned = super().clean()
        for field, message in self.conflicts:
            self.add_error(field if field in self.fields else None, message)
        return cleaned


class PartForm(DeskForm):
    """A row of an inline with a place of its own."""

    position = forms.IntegerField(
        label=gettext_lazy("order"),
        required=False,
        min_value=0,
        max_value=LAST_POSITION,
        help_text=gettext_lazy("Empty: at the end."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["position"] = None


class PartFormSet(forms.BaseInlineFormSet):
    """Rows in an order: no two in the same place; those without a place go to the end.

    vanished: keys of rows that were there when the form was opened. One that is gone by now is still read, so that a merge can tell what became of it.
    """

    vanished = ()

    def _existing_object(self, pk):
        row = super()._existing_object(pk)
        return self.model(pk=pk) if row is None and str(pk) in self.vanished else row

    def add_fields(self, form, index):
        super().add_fields(form, index)
        row = form.instance
        if row._state.adding and str(row.pk) in self.vanished:
            key = self.model._meta.pk
            form.fields[key.name] = forms.UUIDField(initial=row.pk, required=False, widget=forms.HiddenInput)

    def show_posted_rows(self):
        """Have the admin name the rows of a posted form after themselves; else it goes by the rows of the database, which may be fewer by now."""
        if self.is_bound:
            gone = str(gettext_lazy("removed meanwhile"))
            self._queryset = [gone if form.instance._state.adding else form.instance for form in self.initial_forms]

    def clean(self):
        super().clean()
        kept = standing_forms(self)
        taken = {}
        for form in kept:
            place = form.cleaned_data.get("position")
            if place is None:
                continue
            if place in taken:
                form.add_error(
                    "position",
                    _("“%(other)s” has the same order. Give each row its own number.")
                    % {"other": taken[place].instance},
                )
            taken[place] = form
        last = max(taken, default=0)
        for form in kept:
            if form.cleaned_data.get("position") is None:
                last += POSITION_STEP
                form.cleaned_data["position"] = form.instance.position = last


def standing_forms(formset):
    """The formset's forms that stand for a row after saving: not empty, not marked for deletion."""
    return [
        form
        for form in formset.forms
        if hasattr(form, "cleaned_data")
        and not formset._should_delete_form(form)
        and (form in formset.initial_forms or form.has_changed())
    ]


class UnpublishForm(forms.Form):
    """How a page is taken away."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What readers then find"),
        widget=forms.RadioSelect,
        choices=[
            (
                Entry.State.WITHDRAWN,
                gettext_lazy("Withdrawn: the page stays, with a banner, and leaves lists and search"),
            ),
            (Entry.State.REDIRECTED, gettext_lazy("Redirected: the address leads to another entry")),
            (Entry.State.GONE, gettext_lazy("Gone: the address answers that the page was removed")),
        ],
    )
    target = forms.ModelChoiceField(
        label=gettext_lazy("Entry to lead to"), queryset=Entry.objects.none(), required=False
    )
    retarget = forms.MultipleChoiceField(
        label=gettext_lazy("Lead the links of these pages to it too"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    publish_at_once = forms.BooleanField(
        label=gettext_lazy("Publish these at once, as minor changes"),
        required=False,
        help_text=gettext_lazy("A page that has other unpublished changes stays a draft."),
    )

    def __init__(self, *args, entry, linking=(), movable=(), **kwargs):
        """linking: the live PublicEntries that lead here; movable: those of them that the person may change."""
        super().__init__(*args, **kwargs)
        self.linking, self.movable = linking, movable
        self.fixed = [page for page in linking if page not in movable]
        self.fields["retarget"].choices = [(str(page.pk), page.title) for page in movable]
        self.fields["target"].queryset = (
            Entry.objects.filter(state=Entry.State.LIVE).exclude(pk=entry.pk).order_by("normalised_title")
        )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") == Entry.State.REDIRECTED and not cleaned.get("target"):
            self.add_error("target", _("Choose the entry to which the address should lead."))
        elif cleaned.get("retarget") and not cleaned.get("target"):
            self.add_error("target", _("Choose the entry to which the links should lead."))
        return cleaned


class ScheduleForm(forms.Form):
    """When the draft as it now is goes live. head: number of the snapshot that the editor was shown."""

    due_at = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    public_note = EntryForm.base_fields["public_note"]
    is_minor = EntryForm.base_fields["is_minor"]
    head = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, entry, now_in_words, **kwargs):
        super().__init__(*args, **kwargs)
        self.head = entry.head
        self.fields["head"].initial = entry.head.number if entry.head else None
        self.fields["due_at"].help_text = _("In the site’s time zone, %(zone)s. There it is now %(now)s.") % {
            "zone": timezone.get_default_timezone_name(),
            "now": now_in_words,
        }

    def clean(self):
        cleaned = super().clean()
        if self.head is None:
            raise ValidationError(_("There is nothing to publish yet. Save the draft first."))
        if cleaned.get("head") != self.head.number:
            raise ValidationError(_("The draft was saved meanwhile. Look at it, then choose the time anew."))
        return cleaned
