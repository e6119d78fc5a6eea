"""Articles in Wagtail, as its documentation leads to them: a page with a rich text and tags."""

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index


class ArticleTag(TaggedItemBase):
    content_object = ParentalKey("ArticlePage", related_name="tagged_items", on_delete=models.CASCADE)


class ArticleIndexPage(Page):
    def get_context(self, request):
        context = super().get_context(request)
        context["articles"] = self.get_children().live().order_by("title")[:50]
        return context


class ArticlePage(Page):
    summary = models.TextField(blank=True)
    body = RichTextField(blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True)

    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body"), FieldPanel("tags")]

    def get_context(self, request):
        context = super().get_context(request)
        context["see_also"] = self.tags.similar_objects()[:5]
        return context
