"""The sitemap: every public page with the day of its last change."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from publishing.public import PublicEntry
from topics.lists import live_topics


class EntrySitemap(Sitemap):
    def items(self):
        return PublicEntry.objects.live().for_list().order_by("kind", "sort_key", "pk")

    def lastmod(self, item):
        return item.revised_at


class TopicSitemap(Sitemap):
    def items(self):
        return live_topics().order_by("normalised")


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
            "about",
            "editorial_policy",
            "accessibility",
        ]

    def location(self, item):
        return reverse(item)


SITEMAPS = {"entries": EntrySitemap, "topics": TopicSitemap, "pages": PageSitemap}
