"""Makes the plain site's database of the same entries as ours. Run as a module with PLAIN_DATABASE; the argument is the file of `articles.py`."""

import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.plain.settings")
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402 - after the setup
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils.text import slugify  # noqa: E402
from taggit.models import Tag, TaggedItem  # noqa: E402

from .models import Article, Section  # noqa: E402

BATCH = 2000


@transaction.atomic
def fill(lines):
    kind = ContentType.objects.get_for_model(Article)
    tags = {}
    for start in range(0, len(lines), BATCH):
        batch = [json.loads(line) for line in lines[start : start + BATCH]]
        names = {name for entry in batch for name in entry["topics"]} - tags.keys()
        made = Tag.objects.bulk_create([Tag(name=name, slug=slugify(name)) for name in sorted(names)])
        tags |= {tag.name: tag.pk for tag in made}
        columns = ("title", "slug", "summary", "introduction")
        rows = Article.objects.bulk_create([Article(**{name: entry[name] for name in columns}) for entry in batch])
        sections, tagged = [], []
        for row, entry in zip(rows, batch, strict=True):
            sections += [
                Section(article=row, position=place, title=title, body=body)
                for place, (title, body) in enumerate(entry["sections"], 1)
            ]
            tagged += [TaggedItem(tag_id=tags[name], content_type=kind, object_id=row.pk) for name in entry["topics"]]
        Section.objects.bulk_create(sections)
        TaggedItem.objects.bulk_create(tagged)


if __name__ == "__main__":
    call_command("migrate", verbosity=0, run_syncdb=True)
    fill(Path(sys.argv[1]).read_text().splitlines())
