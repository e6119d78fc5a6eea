"""Public rows: what readers read. Written by `publication` alone, from snapshots."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PublicEntryQuerySet(models.QuerySet):
    def live(self):
        """Entries that lists, search and See also offer: published and not withdrawn."""
        return self.filter(withdrawn=False)

    def for_list(self):
        """With the columns that a line in a list shows."""
        return self.only(*PublicEntry.LIST_FIELDS)


class PublicEntry(models.Model):
    """One published entry with all that its own page needs. The key is the entry's."""

    LIST_FIELDS = (
        "id",
        "kind",
        "slug",
        "title",
        "summary",
        "category",
        "language",
        "revised_at",
        "first_published_at",
        "version",
        "withdrawn",
    )

    id = models.UUIDField(primary_key=True, editable=False)  # no default: it would turn every save into an insert
    kind = models.CharField(max_length=20)
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=400)
    summary = models.TextField()
    language = models.CharField(max_length=10)
    category = models.CharField(max_length=30, blank=True)
    featured = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)
    topic_count = models.PositiveSmallIntegerField(default=0)
    page = models.JSONField()
    search_title = models.TextField()
    search_text = models.TextField()
    version = models.PositiveIntegerField()
    first_published_at = models.DateTimeField()
    revised_at = models.DateTimeField()

    objects = PublicEntryQuerySet.as_manager()
    carried = ""  # what a page that speaks of a day adds to the addresses of those that it leads to

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="public_address_is_unique")]
        indexes = [
            models.Index(fields=["kind", "sort_key"], name="public_by_title"),
            models.Index(fields=["-revised_at"], name="public_by_revision"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse(f"{self.kind}_detail", args=[self.slug]) + self.carried

    def get_version_url(self):
        """The permanent address of this version."""
        return reverse(f"{self.kind}_version", args=[self.slug, self.version])


class PublicRow(models.Model):
    """A row that hangs on a public entry and is written anew with it."""

    entry = models.ForeignKey(PublicEntry, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class PublicLink(PublicRow):
    """That an entry's page refers to another entry, and in what way."""

    class Way(models.TextChoices):
        MENTION = "mention", _("mentioned in the text")
        PARTY = "party", _("party")
        MEMBERSHIP = "membership", _("its members are the parties")
        PREDECESSOR = "predecessor", _("predecessor")
        PART = "part", _("part of")
        AMENDS = "amends", _("amends")
        SUPERSEDED = "superseded", _("superseded by")

    way = models.CharField(max_length=20, choices=Way)
    target_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "way", "target_id"], name="public_link_is_unique")]

    def __str__(self):
        return f"{self.entry_id} {self.way} {self.target_id}"


class PublicVersion(models.Model):
    """The n-th published version of an entry: kept for ever, never changed."""

    entry_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    slug = models.SlugField(max_length=80)
    number = models.PositiveIntegerField()
    snapshot_number = models.PositiveIntegerField()
    schema = models.PositiveSmallIntegerField()
    content = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    # A minor version moves neither the "last revised" date nor the feeds.
    is_minor = models.BooleanField(default=False)
    published_by = models.PositiveBigIntegerField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "number"], name="version_number_is_unique_in_its_entry")
        ]
        indexes = [models.Index(fields=["kind", "slug"], name="version_by_address")]

    def __str__(self):
        return f"{self.kind}/{self.slug} v{self.number}"


class Redirect(models.Model):
    """An address that an entry had. Without a target the page is gone."""

    kind = models.CharField(max_length=20)
    slug = models.SlugField(max_length=80)
    owner_id = models.UUIDField(db_index=True)
    target_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="redirect_address_is_unique")]

    def __str__(self):
        return f"{self.kind}/{self.slug}"


class Generation(models.Model):
    """How often anything public has changed: one row, raised by every writer in its own transaction."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return str(self.number)
