"""Which actions of trash, releases and upkeep are open where an entry stands, and to whom."""

from django.test import TestCase

from articles.models import Article
from defcoop_site.factories import make_article, publish_now
from publishing.models import Entry
from publishing.publication import unpublish
from publishing.snapshots import take_snapshot
from publishing.standing import Action, Standing, allowed, standing_of
from publishing.trash import put_in_trash

from .desk import make_editor

A = Action
RIGHTS = {"writer": [], "publisher": ["publishing.publish_entry"], "purger": ["publishing.purge_entry"]}
OURS = {A.RELEASE, A.CORRECT_NOTE, A.UPKEEP, A.CHECK, A.TRASH, A.BRING_BACK, A.PURGE}
# (standing, ever published): {role: what is open}; the purger may what the writer may and what stands here.
OPEN = {
    (Standing.DRAFT, False): {"writer": {A.UPKEEP, A.TRASH}, "publisher": {A.RELEASE}, "purger": set()},
    (Standing.LIVE, True): {
        "writer": {A.UPKEEP},
        "publisher": {A.RELEASE, A.CORRECT_NOTE, A.CHECK, A.TRASH},
        "purger": set(),
    },
    (Standing.CHANGED, True): {
        "writer": {A.UPKEEP},
        "publisher": {A.RELEASE, A.CORRECT_NOTE, A.CHECK, A.TRASH},
        "purger": set(),
    },
    (Standing.WITHDRAWN, True): {
        "writer": {A.UPKEEP},
        "publisher": {A.RELEASE, A.CORRECT_NOTE, A.TRASH},
        "purger": set(),
    },
    (Standing.GONE, True): {"writer": {A.UPKEEP}, "publisher": {A.RELEASE, A.CORRECT_NOTE, A.TRASH}, "purger": set()},
    (Standing.TRASH, False): {"writer": {A.BRING_BACK}, "publisher": set(), "purger": {A.PURGE}},
    (Standing.TRASH, True): {"writer": set(), "publisher": {A.BRING_BACK}, "purger": {A.PURGE}},
}


def standing_at(standing, published):
    """An article that stands there."""
    article = make_article()
    if published:
        article = publish_now(article)
    if standing == Standing.CHANGED:
        Article.objects.filter(pk=article.pk).update(title="Changed")
    if standing in (Standing.WITHDRAWN, Standing.GONE) or (standing == Standing.TRASH and published):
        unpublish(article, Entry.State.WITHDRAWN if standing == Standing.WITHDRAWN else Entry.State.GONE)
    take_snapshot(Article.objects.get(pk=article.pk))
    if standing == Standing.TRASH:
        put_in_trash(article)
    return Article.objects.get(pk=article.pk)


class StandingTests(TestCase):
    def test_each_action_is_open_where_the_table_says(self):
        users = {name: make_editor(name, rights=rights) for name, rights in RIGHTS.items()}
        for (standing, published), table in OPEN.items():
            article = standing_at(standing, published)
            self.assertEqual(standing_of(article), standing)
            for name, more in table.items():
                with self.subTest(standing=standing, published=published, name=name):
                    self.assertEqual(allowed(users[name], article) & OURS, table["writer"] | more)

    def test_nothing_else_is_open_in_the_trash(self):
        everything = make_editor(everything=True)

        for published in (False, True):
            article = standing_at(Standing.TRASH, published)

            self.assertEqual(allowed(everything, article), {A.BRING_BACK, A.PURGE})
