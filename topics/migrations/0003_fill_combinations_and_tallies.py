"""Fill what 0002 added from the taggings that are there, as publishing would."""

import hashlib
from collections import Counter
from itertools import combinations, groupby, permutations

from django.db import migrations
from django.db.models import OuterRef, Subquery


def _key(topics):
    digest = hashlib.blake2b("+".join(sorted(topics)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def fill(apps, schema_editor):
    entries = apps.get_model("publishing", "PublicEntry").objects
    taggings = apps.get_model("topics", "PublicTagging").objects
    combination = apps.get_model("topics", "PublicCombination")
    tally, pair = apps.get_model("topics", "TopicTally"), apps.get_model("topics", "TopicPair")
    own = entries.filter(pk=OuterRef("entry"))
    taggings.update(kind=Subquery(own.values("kind")), sort_key=Subquery(own.values("sort_key")))
    counts, pairs, rows = Counter(), Counter(), []
    counts.update((None, kind) for kind in entries.filter(withdrawn=False).values_list("kind", flat=True))
    found = taggings.order_by("entry").values_list("entry_id", "entry__topic_count", "topic_id", "kind")
    for (entry, topic_count), group in groupby(found.iterator(), key=lambda row: row[:2]):
        carried = [row[2:] for row in group]
        counts.update(carried)
        pairs.update(permutations([topic for topic, _kind in carried], 2))
        topics = sorted(str(topic) for topic, _kind in carried)
        known = topics[:12]
        keys = [_key(chosen) for size in (1, 2, 3) for chosen in combinations(known, size)]
        keys += [_key([*pair, "beyond"]) for pair in combinations(topics, 2) if not set(known).issuperset(pair)]
        rows += [combination(entry_id=entry, combination=key, topic_count=topic_count) for key in keys]
    combination.objects.bulk_create(rows, 2000)
    tally.objects.bulk_create(
        [tally(topic_id=topic, kind=kind, entries=n) for (topic, kind), n in counts.items()], 2000
    )
    pair.objects.bulk_create([pair(topic_id=one, other_id=two, entries=n) for (one, two), n in pairs.items()], 2000)


def empty(apps, schema_editor):
    for name in ("PublicCombination", "TopicTally", "TopicPair"):
        apps.get_model("topics", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("topics", "0002_add_combinations_and_tallies")]

    operations = [migrations.RunPython(fill, empty)]
