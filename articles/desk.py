"""Between the working rows of articles and their content."""

from publishing.desk import ENTRY_FIELDS, existing, finish, plain_fields, write_aliases, write_entry, write_parts
from topics.desk import see_also_keys, write_see_also, write_topics
from topics.vocabulary import Topic

from .content import ArticleContent, SectionContent

SECTION_FIELDS = ("position", "level", "title", "body")


class ArticleDesk:
    """from_rows, from_forms and to_rows of articles."""

    @staticmethod
    def _build(row, *, topics, aliases, choices, sections):
        """sections: [(Section, its Topics)]"""
        topics = list(topics)
        ordered = sorted(sections, key=lambda pair: (pair[0].position, str(pair[0].pk)))
        content = ArticleContent(
            **plain_fields(row, (*ENTRY_FIELDS, "introduction")),
            **see_also_keys(choices),
            aliases=list(aliases),
            topics=sorted(str(topic.pk) for topic in topics),
            sections=[
                SectionContent(
                    key=str(section.pk),
                    **plain_fields(section, SECTION_FIELDS),
                    topics=sorted(str(topic.pk) for topic in section_topics),
                )
                for section, section_topics in ordered
            ],
        )
        targets = [choice.target for choice in choices]
        return finish(content, [*topics, *(topic for _section, found in ordered for topic in found), *targets])

    @classmethod
    def from_rows(cls, row):
        """The content of a saved article."""
        # Through our own rows: taggit's prefetch of `topics` finds nothing on SQLite where keys are UUIDs.
        sections = row.sections.prefetch_related("tagged_topics__tag")
        return cls._build(
            row,
            topics=row.topics.all(),
            aliases=row.aliases.order_by("position").values_list("name", flat=True),
            choices=list(row.see_also_choices.select_related("target")),
            sections=[(section, [tagged.tag for tagged in section.tagged_topics.all()]) for section in sections],
        )

    @classmethod
    def from_forms(cls, form, parts):
        """The content of a valid form; parts: {related name: unsaved instances}. Writes nothing."""
        data = form.cleaned_data
        return cls._build(
            form.instance,
            topics=data["topics"],
            aliases=data["aliases"],
            choices=parts["see_also_choices"],
            # The section's form leaves the topics that it chose on the instance, as saving them would be a write.
            sections=[(section, list(section.chosen_topics)) for section in parts["sections"]],
        )

    @staticmethod
    def to_rows(row, content):
        """Write a content onto the working rows. Returns what could not come back, in sentences."""
        losses, labels = [], content.labels
        write_entry(row, content, losses)
        row.introduction = content.introduction
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
