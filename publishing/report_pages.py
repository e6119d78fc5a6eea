"""Report an error: a form for readers, without an account and without a cookie."""

from urllib.parse import urlsplit

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .limits import Limit
from .reports import LONGEST, read_token, report, token_of
from .views import find_version, kind_of, live_or_moved

LIMIT = Limit("report", 5, 60 * 60)


class ReportForm(forms.Form):
    """places: [(anchor, label)] of the sections that the reader saw."""

    section = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    words = forms.CharField(
        label=gettext_lazy("What is wrong"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("If you know a source that shows it, name it or give its address."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address, if we may ask back"), required=False, max_length=254
    )
    website = forms.CharField(label=gettext_lazy("Leave this empty"), required=False)  # only programs fill it in

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        every = [*places, ("notes", gettext_lazy("Notes and sources"))]
        self.fields["section"].choices = [("", gettext_lazy("the whole page")), *every]


def _comes_from_here(request):
    """Whether a posted form is of this site, as far as the browser says: there is no session that another site's form could ride on."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def _seen(kind, live, number):
    """The row of the version that the reader saw: the live one unless the number is an older one's."""
    if number and 0 < number < live.version:
        seen = find_version(kind.name, live.slug, number).entry
        # Another entry may have had this address when it had as many versions.
        return seen if seen.pk == live.pk else live
    return live


def _number(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


@csrf_exempt  # no cookie is set here, so there is no session to ride on; see the token and _comes_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def report_error(request, section, slug):
    """The form, and what is posted with it."""
    kind = kind_of(section)
    live, instead = live_or_moved(request, kind, slug, "report")
    if instead:
        return instead
    if request.method == "POST":
        return _posted(request, kind, live)
    entry = _seen(kind, live, _number(request.GET.get("version", "")))
    form = ReportForm(places=kind.places(entry), initial={"section": request.GET.get("section", "")})
    return _page(request, live, entry, form)


def _page(request, live, entry, form, status=200, **extra):
    token = token_of(entry.pk, entry.version, timezone.localdate())
    context = {"live": live, "entry": entry, "form": form, "token": token, **extra}
    return render(request, "publishing/report.html", context, status=status)


def _posted(request, kind, live):
    number, is_fresh = read_token(request.POST.get("token", ""), live.pk, timezone.localdate())
    entry = _seen(kind, live, number)
    form = ReportForm(request.POST, places=kind.places(entry))
    if not form.is_valid():
        return _page(request, live, entry, form, status=422)
    if not is_fresh or not _comes_from_here(request):
        form.add_error(None, _("This form had been open for long, or came from elsewhere. Please send it again."))
        return _page(request, live, entry, form, status=403)
    said = form.cleaned_data
    if not said["website"]:
        taken = LIMIT.take(request)
        if not taken.allowed:
            form.add_error(None, _("You have reported much in the last hour. Please send this again later."))
            response = _page(request, live, entry, form, status=429)
            for name, value in taken.headers.items():
                response[name] = value
            return response
        label = str(dict(form.fields["section"].choices)[said["section"]]) if said["section"] else ""
        report(
            entry.pk,
            entry.version,
            said["words"],
            section=said["section"],
            section_title=label,
            email=said["email"],
        )
    return _page(request, live, entry, form, is_sent=True)
