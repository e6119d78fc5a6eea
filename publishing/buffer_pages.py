"""The desk's addresses for what is typed and not saved: keeping it, offering it again, and carrying it through a sign-in."""

from functools import partial, update_wrapper

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_csrf_failure
from django.views.decorators.cache import never_cache

from . import buffers
from .buffer_diff import compare_buffer
from .dates import moment_words
from .entry_pages import EntryPage, desk_page, entry_or_404
from .joining import keys_of_base

HELD = "held_forms"  # in the session: forms that wait for a sign-in, by their writing
MOST_HELD = 8


def moment(when):
    """A moment in words, in the site's time zone; of today the time alone."""
    here, today = timezone.localtime(when), timezone.localdate()
    return date_format(here, "H:i") if here.date() == today else moment_words(here)


def _address(desk, name, row):
    return desk.address(name, row.pk) if row else desk.address("add" if name == "change" else f"{name}_new")


# --- In the form -------------------------------------------------------------------------------------------------------------


def form_context(desk, request, row):
    """What the form's template needs of this module. Costs one query."""
    may = desk.has_change_permission(request, row) if row else desk.has_add_permission(request)
    if not may:
        return {}
    writing = buffers.writing_of(request.POST)
    company = buffers.company(request.user, desk.model.KIND, row)
    offered = company.mine if company.mine and company.mine.writing != writing else None
    head = row.head if row else None
    questions = getattr(request, "entry_questions", None)
    return {
        "buffer": {
            "writing": writing,
            "opened_by": buffers.signed(request.user),
            "held": getattr(request, "entry_held", ""),
            "offered_at": moment(offered.typed_at) if offered else "",
            "typed_address": _address(desk, "typed", row),
            "keep_address": _address(desk, "keep", row),
            "head": head.number if head else 0,
            "head_is_mine": bool(head and head.author_id == request.user.pk),
            "others": company.others,
            "saved": buffers.saved_meanwhile(row, request.POST["base"])
            if "base" in request.POST and not questions
            else "",
        },
        "questions": questions,
    }


def _show_held(desk, request, row, fields, writing, said):
    """The form with what was typed in it, unsaved. said: a sentence on why."""
    request._files = request.FILES  # read first: reading them later would read the fields anew, too
    request.POST = buffers.query(fields)
    request.POST["writing"] = writing
    request.entry_held = said
    request.entry_conflicts = [(None, said)]  # a form with a fault is shown, not saved
    request.entry_vanished = keys_of_base(row, request.POST.get("base", ""))
    return desk.changeform_view(request, str(row.pk) if row else None, form_url=_address(desk, "change", row))


# --- Kept and offered --------------------------------------------------------------------------------------------------------


def keep_page(desk, request, row):
    """Where a form's script reports, as JSON: that it is open, what is typed (`fields`), that this was undone (`undone`), that it is left (`left`)."""
    user, kind, writing = request.user, desk.model.KIND, request.POST.get("writing", "")
    if buffers.opener(request.POST) != str(user.pk):
        said = _("You are signed in as %(who)s, who did not open this form. What is typed here is not kept.")
        return JsonResponse({"said": said % {"who": buffers.name_of(user)}}, status=409)
    if not buffers.WRITING.fullmatch(writing):
        return JsonResponse({"said": _("What was sent is no form, or too large a one.")}, status=400)
    if "left" in request.POST:
        buffers.leave(user, kind, row)
        return JsonResponse({})
    try:
        fields = buffers.unpack(request.POST["fields"]) if "fields" in request.POST else None
        kept = buffers.keep(user, kind, row, writing, fields)
    except buffers.Unreadable as error:
        return JsonResponse({"said": str(error)}, status=400)
    if "undone" in request.POST:
        buffers.undo(user, kind, row, writing)
    company = buffers.company(user, kind, row)
    # Done with: this writing was saved or discarded, and what its form holds beyond that is a new one.
    done = fields is not None and company.mine is None
    answer = {"kept": kept, "done": done, "said": "", "others": company.others}
    if kept:
        answer["said"] = _("Kept unsaved at %(when)s.") % {"when": moment(company.mine.typed_at)}
    elif company.mine and fields is not None:
        answer["said"] = _(
            "For this entry words of yours from %(when)s are kept that you did not save. Until you take them up or discard them, "
            "what you type here is kept in this browser only."
        ) % {"when": moment(company.mine.typed_at)}
    answer["saved"] = buffers.saved_meanwhile(row, request.POST.get("base", ""))
    return JsonResponse(answer)


