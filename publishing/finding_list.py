"""The list of what is missing or weak as the change form shows it: each finding leads to its field."""

from dataclasses import dataclass

from django.utils.text import capfirst

from .checks import findings
from .snapshots import content_of
from .writing import count_words, length_in_words


@dataclass(frozen=True)
class FindingLine:
    """where: the field in words, "" for none; anchor: the id of its input, "" where the form has none."""

    message: str
    blocking: bool
    where: str = ""
    anchor: str = ""


def head_in_words(row, form, formsets):
    """What the form tells of a row's newest snapshot. Beside loading that, it asks the database nothing.

    {"findings": [FindingLine], "findings_open": whether readers do not see the snapshot yet, "length": text}; nothing is found where
    there is no snapshot.
    """
    if row is None or row.head is None:
        return {"findings": [], "length": length_in_words(0)}
    row.head.entry = row
    content = content_of(row.head)
    found = [_line(finding, form, formsets) for finding in findings(row.KIND, content)]
    unseen = row.live_id != row.head_id
    return {
        "findings": found,
        "findings_open": unseen,
        "length": length_in_words(sum(map(count_words, content.prose()))),
    }


def _line(finding, form, formsets):
    field, part = _field(finding.path, form, formsets)
    if field is None:
        return FindingLine(finding.message, finding.blocking)
    where = f"{part}, {field.label}" if part else capfirst(field.label)
    return FindingLine(finding.message, finding.blocking, where, field.id_for_label or field.auto_id)


def _field(path, form, formsets):
    """(bound field or None, the part's name or "") of a path."""
    if len(path) == 1:
        return (form[path[0]] if path[0] in form.fields else None), ""
    for formset in formsets:
        if path and formset.fk.remote_field.get_accessor_name() == path[0]:
            for part in formset.initial_forms:
                if str(part.instance.pk) == path[1] and path[2] in part.fields:
                    return part[path[2]], str(part.instance)
    return None, ""
