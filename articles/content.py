"""The structure of articles in snapshots."""

from dataclasses import dataclass, field

from publishing.content import EntryContent, Part


@dataclass(kw_only=True)
class SectionContent(Part):
    """A section. topics: keys, which ask for a "See also" here."""

    level: int = 1
    title: str = ""
    body: str = ""
    topics: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class ArticleContent(EntryContent):
    """An article's content."""

    introduction: str = ""
    sections: list[SectionContent] = field(default_factory=list)

    def texts(self):
        bodies = {("sections", section.key, "body"): section.body for section in self.sections}
        return {("introduction",): self.introduction, **bodies}
