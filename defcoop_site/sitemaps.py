"""The sitemap: an index, and every public page with the day of its last change, at most fifty thousand to a file.

Items are tuples of what a line needs and no more, so that a full file takes little memory.
"""

from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse

from publishing.public import PublicEntry
from topics.lists import live_topics

MOST = 50_000  # addresses in a file, by the protocol of sitemaps


class EntrySitemap(Sitemap):
    limit = MOST

    def items(self):
        rows = PublicEntry.objects.live().order_by("kind", "sort_key", "pk")
        return rows.values_list("kind", "slug", "revised_at")

    def location(self, item):
        kind, slug, _revised_at = item
        return reverse(f"{kind}_detail", args=[slug])

    def lastmod(self, item):
        return item[2]

    def get_latest_lastmod(self):
        # Asked of the database: Django's own would read every entry.
        return PublicEntry.objects.live().aggregate(last=Max("revised_at"))["last"]


class TopicSitemap(Sitemap):
    limit = MOST

    def items(self):
        return live_topics().order_by("normalised").values_list("slug", flat=True)

    def location(self, item):
        return reverse("topic_detail", args=[item])


class PageSitemap(Sitemap):
    def items(self):
        return [
            "home",
            "article_list",
            "actor_list",
            "agreement_list",
            "agreement_exits",
            "agreement_compare",
            "between",
            "map",
            "timeline",
            "topic_list",
            "data",
            "api",
            "about",
            "editorial_policy",
            "term_list",
            "accessibility",
        ]

    def location(self, item):
        return reverse(item)


SITEMAPS = {"entries": EntrySitemap, "topics": TopicSitemap, "pages": PageSitemap}
