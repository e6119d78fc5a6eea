"""A save that was begun on an older snapshot: joined with what came since, or asked about."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.utils.translation import gettext as _

from . import kinds
from .buffers import name_of, settle
from .conflicts import answer_name, answers_in, conflict_message, join, questions
from .content import is_parts
from .entry_pages import entry_or_404
from .models import Entry, Snapshot
from .snapshots import content_of, take_snapshot


def join_outdated(desk, request, object_id):
    """The answer to a save on an older snapshot; None where the form is up to date, faulty, or leaves something to ask.

    What is to be asked goes to the form by request.entry_conflicts (its errors) and request.entry_questions.
    """
    row = entry_or_404(desk, request, object_id, "change")
    Entry.objects.locked().get(pk=row.pk)
    row.refresh_from_db()
    posted = request.POST.get("base", "")
    if row.head is None or posted == str(row.head.number):
        return None
    base = _snapshot(row, posted)
    base_content = content_of(base).to_json() if base else {}
    request.entry_vanished = _keys(base_content)
    form, formsets, valid = desk._posted(request, row)
    if not valid:
        return None
    kind = kinds.get(row.KIND)
    mine = kind.desk.from_forms(form, desk._parts(formsets)).to_json()
    answers = answers_in(request.POST)
    steps = _steps(row, base, answers)
    contents = [(snapshot.number, content_of(snapshot).to_json()) for snapshot in steps]
    merged, disagreement = join(base_content, contents, mine, answers)
    if disagreement:
        _ask(desk, request, disagreement, steps, _ids(form, formsets), answers)
        return None
    return _save_joined(desk, request, object_id, row.head, merged, form)


def _snapshot(row, number):
    """The entry's snapshot of this number, as text; None where there is none."""
    known = number.isascii() and number.isdigit() and len(number) < 10
    return row.snapshots.select_related("entry").filter(number=number).first() if known else None


def _keys(content):
    return {part["key"] for parts in content.values() if is_parts(parts) for part in parts}


def keys_of_base(row, number):
    """The keys of the parts that an entry had when a form was opened. number: of the snapshot, as text."""
    base = _snapshot(row, number) if row else None
    return _keys(base.content) if base else set()


def _steps(row, base, answers):
    """The Snapshots to join with, from old to new: those that the answers are about, and the newest."""
    asked = {number for number, _path in answers if number > (base.number if base else 0)}
    return list(
        Snapshot.objects.filter(entry=row.pk, number__in=asked | {row.head.number})
        .select_related("entry", "author")
        .order_by("number")
    )


def _ids(form, formsets):
    """{path: id of its field in the form}."""
    ids = {(name,): form[name].id_for_label for name in form.fields}
    for formset in formsets:
        name = formset.fk.remote_field.get_accessor_name()
        for row in formset.forms:
            ids.update({(name, str(row.instance.pk), field): row[field].id_for_label for field in row.fields})
    return ids


def _ask(desk, request, disagreement, steps, ids, answers):
    snapshot = next(step for step in steps if step.number == disagreement.number)
    who = name_of(snapshot.author) if snapshot.author else _("Somebody")
    errors = [conflict_message(path, who, disagreement.theirs) for path in disagreement.paths]
    request.entry_conflicts = list(dict.fromkeys(errors))
    request.entry_questions = {
        "who": who,
        "snapshot": snapshot,
        "language": disagreement.mine.get("language", ""),
        "asked": questions(disagreement, desk.model, ids, answers),
        "settled": [
            (answer_name(number, path), answer)
            for (number, path), answer in answers.items()
            if number < disagreement.number
        ],
    }


def _save_joined(desk, request, object_id, head, merged, form):
    kind = kinds.get(desk.model.KIND)
    fresh = desk.get_object(request, unquote(object_id))
    losses = kind.desk.to_rows(fresh, kind.content.from_json(merged))
    fresh = desk.get_object(request, unquote(object_id))
    take_snapshot(fresh, request.user, form.cleaned_data["change_summary"])
    settle(request.user, desk.model.KIND, fresh, request.POST.get("writing", ""))
    desk.log_change(request, fresh, _("Joined with changes that were saved meanwhile."))
    messages.info(
        request,
        _("%(who)s saved this entry while you were writing. Both changes are in it now.")
        % {"who": name_of(head.author) if head.author else _("Somebody")},
    )
    for loss in losses:
        messages.warning(request, loss)
    return desk.response_change(request, fresh)
