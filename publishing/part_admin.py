"""Choosing entries in the desk's forms, and inlines for the parts of an entry: rows with an order, whose chosen targets are loaded once for all rows."""

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from .forms import PartForm, PartFormSet
from .models import Entry
from .writing import MARKDOWN_WIDGETS


class ChoosesKnownEntries:
    """A mixin for whatever has fields in which an entry is chosen: those that a person knows of can be, whatever key is posted."""

    def get_field_queryset(self, db, db_field, request):
        rows = super().get_field_queryset(db, db_field, request)
        if not issubclass(db_field.remote_field.model, Entry):
            return rows
        return (db_field.remote_field.model.objects.all() if rows is None else rows).known_to(request.user)


class ChosenSelect(AutocompleteSelect):
    """The admin's field for choosing by typing. Told what is chosen, it does not ask the database again for each row."""

    chosen = None  # a model instance

    def optgroups(self, name, value, attr=None):
        if self.chosen is None or value != [str(self.chosen.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.chosen.pk, str(self.chosen), True, len(options)))
        return [(None, options, 0)]


class ChosenFormSet(PartFormSet):
    """Tells each row's fields what the row, loaded with its targets, has chosen."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, ChosenSelect):
                widget.chosen = form.instance._state.fields_cache.get(name)


class PartInline(ChoosesKnownEntries, admin.StackedInline):
    """Parts of an entry. A subclass names its model, fields and autocomplete_fields."""

    form, formset = PartForm, ChosenFormSet
    formfield_overrides = MARKDOWN_WIDGETS
    extra = 0

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related(*self.autocomplete_fields) if self.autocomplete_fields else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", ChosenSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