def typed_page(desk, request, row):
    """What somebody typed and did not save, against the present draft."""
    buffered = buffers.buffered(request.user, desk.model.KIND, row)
    comparison = compare_buffer(desk, request, row, buffered.posted()) if buffered else None
    return desk_page(
        desk,
        request,
        row,
        "_buffer_typed.html",
        _("Typed and not saved"),
        buffered=buffered,
        typed_at=moment(buffered.typed_at) if buffered else "",
        comparison=comparison,
        language=row.language if row else "",
        saved=buffers.saved_meanwhile(row, buffered.posted().get("base", "")) if buffered else "",
        **{name: _address(desk, name, row) for name in ("change", "take_up", "discard")},
    )


def take_up_page(desk, request, row):
    """The form as it was typed, unsaved."""
    buffered = buffers.buffered(request.user, desk.model.KIND, row)
    if buffered is None:
        messages.warning(request, _("There is nothing unsaved any more."))
        return redirect(_address(desk, "change", row))
    said = _("This is what you typed at %(when)s. It is not saved yet.") % {"when": moment(buffered.typed_at)}
    return _show_held(desk, request, row, buffered.pairs(), buffered.writing, said)


def discard_page(desk, request, row):
    """Give up what was typed and not saved."""
    buffers.discard(request.user, desk.model.KIND, row)
    messages.success(request, _("Discarded. The draft is as it was last saved."))
    return redirect(_address(desk, "change", row))


PAGES = [
    EntryPage("typed", "typed/", typed_page),
    EntryPage("keep", "typed/keep/", keep_page, posts_only=True),
    EntryPage("take_up", "typed/take-up/", take_up_page, posts_only=True),
    EntryPage("discard", "typed/discard/", discard_page, posts_only=True),
]


# --- Carried through a sign-in -----------------------------------------------------------------------------------------------


def _row(desk, request, object_id):
    """The row of a form that the user may save; None for one that is being added."""
    if object_id:
        return entry_or_404(desk, request, object_id, "change")
    if not desk.has_add_permission(request):
        raise PermissionDenied
    return None


def _form_address(desk, object_id):
    return desk.address("change", object_id) if object_id else desk.address("add")


def _resume_address(desk, object_id):
    return desk.address("resume", object_id) if object_id else desk.address("resume_new")


def _carried(desk, request, object_id):
    """What a page must carry for the form to be shown again, as hidden inputs. Raises Unreadable."""
    posted = request.POST
    fields = buffers.unpack(posted["carried"]) if "carried" in posted else buffers.typed_fields(posted)
    return {
        "carried": buffers.pack(fields),
        "opened_by": posted.get("opened_by", ""),
        "writing": buffers.writing_of(posted),
        "address": _resume_address(desk, object_id),
    }


def carried_form(request):
    """What a page must carry so that a posted form of ours is not lost; None where none was posted. Asks no database."""
    match = request.resolver_match
    desk = getattr(match.func, "desk", None) if match else None
    if desk is None or request.method != "POST" or not buffers.opener(request.POST):
        return None
    try:
        return _carried(desk, request, match.kwargs.get("object_id"))
    except buffers.Unreadable:
        return None


def _sign_in(desk, request, object_id):
    """Lead to the sign-in, with the form kept in the session: there may be several steps, on other sites too. Raises Unreadable."""
    carried = _carried(desk, request, object_id)
    held = request.session.get(HELD, {})
    if len(held) >= MOST_HELD and carried["writing"] not in held:
        raise buffers.Unreadable(_("Too many forms wait for your sign-in."))
    request.session[HELD] = {**held, carried["writing"]: carried}
    return redirect_to_login(f"{carried['address']}?writing={carried['writing']}", "account_login")


def is_held(request, address):
    """Whether a form waits in the session to be shown at an address once its writer is signed in."""
    path, _question, writing = address.partition("?writing=")
    return request.session.get(HELD, {}).get(writing, {}).get("address") == path


def _release(request):
    """Drop the form from the session: it is posted anew."""
    held = request.session.get(HELD, {})
    if request.POST.get("writing") in held:
        request.session[HELD] = {word: form for word, form in held.items() if word != request.POST["writing"]}


def _too_large(error):
    advice = _("Go back, sign in in another tab, and save again.")
    return HttpResponseBadRequest(f"{error} {advice}", content_type="text/plain; charset=utf-8")


