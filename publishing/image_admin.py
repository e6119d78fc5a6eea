"""Images on the desk: upload, replace, see where one is used, and the line that puts it into a text."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db.models import Q
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .entry_admin import EntryAdmin
from .figures import DECORATIVE, address, sizes
from .forms import HTTPS, DeskForm
from .images import Image
from .models import Entry, Snapshot
from .pictures import PictureError, read_picture

MOST_USES = 100


class ImageForm(DeskForm):
    """upload: the file, as a pictures.Picture once cleaned."""

    upload = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        help_text=gettext_lazy(
            "JPEG, PNG, WebP or AVIF, at most 20 MB and 30 million pixels. What a camera wrote into it, such as the place, is left out."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "upload" in self.fields and not self.instance._state.adding:
            self.fields["upload"].required = False
            self.fields["upload"].label = _("Another file in its place")

    def clean_upload(self):
        file = self.cleaned_data["upload"]
        try:
            return read_picture(file) if file else None
        except PictureError as error:
            raise forms.ValidationError(str(error)) from error


class UseForm(forms.Form):
    """How an image is put into a text."""

    alternative = forms.CharField(
        label=gettext_lazy("Alternative text"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        validators=[RegexValidator(r"[\[\]\r\n]", gettext_lazy("Leave out square brackets."), inverse_match=True)],
        help_text=gettext_lazy("What the image shows, for those who do not see it."),
    )
    decorative = forms.BooleanField(
        label=gettext_lazy("Decorative"),
        required=False,
        help_text=gettext_lazy("It only adorns: whoever does not see it misses nothing."),
    )
    caption = forms.CharField(
        label=gettext_lazy("Caption"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        validators=[RegexValidator(r'["\r\n]', gettext_lazy("Write “ ” for quotation marks."), inverse_match=True)],
        help_text=gettext_lazy("Under the image, before the credit. May be empty."),
    )

    def clean(self):
        cleaned = super().clean()
        if "alternative" in cleaned and bool(cleaned["alternative"]) == cleaned["decorative"]:
            self.add_error(
                "alternative", _("Say what the image shows, or mark it as decorative: one of the two, not both.")
            )
        return cleaned

    def line(self, key):
        """The Markdown."""
        alternative = DECORATIVE if self.cleaned_data["decorative"] else self.cleaned_data["alternative"]
        caption = self.cleaned_data["caption"]
        return f'![{alternative}](image:{key} "{caption}")' if caption else f"![{alternative}](image:{key})"


def picture_of(image, side):
    """An <img> of the rendition whose longer side is the smallest of at least `side` pixels."""
    found = sizes(image.width, image.height)
    width, height = next((size for size in found if max(size) >= side), found[-1])
    return format_html(
        '<img class="desk-picture" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        address(image.digest, width, "webp"),
        width,
        height,
        _("The image “%(title)s”") % {"title": image.title},
    )


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin):
    form = ImageForm
    formfield_overrides = HTTPS
    change_form_template = "admin/publishing/image_change_form.html"
    list_display = ["key", "picture", "title", "credit", "licence", "uploaded_at"]
    list_filter = ["licence"]
    search_fields = ["key", "title", "credit"]
    list_per_page = 50
    readonly_fields = ["large_picture", "file_facts", "uses"]

    def get_fieldsets(self, request, obj=None):
        own = [
            (None, {"fields": ["upload", "key", "title"]}),
            (gettext_lazy("For readers"), {"fields": ["credit", "licence", "licence_terms", "source_url"]}),
        ]
        if obj:
            own.insert(0, (None, {"fields": ["large_picture", "file_facts", "uses"]}))
        return own

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "key"] if obj else self.readonly_fields

    def get_object(self, request, *args, **kwargs):
        image = super().get_object(request, *args, **kwargs)
        if image:
            image.viewer = request.user  # for `uses`, which is not told
        return image

    def has_delete_permission(self, request, obj=None):
        """Only what no snapshot has ever shown: history must stay whole."""
        may = super().has_delete_permission(request, obj)
        return may and not (obj and Snapshot.objects.filter(content__images__has_key=obj.key).exists())

    def save_model(self, request, obj, form, change):
        picture = form.cleaned_data.get("upload")
        if picture:
            obj.take(picture, request.user, timezone.now())
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("image"))
    def picture(self, image):
        return picture_of(image, 1)

    @admin.display(description=gettext_lazy("image"))
    def large_picture(self, image):
        return picture_of(image, 800)

    @admin.display(description=gettext_lazy("present file"))
    def file_facts(self, image):
        facts = _("%(width)d by %(height)d pixels") % {"width": image.width, "height": image.height}
        if image.uploaded_by:
            return _("%(facts)s, uploaded by %(who)s") % {"facts": facts, "who": image.uploaded_by}
        return facts

    @admin.display(description=gettext_lazy("used in"))
    def uses(self, image):
        """Links to the forms of the entries that show the image, in the draft or to readers."""
        shown = Q(head__content__images__has_key=image.key) | Q(live__content__images__has_key=image.key)
        entries = Entry.objects.filter(shown).visible_to(image.viewer).select_related("live")
        entries = entries.order_by("normalised_title")[:MOST_USES]
        desks = {desk.model.KIND: desk for desk in self.admin_site._registry.values() if isinstance(desk, EntryAdmin)}
        lines = [
            (desks[entry.kind].address("change", entry.pk), entry.title, _standing(entry, image)) for entry in entries
        ]
        return format_html_join("", '<div><a href="{}">{}</a>{}</div>', lines) or _("No entry shows it.")

    def get_urls(self):
        use = self.admin_site.admin_view(self.use_view)
        return [path("<path:object_id>/use/", use, name="publishing_image_use"), *super().get_urls()]

    def use_view(self, request, object_id):
        """The line that puts the image into a text, to be copied. Writes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        image = self.get_object(request, object_id)
        if image is None:
            raise Http404(_("There is no such image."))
        form = UseForm(request.GET if "caption" in request.GET else None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Use “%(title)s” in a text") % {"title": image.title},
            "object": image,
            "opts": self.opts,
            "form": form,
            "line": form.line(image.key) if form.is_bound and form.is_valid() else "",
        }
        return render(request, "admin/publishing/image_use.html", context)


def _standing(entry, image):
    """What readers of an entry see of the image, where that is not the present file."""
    live = (entry.live.content.get("images", {}) if entry.live else {}).get(image.key)
    if live is None:
        return _(": in the draft")
    if live["digest"] != image.digest:
        return _(": readers see an earlier file until the entry is saved and published again")
    return ""
