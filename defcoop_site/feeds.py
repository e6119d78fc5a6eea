"""The Atom feeds of what was published or revised last: of everything, of a section, and of an actor."""

from django.db.models import Q
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from publishing import kinds
from publishing.feeds import EntryFeed
from publishing.public import PublicEntry, PublicLink
from publishing.views import moved_to


class LatestFeed(EntryFeed):
    title = gettext_lazy("International defence cooperation: latest entries")
    subtitle = gettext_lazy("What was published or revised last")
    link = reverse_lazy("home")

    def items(self):
        return self.latest(PublicEntry.objects.live())


class SectionFeed(EntryFeed):
    """The entries of one kind."""

    subtitle = gettext_lazy("What was published or revised last")

    def __init__(self, kind):
        self.kind = kind

    def title(self):
        return _("International defence cooperation: %(section)s") % {"section": capfirst(kinds.get(self.kind).plural)}

    def link(self):
        return reverse(f"{self.kind}_list")

    def items(self):
        return self.latest(PublicEntry.objects.live().filter(kind=self.kind))


class ActorFeed(EntryFeed):
    """An actor, the agreements that it takes part in, and what else leads to it."""

    def get_object(self, request, actor):
        return actor

    def title(self, actor):
        return _("International defence cooperation: %(actor)s") % {"actor": actor.title}

    def subtitle(self, actor):
        return actor.summary

    def link(self, actor):
        return actor.get_absolute_url()

    def feed_url(self, actor):
        return reverse("actor_feed", args=[actor.slug])

    def items(self, actor):
        leading = PublicLink.objects.filter(target_id=actor.pk).values("entry")
        return self.latest(PublicEntry.objects.live().filter(Q(pk=actor.pk) | Q(pk__in=leading)))


@require_safe
def actor_feed(request, slug):
    """The feed of an actor, at the address that it has now; 410 where its page is gone."""
    actor = PublicEntry.objects.filter(kind="actor", slug=slug).first()
    if actor:
        return ActorFeed()(request, actor=actor)
    target = moved_to("actor", slug)
    if target is None:
        return render(request, "410.html", status=410)
    address = reverse("actor_feed", args=[target.slug]) if target.kind == "actor" else target.get_absolute_url()
    return HttpResponsePermanentRedirect(address)
