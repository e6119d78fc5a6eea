"""What refers to what, for editors: a table of all that live snapshots and drafts lead to. Computed from snapshots alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .public import PublicLink
from .text import LINK_OPEN, STORED_LINK

PIN, CITATION = "pin", "citation"


class EntryLink(models.Model):
    """That the live page or the draft of an entry refers to something.

    target: the key of an entry; "=" and the address of a name that several entries share; "@" and the key of a source.
    place: the heading under which a link stands in a text.
    """

    class Side(models.TextChoices):
        LIVE = "live", _("live")
        DRAFT = "draft", _("draft")

    entry = models.ForeignKey("publishing.Entry", on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=5, choices=Side)
    way = models.CharField(
        max_length=20, choices=[*PublicLink.Way.choices, (PIN, _("pinned under See also")), (CITATION, _("cited"))]
    )
    target = models.CharField(max_length=401, db_index=True)
    place = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()  # nobody writes it by hand
        constraints = [
            models.UniqueConstraint(fields=["entry", "side", "way", "target", "place"], name="entry_link_is_unique")
        ]

    def __str__(self):
        return f"{self.entry_id} {self.side} {self.way} {self.target}"


def _linked(value, heading=""):
    """(target, heading) of each link in the texts of a page, at any depth."""
    if isinstance(value, dict):
        heading = value["title"] if "anchor" in value else heading
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _linked(item, heading)
    elif isinstance(value, str) and LINK_OPEN in value:
        yield from ((match[1], heading) for match in STORED_LINK.finditer(value))


def links_of(projection):
    """{(way, target, place)} of all that an entry's projection leads to, itself left out."""
    key, page = str(projection.entry.pk), projection.entry.page
    found = {(PublicLink.Way.MENTION.value, target, place) for target, place in _linked(page)}
    found |= {
        (str(row.way), str(row.target_id), "")
        for row in projection.rows
        if isinstance(row, PublicLink) and row.way != PublicLink.Way.MENTION
    }
    found |= {(PIN, pin, "") for pin in page["pins"]}
    found |= {(CITATION, f"@{note['key']}", "") for note in page["notes"]}
    return {link for link in found if link[1] != key}


def link_rows(entry_key, side, links):
    """The unsaved EntryLinks of one side of an entry. links: as links_of() gives them."""
    return [
        EntryLink(entry_id=entry_key, side=side, way=way, target=target, place=place)
        for way, target, place in sorted(links)
    ]


def write_links(entry_key, side, links):
    """Make one side's links of an entry these."""
    EntryLink.objects.filter(entry=entry_key, side=side).delete()
    EntryLink.objects.bulk_create(link_rows(entry_key, side, links))


def written_links(entry_key, side):
    """{(way, target, place)} as the table has them."""
    return set(EntryLink.objects.filter(entry=entry_key, side=side).values_list("way", "target", "place"))