def _ask_to_resume(desk, request, object_id, status=200):
    """A page that carries the form and says why it was not saved: it is another person's, or the sign-in is a new one."""
    row = _row(desk, request, object_id)
    opener = buffers.opener(request.POST)
    whose = get_user_model().objects.filter(pk=opener).first() if opener else None
    return desk_page(
        desk,
        request,
        row,
        "_buffer_resume.html",
        _("Not saved yet"),
        status=status,
        carried=_carried(desk, request, object_id),
        is_mine=whose == request.user,
        whose=buffers.name_of(whose) if whose else "",
        me=buffers.name_of(request.user),
        change=_address(desk, "change", row),
    )


def is_anothers(request):
    """Whether somebody else opened the form that is posted."""
    return buffers.opener(request.POST) not in ("", str(request.user.pk))


def ask_whose(desk, request, object_id):
    return _ask_to_resume(desk, request, object_id)


def resume(desk, request, object_id=None):
    """A carried form, shown again and not saved, once its writer is signed in; or the sign-in."""
    try:
        if not desk.admin_site.has_permission(request):
            if "carried" in request.POST:
                return _sign_in(desk, request, object_id)
            return redirect_to_login(request.get_full_path(), "account_login")
        row = _row(desk, request, object_id)
        if request.method != "POST":
            if not is_held(request, request.get_full_path()):
                return redirect(_form_address(desk, object_id))
            # Back from the sign-in. As if it were posted here: nothing of it is saved.
            request.method = "POST"
            request.POST = QueryDict(mutable=True)
            request.POST.update(request.session[HELD][request.GET["writing"]])
        if is_anothers(request) and "_mine_now" not in request.POST:
            return _ask_to_resume(desk, request, object_id)
        fields = buffers.unpack(request.POST.get("carried", ""))
    except buffers.Unreadable as error:
        return _too_large(error)
    said = _("You are signed in as %(who)s. The form is as it was typed, and not saved yet: save it now.")
    # Taken over from somebody else it is a writing of its own.
    writing = buffers.writing_of({} if is_anothers(request) else request.POST)
    return _show_held(desk, request, row, fields, writing, said % {"who": buffers.name_of(request.user)})


def _carrying(desk, view):
    """A form's view that leads a save without a sign-in to the sign-in, and loses nothing of it."""

    plain = view

    def carrying(request, object_id=None, **captured):
        signed_out = request.method == "POST" and not desk.admin_site.has_permission(request)
        if signed_out and buffers.opener(request.POST):
            try:
                return _sign_in(desk, request, object_id)
            except buffers.Unreadable as error:
                return _too_large(error)
        if request.method == "POST":
            _release(request)
        return plain(request, **({"object_id": object_id} if object_id else {}), **captured)

    view = never_cache(update_wrapper(carrying, view))
    view.desk = desk
    return view


def csrf_failure(request, reason=""):
    """A form whose token is not this sign-in's: shown again instead of lost, where it is one of ours, from this site."""
    match = request.resolver_match
    if match and match.url_name == "account_login" and request.user.is_authenticated:
        # Signed in meanwhile, in another tab: on to where this one was going.
        return redirect(f"{request.path}?{urlencode({'next': request.POST.get('next', '')})}")
    desk = getattr(match.func, "desk", None) if match else None
    if desk is None or "checking failed" in reason or not buffers.opener(request.POST):
        return plain_csrf_failure(request, reason)
    object_id = match.kwargs.get("object_id")
    try:
        if not desk.admin_site.has_permission(request):
            return _sign_in(desk, request, object_id)
        return _ask_to_resume(desk, request, object_id, status=403)
    except buffers.Unreadable as error:
        return _too_large(error)


# --- Addresses ---------------------------------------------------------------------------------------------------------------


def _for_new(page, desk, request):
    """A page about an entry that is still being added."""
    _row(desk, request, None)
    if page.posts_only and request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return page.answer(desk, request, None)


def _resuming(desk):
    view = never_cache(update_wrapper(partial(resume, desk), resume))
    view.desk = desk
    return view


def addresses(desk, standard):
    """(addresses to go before all others, the admin's own with those of the form made to carry)."""
    name = f"{desk.opts.app_label}_{desk.opts.model_name}"
    view = desk.admin_site.admin_view
    ours = [
        path(f"add/{page.path}", view(partial(_for_new, page, desk)), name=f"{name}_{page.name}_new") for page in PAGES
    ]
    ours += [
        path("add/resume/", _resuming(desk), name=f"{name}_resume_new"),
        path("<path:object_id>/resume/", _resuming(desk), name=f"{name}_resume"),
    ]
    for pattern in standard:
        if pattern.name in (f"{name}_add", f"{name}_change"):
            pattern.callback = _carrying(desk, pattern.callback)
    return ours, standard
