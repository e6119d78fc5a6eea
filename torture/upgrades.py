"""Every room's migrations undone and done again, with data in the tables."""

from django.core.management import call_command

from defcoop_site.factories import make_actor, make_agreement, make_article, make_topic, publish_now
from publishing.models import Snapshot
from publishing.public import PublicVersion
from publishing.publication import rebuild_public
from publishing.snapshots import take_snapshot
from torture import checks

ROOMS = ("articles", "actors", "topics", "publishing")  # the order in which they can be undone


def fill():
    """Entries of every kind, live and as drafts."""
    rising, falling = make_topic("rising"), make_topic("falling")
    lands = [publish_now(make_actor(topics=[rising])), publish_now(make_actor(topics=[rising, falling]))]
    parties = [{"actor": lands[0], "in_force": "1950"}, lands[1]]
    publish_now(make_agreement(topics=[rising], parties=parties, obligations=["defence"], in_force="1949"))
    publish_now(make_article(topics=[rising, falling], sections=[{"title": "One", "topics": [rising]}]))
    take_snapshot(make_article(topics=[falling]))


def _kept():
    return [sorted(model.objects.values_list("pk", flat=True)) for model in (Snapshot, PublicVersion)]


def play():
    """Sentences on what is not as it was."""
    fill()
    before = _kept()
    for room in ROOMS:
        call_command("migrate", room, "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    rebuild_public()
    lost = [] if _kept() == before else ["snapshots or published versions are gone"]
    return [*lost, *checks.faults({})]
