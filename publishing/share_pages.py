"""Share links: made and revoked on the desk, opened by a reader without an account.

A reader's page is opened by a POST: a GET writes nothing, and a program that only looks at addresses (a chat, a mail filter) sees no draft.
"""

import re

from django import forms
from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from .content import parts_of
from .entry_pages import EntryPage, desk_page
from .languages import for_the_record
from .media import file_response
from .notices import notify
from .preview import preview_response
from .review import ReviewError, part_label
from .sharing import ShareLink, open_link, remark, revoke, share
from .snapshots import content_of
from .standing import Action

# As figures.address writes it.
FILE = re.compile(r"/media/([0-9a-f]{64})-([1-9][0-9]{0,3})\.(avif|webp)")


class ShareForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("To tell your links apart. The reader does not see it."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Open for"), coerce=int, choices=ShareLink.Days.choices, initial=ShareLink.Days.WEEK
    )


class GuestForm(forms.Form):
    """What a reader without an account says of a shared draft."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("Your e-mail address"))
    part = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Comment"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    website = forms.CharField(label=gettext_lazy("Leave this empty"), required=False)  # only programs fill it in

    def __init__(self, *args, snapshot, approving=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.approving = approving
        labels = [(key, part_label(part)) for key, part in parts_of(snapshot.content).items()]
        self.fields["part"].choices = [("", gettext_lazy("the whole")), *labels]

    def clean(self):
        cleaned = super().clean()
        if not self.approving and "words" in cleaned and not cleaned["words"].strip():
            self.add_error("words", _("Write what you want to say, or approve."))
        return cleaned


# --- On the desk -------------------------------------------------------------------------------------------------------------


def share_page(desk, request, row):
    """An entry's share links, and a form for a new one."""
    form = ShareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            link = share(row, request.user, form.cleaned_data["days"], form.cleaned_data["label"])
        except ReviewError as error:
            form.add_error(None, str(error))
        else:
            desk.log_change(request, row, _("Snapshot %(number)d shared by link.") % {"number": link.snapshot.number})
            messages.success(request, _("The link is made. Copy it from the list below."))
            return redirect(desk.address("share", row.pk))
    now = timezone.now()
    links = row.share_links.select_related("snapshot", "created_by")
    links = list(links.annotate(opened=Count("visits"), last_opened=Max("visits__at")))
    for link in links:
        link.open = link.is_open(now)
        link.address = request.build_absolute_uri(link.get_absolute_url())
        link.revoke_address = desk.address("revoke", row.pk, link.pk)
    title = _("Share the draft of “%(title)s”") % {"title": row.title}
    return desk_page(desk, request, row, "share.html", title, form=form, links=links)


def revoke_page(desk, request, row, key):
    """Close a link for good."""
    if revoke(get_object_or_404(ShareLink, pk=key, entry=row.pk), request.user):
        messages.success(request, _("The link is revoked: it shows nothing any more."))
    return redirect(desk.address("share", row.pk))


PAGES = [
    EntryPage("share", "share/", share_page, action=Action.SHARE),
    EntryPage("revoke", "share/<uuid:key>/revoke/", revoke_page, action=Action.SHARE, posts_only=True),
]

# --- For the reader ----------------------------------------------------------------------------------------------------------


def _guarded(response):
    """Keep a shared page, and the address that is its key, out of caches, indexes and other sites' logs."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt  # no cookie is set here, so there is no session to ride on: whoever knows the address may speak
@require_http_methods(["GET", "HEAD", "POST"])
def shared_draft(request, token):
    """A shared draft: 404 for a token that never was, 410 for a link that is no longer open."""
    link = (
        ShareLink.objects.select_related("snapshot__entry", "entry__trashed", "created_by").filter(token=token).first()
    )
    if link is None:
        raise Http404(_("There is no page at this address."))
    if not link.is_open(timezone.now()):
        return _guarded(render(request, "publishing/share_closed.html", {"link": link}, status=410))
    if request.method != "POST":
        return _guarded(render(request, "publishing/share_cover.html", {"link": link}))
    return _guarded(_opened(request, link))


def _opened(request, link):
    form, thanks = GuestForm(snapshot=link.snapshot), ""
    if "_comment" in request.POST or "_approve" in request.POST:
        form = GuestForm(request.POST, snapshot=link.snapshot, approving="_approve" in request.POST)
        if form.is_valid():
            thanks = _keep(request, link, form)
            form = GuestForm(snapshot=link.snapshot, initial={name: form.data[name] for name in ("name", "email")})
    else:
        open_link(link)
    banner = _("A draft, shown to you by %(who)s until %(when)s. It is not published; do not cite it.") % {
        "who": link.created_by,
        "when": f"{link.expires_at:%Y-%m-%d %H:%M} UTC",
    }
    entry = link.snapshot.entry
    content = content_of(link.snapshot)
    response = preview_response(
        request, entry.pk, entry.kind, content, banner, share=link, share_form=form, share_thanks=thanks
    )
    # Files of drafts answer nobody without an account; those of this snapshot answer under the link.
    response.content = FILE.sub(lambda found: reverse("shared_file", args=[link.token, *found.groups()]), response.text)
    return response


@require_safe
def shared_file(request, token, digest, width, form):
    """A rendition of an image that a shared draft shows."""
    link = get_object_or_404(ShareLink.objects.select_related("snapshot", "entry__trashed"), token=token)
    if not link.is_open(timezone.now()):
        return _guarded(render(request, "publishing/share_closed.html", {"link": link}, status=410))
    if digest not in {image["digest"] for image in link.snapshot.content.get("images", {}).values()}:
        raise Http404(_("There is no page at this address."))
    return _guarded(file_response(digest, width, form))


def _keep(request, link, form):
    """Keep a valid comment. Returns what to tell the reader."""
    said = form.cleaned_data
    if said["website"]:
        return _("Thank you.")
    try:
        remark(
            link,
            said["words"],
            name=said["name"],
            email=said["email"],
            part=said["part"],
            approves=form.approving,
        )
    except ReviewError as error:
        return str(error)
    entry = link.snapshot.entry
    words = _("approves the draft") if form.approving else said["words"]
    subject = for_the_record(gettext_lazy("Comment through a share link: %(title)s"), title=entry.title)
    notify([link.created_by], None, entry, subject, [f"{said['name']} <{said['email']}>: {words}"])
    return _("Thank you. The editors have it.")
