"""The Atom feed of a topic."""

from django.urls import reverse
from django.utils.translation import gettext as _

from publishing.feeds import EntryFeed
from publishing.public import PublicEntry

from .listing import Listing


class TopicFeed(EntryFeed):
    """What carries a topic or one below it, as last published or revised."""

    def get_object(self, request, topic):
        return topic

    def title(self, topic):
        return _("International defence cooperation: %(topic)s") % {"topic": topic.name}

    def subtitle(self, topic):
        return topic.description

    def link(self, topic):
        return topic.get_absolute_url()

    def feed_url(self, topic):
        return reverse("topic_feed", args=[topic.slug])

    def items(self, topic):
        return self.latest(PublicEntry.objects.filter(pk__in=Listing([topic]).entries()))
