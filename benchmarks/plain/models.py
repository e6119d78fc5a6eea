"""Articles with sections and tags, as Django's tutorial and django-taggit's documentation lead to them."""

from django.db import models
from django.urls import reverse
from taggit.managers import TaggableManager


class Article(models.Model):
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.TextField(blank=True)
    introduction = models.TextField(blank=True)
    published_at = models.DateTimeField(auto_now_add=True)

    tags = TaggableManager()

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("article", args=[self.slug])


class Section(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return self.title
