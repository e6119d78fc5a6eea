"""What all Atom feeds of entries share (RFC 4287). Only major changes move an entry up: a minor one leaves `revised_at` as it was."""

from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from . import kinds
from .metadata import PUBLICATION
from .public import Generation

MOST_IN_FEED = 30


class EntryAtom(Atom1Feed):
    """Django's, but standfirsts are the plain texts that they are, not HTML, and a feed without entries is not new at every moment."""

    def latest_post_date(self):
        if self.items:
            return super().latest_post_date()
        changed_at = Generation.objects.filter(pk=1).values_list("changed_at", flat=True).first()
        return changed_at or timezone.now()

    def add_item_elements(self, handler, item):
        summary = item["description"]
        super().add_item_elements(handler, {**item, "description": None})
        if summary:
            handler.addQuickElement("summary", summary)


class EntryFeed(Feed):
    """A feed of PublicEntries. A subclass says which, and gives title, subtitle and link."""

    feed_type = EntryAtom
    author_name = PUBLICATION

    @staticmethod
    def latest(entries):
        """Those revised last, the latest first."""
        return entries.for_list().order_by("-revised_at", "sort_key")[:MOST_IN_FEED]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.summary

    def item_guid(self, item):
        # Stays the same when the entry is renamed.
        return item.pk.urn

    def item_pubdate(self, item):
        return item.first_published_at

    def item_updateddate(self, item):
        return item.revised_at

    def item_categories(self, item):
        return [kinds.get(item.kind).label]
