"""Working rows: what editors work on. Nothing public reads them (DESIGN: two sides, one door)."""

import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from .audit import AuditEvent  # noqa: F401 - Django finds models here
from .dates import DateTextField
from .delays import SignInDelay  # noqa: F401 - Django finds models here
from .health import AddressHealth  # noqa: F401 - Django finds models here
from .images import Image  # noqa: F401 - Django finds models here
from .locks import share_ties
from .names import normalise
from .public import (  # noqa: F401 - Django finds models here
    Generation,
    PublicEntry,
    PublicImage,
    PublicLink,
    PublicName,
    PublicVersion,
    Redirect,
)
from .references import EntryLink  # noqa: F401 - Django finds models here


class Source(models.Model):
    """A document or data set that entries cite by its key."""

    class Kind(models.TextChoices):
        DEPOSITARY = "depositary", _("depositary or official gazette")
        TEXT = "text", _("treaty text")
        ORGANISATION = "organisation", _("organisation’s or government’s own page")
        DATASET = "dataset", _("academic data set")
        PRESS = "press", _("press")
        REFERENCE = "reference", _("encyclopaedia or scholarly work")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(
        _("citation key"),
        max_length=80,
        unique=True,
        help_text=_("Cited in texts as [@key]. Cannot be changed later, as texts depend on it."),
    )
    title = models.CharField(_("title"), max_length=300)
    author = models.CharField(_("author"), max_length=300, blank=True)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    date = DateTextField(
        _("date"), help_text=_("Of the document: 2019, 2019-06 or 2019-06-30. Empty if it bears none.")
    )
    url = models.URLField(_("address"), max_length=500, blank=True)
    archive_url = models.URLField(_("archive address"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    checked_on = models.DateField(
        _("checked on"), null=True, blank=True, help_text=_("The day on which somebody last read it at its address.")
    )

    class Meta:
        ordering = ["key"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return f"{self.title} ({self.key})"

    def clean(self):
        super().clean()
        if self.key != self.key.lower():
            raise ValidationError({"key": _("Write the citation key in lower case.")})


SEE_RESTRICTED_RIGHT = "publishing.see_restricted_entry"


class EntryQuerySet(models.QuerySet):
    def hidden_from(self, user):
        """Entries whose draft is restricted to others. user: None for somebody of whom nothing is known."""
        restricted = self.filter(restriction__isnull=False)
        if user is None:
            return restricted
        return self.none() if user.has_perm(SEE_RESTRICTED_RIGHT) else restricted.exclude(restriction__people=user)

    def visible_to(self, user):
        """Entries whose draft a person may see, as far as it is not a matter of its kind."""
        return self.exclude(pk__in=Entry.objects.hidden_from(user).values("pk"))

    def known_to(self, user):
        """Entries that a person may choose or link to: those that they see, and what was ever published, by its names."""
        return self.exclude(pk__in=Entry.objects.hidden_from(user).filter(live=None).values("pk"))

    def locked(self):
        """Locked until the transaction ends, and with them what entries are tied to."""
        share_ties()
        return self.select_for_update(of=("self",))


class Entry(models.Model):
    """The identity of anything with a page of its own, and the fields that every kind has."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REDIRECTED = "redirected", _("redirected")
        GONE = "gone", _("gone")

    KIND = ""  # each kind's model names its own

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, editable=False)
    title = models.CharField(_("title"), max_length=200)
    normalised_title = models.CharField(max_length=400, editable=False, db_index=True)
    slug = models.SlugField(
        _("address"),
        max_length=80,
        help_text=_("Last part of the page’s address. Once published, a change leaves a redirect behind."),
    )
    language = models.CharField(
        _("language"), max_length=10, default="en", help_text=_("Of the text, as a language tag: en, fr, de.")
    )
    summary = models.TextField(
        _("standfirst"),
        blank=True,
        max_length=500,
        help_text=_("One to three plain sentences: what this is, for lists and search engines too."),
    )
    featured = models.BooleanField(_("featured"), default=False, help_text=_("Shown on the front page."))
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    head = models.ForeignKey("Snapshot", null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    live = models.ForeignKey("Snapshot", null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    redirect_to = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="redirected_here"
    )
    review = models.ForeignKey(
        "ReviewRequest", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # the latest
    # Who published a draft that they had changed last, until somebody else signs it off.
    unreviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug"],
                name="entry_address_is_unique",
                violation_error_message=_("Another entry of this kind has this address. Choose another."),
            )
        ]
        permissions = [
            ("review_entry", _("Can review drafts and sign off what was published")),
            ("publish_entry", _("Can publish and unpublish entries")),
            ("publish_own_work", _("Can publish a draft that they changed last")),
            ("purge_entry", _("Can purge entries from the trash")),
            ("see_restricted_entry", _("Can see drafts that are restricted to others")),
        ]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.kind = self.KIND or self.kind
        self.normalised_title = normalise(self.title)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse(f"{self.kind}_detail", args=[self.slug])

    def clean(self):
        super().clean()
        # A form leaves `kind` out, and with it the constraint.
        others = Entry.objects.filter(kind=self.KIND or self.kind, slug=self.slug).exclude(pk=self.pk)
        other = others.select_related("trashed", "restriction").first()
        if other:
            raise ValidationError({"slug": other.why_its_address_is_taken()})
        if not self._may_have_its_address():
            raise ValidationError({"slug": _("The site has a page of its own at this address. Choose another.")})

    def _may_have_its_address(self):
        """Whether the entry's page would stand at its address, and none of the site's own, such as the feed of a section."""
        name = f"{self.KIND or self.kind}_detail"
        try:
            with override(settings.LANGUAGE_CODE):  # files have no address in another language
                return resolve(reverse(name, args=[self.slug])).url_name == name
        except NoReverseMatch:  # no address at all; the field says so
            return True

    def why_its_address_is_taken(self):
        """What another entry is told that wants this one's address."""
        if not self.in_trash or hasattr(self, "restriction"):
            return _("Another entry of this kind has this address. Choose another.")
        if self.trashed.purged_at:
            return _(
                "“%(title)s”, which was purged, had this address, and readers may have cited it. Choose another."
            ) % {"title": self.title}
        return _("“%(title)s” in the trash has this address. Choose another, or purge that entry.") % {
            "title": self.title
        }

    @property
    def in_trash(self):
        """Whether the entry was put into the trash, and maybe purged since."""
        return getattr(self, "trashed", None) is not None

    @property
    def live_address(self):
        """Where readers find the live page; "" where there is none."""
        public = PublicEntry.objects.filter(pk=self.pk).first()
        return public.get_absolute_url() if public else ""

    @property
    def has_unpublished_changes(self):
        return self.state == self.State.LIVE and self.head_id != self.live_id


class EntryAlias(models.Model):
    """Another name of an entry: an abbreviation, a former or a native name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="aliases")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=200)
    normalised = models.CharField(max_length=400, editable=False, db_index=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["entry", "normalised"], name="alias_is_unique_in_its_entry")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.normalised = normalise(self.name)
        super().save(*args, **kwargs)


class SnapshotQuerySet(models.QuerySet):
    """Snapshots are written once; the database rows never change."""

    def update(self, **kwargs):
        raise PermissionDenied(_("A snapshot cannot be changed."))

    def delete(self):
        raise PermissionDenied(_("A snapshot cannot be deleted."))


class Snapshot(models.Model):
    """One entry with everything in it, as it was at one changing save."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField(_("number"))
    schema = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    changed_parts = models.JSONField(default=list)  # names of the fields and parts that differ from the snapshot before
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="snapshot_number_is_unique_in_its_entry")
        ]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self):
        return f"{self.content.get('title', '')} ({self.number})"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise PermissionDenied(_("A snapshot cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise PermissionDenied(_("A snapshot cannot be deleted."))


class SeededRecord(models.Model):
    """A fixture record that was loaded once, so that it is never loaded again, whatever became of it."""

    key = models.CharField(max_length=200, unique=True)

    def __str__(self):
        return self.key


class GivenRight(models.Model):
    """That a role was given a right, so that it is never given again, whoever took it away."""

    role = models.CharField(max_length=80)
    right = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "right"], name="right_is_given_to_a_role_once")]

    def __str__(self):
        return f"{self.role}: {self.right}"


# Last, as these work on what stands above.
from .buffers import FormBuffer  # noqa: E402, F401
from .releases import Release, ReleaseItem  # noqa: E402, F401
from .reports import Report  # noqa: E402, F401
from .restricting import Restriction  # noqa: E402, F401
from .review import Comment, ReviewRequest  # noqa: E402, F401
from .scheduling import PublicationSchedule  # noqa: E402, F401
from .second_factor import SecondFactorAsked  # noqa: E402, F401
from .sharing import ShareLink, ShareVisit  # noqa: E402, F401
from .trash import Trashed  # noqa: E402, F401
from .upkeep import Check, Upkeep  # noqa: E402, F401
