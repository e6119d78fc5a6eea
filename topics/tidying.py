"""What helps to keep the vocabulary and its use tidy: lists for the desk."""

from collections import defaultdict
from itertools import combinations

from django.db.models import Count, Exists, OuterRef, Q

from publishing.models import Entry
from publishing.public import PublicEntry
from publishing.restricting import is_hidden

from .models import TaggedEntry
from .public import PublicTagging
from .retagging import tagging_models
from .vocabulary import Topic, TopicAlias

MOST_LISTED = 100
OVER_BROAD_PART = 3  # carried by more than one in three live entries
ONE_SLIP, TWO_SLIPS = 5, 9  # letters from which one or two slips of the pen still leave the same word


def unused():
    """Topics that no draft and no live page carries, and below which nothing stands."""
    topics = Topic.objects.filter(narrower=None)
    for model in (*tagging_models(), PublicTagging):
        field = "tag" if model is not PublicTagging else "topic"
        topics = topics.filter(~Exists(model.objects.filter(**{field: OuterRef("pk")})))
    return list(topics.order_by("normalised"))


def over_broad():
    """Topics on more than a third of the live entries, with `live`, the number of them; the broadest first."""
    library = PublicEntry.objects.live().count()
    topics = Topic.objects.annotate(live=Count("public_taggings", filter=Q(public_taggings__own=True))).filter(
        live__gt=library / OVER_BROAD_PART
    )
    return list(topics.order_by("-live", "normalised"))


def singular(name):
    """A name with the plural endings of its words taken off, for comparison alone."""
    return " ".join(_singular(word) for word in name.replace("-", " ").split())


def _singular(word):
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def slips_allowed(name):
    """How many letters two names of this length may differ by and still be one name, written badly."""
    return 2 if len(name) >= TWO_SLIPS else 1 if len(name) >= ONE_SLIP else 0


def distance(one, other, most):
    """The edit distance of two words (letters added, left out, changed), or most + 1 where it is greater."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, across in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (letter != across))
        if min(row) > most:
            return most + 1
    return row[-1]


def _shortened(name, most):
    """The name with up to so many letters left out: two names within that distance share one of these."""
    found = level = {name}
    for _slip in range(most):
        level = {word[:at] + word[at + 1 :] for word in level for at in range(len(word))}
        found = found | level
    return found


def alike(names=None):
    """[(Topic, Topic, name, name)] of topics with names or aliases that differ by a plural or by a slip of the pen.

    names: [(compared name, Topic)]; None for the whole vocabulary. Names are not compared each with each: only those that share a shortened
    form.
    """
    if names is None:
        names = [(topic.normalised, topic) for topic in Topic.objects.all()]
        names += [(alias.normalised, alias.topic) for alias in TopicAlias.objects.select_related("topic")]
    groups = defaultdict(set)
    for number, (name, _topic) in enumerate(names):
        plain = singular(name)
        for form in _shortened(plain, slips_allowed(plain)):
            groups[form].add(number)
    pairs = {pair for numbers in groups.values() for pair in combinations(sorted(numbers), 2)}
    found = {}
    for one, other in sorted(pairs):
        (name, topic), (second, another) = names[one], names[other]
        most = min(slips_allowed(singular(name)), slips_allowed(singular(second)))
        if topic != another and distance(singular(name), singular(second), most) <= most:
            found.setdefault(frozenset((topic.pk, another.pk)), (topic, another, name, second))
    return sorted(found.values(), key=lambda row: (row[2], row[3]))


def without_topics(user):
    """Entries whose draft a person may see and carries no topic, by title."""
    tagged = TaggedEntry.objects.filter(content_object=OuterRef("pk"))
    bare = Entry.objects.filter(~Exists(tagged)).visible_to(user)
    return list(bare.order_by("normalised_title", "pk")[:MOST_LISTED])


def unlinked(user):
    """Live entries to which no other page leads, by title, each with `hidden`: whether its new draft is hidden from a person."""
    return list(
        PublicEntry.objects.orphans()
        .for_list()
        .annotate(hidden=is_hidden(user))
        .order_by("sort_key", "pk")[:MOST_LISTED]
    )
