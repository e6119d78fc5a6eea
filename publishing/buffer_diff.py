"""What differs between the present draft and a form that was typed and not saved."""

from copy import copy

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import kinds
from .diff import CHANGED, DELETED, INSERTED, Comparison, RowChange, TextChange, ValueChange, compare, diff_text
from .joining import keys_of_base
from .snapshots import content_of


def compare_buffer(desk, request, row, posted):
    """A Comparison: of contents where the form is valid, else of fields. Writes nothing. row: None for an entry being added."""
    posting = _as_post(request, row, posted)
    form, formsets, valid = desk._posted(posting, row)
    if not valid:
        return Comparison(_changed_rows(form, formsets), [], [], False)
    kind = kinds.get(desk.model.KIND)
    mine = kind.desk.from_forms(form, desk._parts(formsets)).to_json()
    return compare(_present(desk, row, kind), mine, desk.model)


def _present(desk, row, kind):
    if row is None:
        return kind.content().to_json()
    if row.head:
        return content_of(row.head).to_json()
    return kind.desk.from_rows(desk.model.objects.get(pk=row.pk)).to_json()


def _as_post(request, row, posted):
    """The request as if it posted the fields."""
    posting = copy(request)
    posting.resolver_match = request.resolver_match
    posting._files = request.FILES
    posting.method, posting.POST = "POST", posted
    posting.entry_vanished = keys_of_base(row, posted.get("base", ""))
    return posting


def _changed_rows(form, formsets):
    own = _changes(form)
    rows = [RowChange(capfirst(str(form._meta.model._meta.verbose_name)), CHANGED, own)] if own else []
    for formset in formsets:
        what = capfirst(str(formset.model._meta.verbose_name))
        for number, part in enumerate(formset.forms, 1):
            is_new = part not in formset.initial_forms
            standing = DELETED if formset._should_delete_form(part) else INSERTED if is_new else CHANGED
            changes = [] if standing == DELETED else _changes(part)
            if changes or (standing == DELETED and not is_new):
                heading = _("%(what)s: %(title)s") % {"what": what, "title": f"#{number}"}
                rows.append(RowChange(heading, standing, changes))
    return rows


def _changes(form):
    changes = (_change(form, name) for name in form.changed_data if not form[name].is_hidden)
    return [change for change in changes if change]


def _change(form, name):
    bound = form[name]
    label = capfirst(str(bound.label))
    old, new = (_in_words(bound.field, value) for value in (bound.initial, bound.data))
    if any("\n" in text.strip() or len(text) > 200 for text in (old, new)):
        return TextChange(label, diff_text(old, new))
    return ValueChange(label, old, new) if old != new else None


def _in_words(field, value):
    """A value as an editor knows it. What cannot be read is shown as it was typed."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return ""
    queryset = getattr(field, "queryset", None)
    if queryset is None:
        value = field.prepare_value(value)
        choices = {str(key): str(words) for key, words in getattr(field, "choices", ())}
        return choices.get(str(value), str(value))
    values = list(value) if isinstance(value, list | tuple) or hasattr(value, "values_list") else [value]
    keys = [getattr(item, "pk", item) for item in values]
    try:
        return ", ".join(sorted(str(row) for row in queryset.filter(pk__in=keys)))
    except (ValueError, ValidationError):
        return ", ".join(str(key) for key in keys)
