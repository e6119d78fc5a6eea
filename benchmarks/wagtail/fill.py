"""Makes Wagtail's database of the same entries as ours. The argument is the file of `articles.py`; run in the project's folder by its own Python."""

import html
import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench_settings")
sys.path.insert(0, ".")
django.setup()

from bench_articles.models import ArticleIndexPage, ArticlePage  # noqa: E402 - after the setup
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from wagtail.models import Site  # noqa: E402


def paragraphs(text):
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n\n"))


@transaction.atomic
def fill(lines):
    root = Site.objects.get(is_default_site=True).root_page
    parent = root.add_child(instance=ArticleIndexPage(title="Articles", slug="articles"))
    for line in lines:
        entry = json.loads(line)
        body = paragraphs(entry["introduction"])
        body += "".join(f"<h2>{html.escape(title)}</h2>{paragraphs(text)}" for title, text in entry["sections"])
        page = ArticlePage(title=entry["title"], slug=entry["slug"], summary=entry["summary"], body=body)
        page.tags.add(*entry["topics"])
        parent.add_child(instance=page)
        page.save_revision().publish()


if __name__ == "__main__":
    call_command("makemigrations", "bench_articles", verbosity=0)
    call_command("migrate", verbosity=0)
    fill(Path(sys.argv[1]).read_text().splitlines())
