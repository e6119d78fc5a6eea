"""The Atom feed of what was published or revised last."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from publishing.feeds import EntryFeed
from publishing.public import PublicEntry


class LatestFeed(EntryFeed):
    title = _("International defence cooperation: latest entries")
    subtitle = _("What was published or revised last")
    link = reverse_lazy("home")

    def items(self):
        return self.latest(PublicEntry.objects.live())
