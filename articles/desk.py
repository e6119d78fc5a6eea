"""Between the working rows of articles and their content."""

from publishing.desk import ENTRY_FIELDS, existing, finish, plain_fields, write_aliases, write_entry, write_parts
from publishing.names import normalise
from topics.desk import Tied, hanging_rows, write_see_also, write_topics
from topics.vocabulary import Topic

from .checks import check_article
from .content import ArticleContent, SectionContent
from .models import Article, Section, TaggedSection

ARTICLE_FIELDS = (*ENTRY_FIELDS, "introduction", "link_first_mentions")
SECTION_FIELDS = ("position", "level", "title", "body")


class ArticleDesk:
    """from_rows, from_forms, to_rows and check of articles."""

    check = staticmethod(check_article)

    @staticmethod
    def _build(row, tied, sections):
        """sections: [(Section, its Topics)]"""
        ordered = sorted(sections, key=lambda pair: (pair[0].position, str(pair[0].pk)))
        content = ArticleContent(
            **plain_fields(row, ARTICLE_FIELDS),
            **tied.content(),
            sections=[
                SectionContent(
                    key=str(section.pk),
                    **plain_fields(section, SECTION_FIELDS),
                    topics=sorted(str(topic.pk) for topic in topics),
                )
                for section, topics in ordered
            ],
        )
        return finish(content, [*tied.labelled(), *(topic for _section, topics in ordered for topic in topics)])

    @classmethod
    def from_rows(cls, row):
        """The content of a saved article."""
        # Through our own rows: taggit's prefetch of `topics` finds nothing on SQLite where keys are UUIDs.
        sections = row.sections.prefetch_related("tagged_topics__tag")
        tagged = [(section, [tagged.tag for tagged in section.tagged_topics.all()]) for section in sections]
        return cls._build(row, Tied.saved(row), tagged)

    @classmethod
    def from_forms(cls, form, parts):
        """The content of a valid form; parts: {related name: unsaved instances}. Writes nothing."""
        # The section's form leaves the topics that it chose on the instance, as saving them would be a write.
        sections = [(section, list(section.chosen_topics)) for section in parts["sections"]]
        return cls._build(form.instance, Tied.posted(form, parts), sections)

    @staticmethod
    def to_rows(row, content):
        """Write a content onto the working rows. Returns what could not come back, in sentences."""
        losses, labels = [], content.labels
        write_entry(row, content, losses)
        row.introduction, row.link_first_mentions = content.introduction, content.link_first_mentions
        row.save()
        write_aliases(row, content.aliases)
        write_topics(row, content.topics, labels, losses)
        write_see_also(row, content, losses)
        write_parts(
            row, "sections", content.sections, lambda part: {name: getattr(part, name) for name in SECTION_FIELDS}
        )
        by_key = {str(section.pk): section for section in row.sections.all()}
        for part in content.sections:
            by_key[part.key].topics.set(existing(Topic, part.topics, labels, losses))
        return losses


def new_article(key, content, sources):
    """(Article, [rows that hang on it]) of a new article, unsaved, for publishing.bulk. sources: as every kind's; texts cite by key."""
    values = {name: getattr(content, name) for name in ARTICLE_FIELDS}
    row = Article(id=key, entry_ptr_id=key, kind=Article.KIND, normalised_title=normalise(content.title), **values)
    sections = [
        Section(id=part.key, article_id=key, **{name: getattr(part, name) for name in SECTION_FIELDS})
        for part in content.sections
    ]
    tagged = [
        TaggedSection(tag_id=topic, content_object_id=part.key) for part in content.sections for topic in part.topics
    ]
    return row, [*hanging_rows(key, content), *sections, *tagged]
