"""The Atom feed of what was published or revised last."""

from django.contrib.syndication.views import Feed
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from publishing import kinds
from publishing.public import PublicEntry


class LatestFeed(Feed):
    feed_type = Atom1Feed
    title = _("International defence cooperation: latest entries")
    subtitle = _("What was published or revised last")
    link = reverse_lazy("home")

    def items(self):
        return PublicEntry.objects.live().for_list().order_by("-revised_at", "sort_key")[:30]

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
