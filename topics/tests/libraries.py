"""Small random libraries for the property tests of topics."""

from unittest import mock

from hypothesis import strategies as st

from articles.models import TaggedSection
from defcoop_site.factories import make_article, make_topic, publish_now
from publishing.models import Entry, Snapshot
from publishing.snapshots import take_snapshot
from publishing.tests.scenario import public_tables
from topics.models import TaggedEntry
from topics.vocabulary import MergedTopic, Topic, TopicAlias

# (numbers of an article's topics, of its section's topics, how it stands)
ARTICLES = st.lists(
    st.tuples(st.sets(st.integers(0, 3)), st.sets(st.integers(0, 3)), st.sampled_from(["draft", "live", "changed"])),
    min_size=1,
    max_size=5,
)


class FewAreFrequent:
    """Mixed into a TestCase before its base: so FEW entries make a pair of topics frequent."""

    FEW = 2

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(mock.patch("topics.frequent.FREQUENT", cls.FEW))
        super().setUpClass()


def library(articles):
    """Four topics, and the articles that carry them."""
    topics = [make_topic() for _number in range(4)]
    for own, parts, standing in articles:
        article = make_article(
            topics=[topics[number] for number in own], sections=[{"topics": [topics[number] for number in parts]}]
        )
        if standing == "draft":
            take_snapshot(article)
            continue
        publish_now(article)
        if standing == "changed":
            article.topics.set(topics[2:])
            take_snapshot(article)
    return topics


def everything():
    """All that a merge may touch, as it now is."""
    working = [Topic, TopicAlias, MergedTopic, TaggedEntry, TaggedSection, Entry]
    tables = {model.__name__: sorted(map(repr, model.objects.values_list())) for model in working}
    return {**tables, **public_tables(), "snapshots": Snapshot.objects.count()}


def names(row):
    """The names of a working row's topics."""
    return sorted(topic.name for topic in row.topics.all())
