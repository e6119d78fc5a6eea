"""Public rows: what readers read. Written by `publication` alone, from snapshots."""

import marshal
from dataclasses import dataclass
from functools import cache

from django.db import connections, models, router
from django.db.models import Exists, OuterRef
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def public_connection():
    """The database from which this page is read: where a replica was chosen for it, that one."""
    return connections[router.db_for_read(PublicEntry)]


@cache
def _pattern(route, _prefix, _language):
    return reverse(route, args=["0"])


def page_address(route, slug):
    """reverse(route, args=[slug]), for pages that lead to hundreds of others: each reverse() costs as much as the rest of a line."""
    return _pattern(route, get_script_prefix(), get_language()).replace("/0/", f"/{slug}/")


class PublicEntryQuerySet(models.QuerySet):
    def live(self):
        """Entries that lists, search and See also offer: published and not withdrawn."""
        return self.filter(withdrawn=False)

    def withdrawn(self):
        """The keys of the few entries that were withdrawn."""
        return self.filter(withdrawn=True).values("pk")

    def of_kind(self, kind):
        """Live entries of a kind. Those withdrawn are few and have an index of their own: all are counted and put in order in that of titles."""
        return self.filter(kind=kind).exclude(pk__in=PublicEntry.objects.withdrawn())

    def orphans(self):
        """Live entries to which no other page leads: no live text or fact of another names them, and no fact of theirs a live other.

        A fact shows on both pages (a party on the agreement's and the agreement on the party's), a mention on the one that makes it.
        """
        live = PublicEntry.objects.live().values("pk")
        from_others = PublicLink.objects.filter(target_id=OuterRef("pk"), entry__in=live).exclude(entry=OuterRef("pk"))
        facts = PublicLink.objects.filter(entry=OuterRef("pk"), target_id__in=live).exclude(way=PublicLink.Way.MENTION)
        return self.live().filter(~Exists(from_others), ~Exists(facts))

    def at_address(self, kind, slug):
        """The row of a page without the columns that only search reads, or None. As SQL: the ORM takes longer to write it than to ask it."""
        columns = ", ".join(field.column for field in self.model._meta.fields if not field.name.startswith("search_"))
        asked = f"SELECT {columns} FROM publishing_publicentry WHERE kind = %s AND slug = %s"  # noqa: S608 - columns of ours
        return next(iter(self.raw(asked, [kind, slug])), None)

    def for_list(self):
        """With the columns that a line in a list shows."""
        return self.only(*PublicEntry.LIST_FIELDS)


class PublicEntry(models.Model):
    """One published entry with all that its own page needs. The key is the entry's."""

    LINK_FIELDS = ("id", "kind", "slug", "title", "sort_key", "language", "withdrawn")
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
    checked_on = models.DateField(null=True)  # the day on which somebody last found nothing to change

    objects = PublicEntryQuerySet.as_manager()
    present_title = ""  # of what bears the title that it had on another day
    carried = ""  # what a page that speaks of a day adds to the addresses of those that it leads to

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="public_address_is_unique")]
        indexes = [
            models.Index(fields=["kind", "sort_key", "id"], name="public_in_order"),
            models.Index(fields=["-revised_at"], name="public_by_revision"),
            models.Index(fields=["id"], name="public_withdrawn", condition=models.Q(withdrawn=True)),
            models.Index(fields=["kind", "sort_key"], name="public_featured", condition=models.Q(featured=True)),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return page_address(f"{self.kind}_detail", self.slug) + self.carried

    def digest(self):
        """A number that differs where anything in the row does; of this process alone."""
        columns = (value for name, value in vars(self).items() if not name.startswith("_"))
        # Version 2 of the format writes what is equal alike, whoever else holds it.
        return hash(marshal.dumps([value if isinstance(value, dict) else str(value) for value in columns], 2))

    def get_version_url(self):
        """The permanent address of this version."""
        return reverse(f"{self.kind}_version", args=[self.slug, self.version])


class PublicRowQuerySet(models.QuerySet):
    def live(self):
        """Rows of entries that are not withdrawn. The few that are come from an index of their own: no row of the many is joined for it."""
        return self.exclude(entry__in=PublicEntry.objects.withdrawn())


class PublicRow(models.Model):
    """A row that hangs on a public entry and is written anew with it."""

    entry = models.ForeignKey(PublicEntry, on_delete=models.CASCADE, related_name="+")

    objects = PublicRowQuerySet.as_manager()

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
    target_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "way", "target_id"], name="public_link_is_unique")]
        indexes = [models.Index(fields=["target_id", "way"], name="public_link_to")]

    def __str__(self):
        return f"{self.entry_id} {self.way} {self.target_id}"


class PublicImage(PublicRow):
    """That a published version of an entry, of which there still is a page, shows an image. Others' files answer nobody."""

    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "digest"], name="public_image_is_unique")]

    def __str__(self):
        return f"{self.entry_id} {self.digest}"


class PublicName(PublicRow):
    """A name by which a live entry is known: its title or an alias. name: the last part of the name's address; label: as it is written."""

    name = models.CharField(max_length=400, db_index=True)
    label = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "name"], name="public_name_is_unique_in_its_entry")]

    def __str__(self):
        return f"{self.entry_id} {self.name}"


@dataclass(frozen=True)
class NamePage:
    """The page that lists the entries of a name. In place of an entry it is what a link leads to."""

    name: str
    withdrawn = False

    def get_absolute_url(self):
        return reverse("name_detail", args=[self.name])


def entries_by_name(names):
    """{name: [live PublicEntry, with `known_as`]} of names as PublicName keeps them; one query, none for no names."""
    found = {}
    rows = PublicName.objects.filter(name__in=names, entry__withdrawn=False).select_related("entry")
    fields = [f"entry__{name}" for name in PublicEntry.LIST_FIELDS]
    for row in rows.only("name", "label", *fields).order_by("entry__kind", "entry__sort_key", "entry_id"):
        row.entry.known_as = row.label
        found.setdefault(row.name, []).append(row.entry)
    return found


class PublicSearch(PublicRow):
    """What a live entry is found by. tokens: as `search_words.tokens` makes them; text: the words of its body, for excerpts.

    The full-text index hangs on this table: a column of PostgreSQL's own (`vector`), or in SQLite a table beside it that triggers keep
    (docs/decisions/0009-search.md). Whoever lets Django make this table anew on SQLite must make the triggers anew.
    """

    tokens = models.TextField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], name="public_search_is_unique")]

    def __str__(self):
        return str(self.entry_id)


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
    told_cdn = models.PositiveBigIntegerField(
        default=0, db_default=0
    )  # the number at which a CDN last forgot its pages

    def __str__(self):
        return str(self.number)
