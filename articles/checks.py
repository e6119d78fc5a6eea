"""What is missing or weak in an article, beside what publishing finds in every entry."""

from itertools import pairwise

from django.utils.translation import gettext as _

from publishing.checks import Finding, is_unsourced

from .models import Section


def check_article(content):
    """Findings of an ArticleContent."""
    if not content.introduction.strip() and not content.sections:
        return [Finding(("introduction",), _("It has no text yet."))]
    found = []
    if content.sections and content.sections[0].level != Section.Level.MAIN:
        message = _("The first section has no main heading above it. Make it a main heading.")
        found.append(Finding(("sections", content.sections[0].key, "level"), message))
    for section, following in pairwise([*content.sections, None]):
        path = ("sections", section.key, "body")
        if not section.body.strip():
            if following is None or following.level <= section.level:
                found.append(Finding(path, _("The section has no text.")))
        elif is_unsourced(section.body):
            found.append(Finding(path, _("The section cites no source.")))
    return found
