"""Registers articles with publishing."""

from django.utils.translation import gettext_lazy as _

from publishing.kinds import Kind, register
from publishing.public import PublicLink, PublicName
from topics.public import TOPIC_MODELS

from .content import ArticleContent
from .pages import article_context, article_places
from .projecting import project_article


def register_all():
    register(
        Kind(
            name="article",
            section="articles",
            label=_("article"),
            plural=_("articles"),
            content=ArticleContent,
            project=project_article,
            context=article_context,
            template="articles/article_detail.html",
            public_models=[*TOPIC_MODELS, PublicLink, PublicName],
            desk_path="articles.desk.ArticleDesk",
            places=article_places,
        )
    )
