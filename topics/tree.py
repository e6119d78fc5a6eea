"""What follows when topics come to stand elsewhere in the tree: the entries that they gather leave the topics that stood above and come to those that
do now, in the same transaction.

Only rows of topics change, as no page says what stands above a topic that it carries. They may be of tens of thousands of entries: each step is
for all of them at once.
"""

from collections import Counter

from django.db import connection

from publishing.inserting import insert
from publishing.publication import raise_generation
from publishing.search_words import TOPIC, WHOLE

from . import frequent
from .public import PublicCombination, PublicTagging, TopicPair, TopicTally, pair_keys, split_marks
from .sql import adapt, as_text, keys_sql, listed, numbered, numbers_sql
from .tallies import change
from .vocabulary import Topic, at_or_below, lines_above

# Entries are meant by their taggings (`here`), and the place is a topic that stood or stands above the moved ones. What entries carry beside the
# place stands with it under a number where See also never looks (`pair_keys`).
PARTS = {
    "{leaving}": """here.topic_id = %s AND NOT here.own AND here.entry_id IN ({gathered}) AND NOT {carrying}""",
    "{coming}": """here.topic_id IN ({keys}) AND {carrying} AND NOT EXISTS (SELECT 1 FROM topics_publictagging AS there
        WHERE there.entry_id = here.entry_id AND there.topic_id = %s)""",
    "{gathered}": "SELECT entry_id FROM topics_publictagging WHERE topic_id IN ({keys})",
    "{carrying}": """EXISTS (SELECT 1 FROM topics_publictagging AS carried
        WHERE carried.entry_id = here.entry_id AND carried.own AND carried.topic_id IN ({keys}))""",
}
FORGET_COMBINATIONS = """
    DELETE FROM topics_publiccombination WHERE combination IN ({numbers})
        AND entry_id IN (SELECT here.entry_id FROM topics_publictagging AS here WHERE {leaving})"""
BESIDE = """
    SELECT other.entry_id, other.topic_id, entry.topic_count
    FROM topics_publictagging AS other JOIN publishing_publicentry AS entry ON entry.id = other.entry_id
    WHERE other.entry_id IN (SELECT here.entry_id FROM topics_publictagging AS here WHERE {coming})"""
FORGET_TAGGINGS = "DELETE FROM topics_publictagging AS here WHERE {leaving}"
ADD_TAGGINGS = """
    INSERT INTO topics_publictagging (entry_id, topic_id, kind, sort_key, own)
    SELECT DISTINCT here.entry_id, place.id, here.kind, here.sort_key, FALSE
    FROM topics_publictagging AS here CROSS JOIN topics_topic AS place WHERE place.id = %s AND {coming}"""
# The mark of its kind stands first; `marks` are of the topics under which it stands now.
LIST_ANEW = """
    UPDATE topics_publictopiclist SET marks = substr(marks, 1, 16) || ({marks})
    WHERE entry_id IN ({gathered})"""
MARKS = {
    "sqlite": """SELECT group_concat(mark, '') FROM (
        SELECT substr(carried.topic_id, 1, 16) AS mark FROM topics_publictagging AS carried
        WHERE carried.entry_id = topics_publictopiclist.entry_id ORDER BY carried.topic_id)""",
    "postgresql": """SELECT string_agg(substr(replace(carried.topic_id::text, '-', ''), 1, 16), '' ORDER BY carried.topic_id)
        FROM topics_publictagging AS carried WHERE carried.entry_id = topics_publictopiclist.entry_id""",
}
# The token of its kind stands first, then those of the topics under which it stands, then those of its names.
FOUND_ANEW = """
    UPDATE publishing_publicsearch SET tokens = substr(tokens, 1, {first_space}) || ({topics}) || substr(tokens, {first_name})
    WHERE entry_id IN ({gathered})"""
TOKENS = {
    "sqlite": {
        "{first_space}": "instr(tokens, ' ')",
        "{first_name}": "instr(tokens, %s)",
        "{topics}": """SELECT group_concat(token, ' ') FROM (
            SELECT %s || carried.topic_id AS token FROM topics_publictagging AS carried
            WHERE carried.entry_id = publishing_publicsearch.entry_id ORDER BY carried.topic_id)""",
    },
    "postgresql": {
        "{first_space}": "strpos(tokens, ' ')",
        "{first_name}": "strpos(tokens, %s)",
        "{topics}": """SELECT string_agg(%s || replace(carried.topic_id::text, '-', ''), ' ' ORDER BY carried.topic_id)
            FROM topics_publictagging AS carried WHERE carried.entry_id = publishing_publicsearch.entry_id""",
    },
}
COUNTS = """
    SELECT here.topic_id, here.kind, COUNT(*) FROM topics_publictagging AS here
    WHERE here.topic_id IN ({keys}) AND here.entry_id IN ({gathered}) GROUP BY here.topic_id, here.kind"""
LISTS = "SELECT marks FROM topics_publictopiclist WHERE entry_id IN ({gathered})"
PAIRS = """
    SELECT here.topic_id, other.topic_id, COUNT(*) FROM topics_publictagging AS here
        JOIN topics_publictagging AS other ON other.entry_id = here.entry_id AND other.topic_id <> here.topic_id
    WHERE here.topic_id IN ({keys}) AND here.entry_id IN ({gathered}) GROUP BY here.topic_id, other.topic_id"""


def line_of(topic):
    """The keys, as text, of a topic (its key) and those above it; none for None."""
    return {str(topic), *lines_above([topic])[str(topic)]} if topic else set()


def move_entries(moved, was_under, is_under):
    """Put what topics gather where these stand now. Called in the transaction that moved them, before a topic that they left is deleted.

    moved: their keys; was_under, is_under: the `line_of` of what they stood under, and of what they stand under now.
    """
    raise_generation()
    left, reached = was_under - is_under, is_under - was_under
    places = [*left, *reached]
    before = _counted(moved, places)
    for place in left:
        _leave(moved, place)
    for place in reached:
        _reach(moved, place)
    if places:
        _execute(LIST_ANEW, [listed(moved)])
        _execute(FOUND_ANEW, [TOPIC, f" {WHOLE}", listed(moved)])
    change(before, _counted(moved, places))


def _leave(moved, place):
    leaving = [adapt(place), listed(moved), listed(_below(place))]
    _execute(FORGET_COMBINATIONS, [numbered(_numbers(place).values()), *leaving])
    _execute(FORGET_TAGGINGS, leaving)


def _reach(moved, place):
    coming = [listed(moved), listed(_below(place)), adapt(place)]
    numbers = _numbers(place)
    # Through this process: SQLite would look through all the numbers for each row that it joins them to.
    beside = _execute(BESIDE, coming)
    insert(
        PublicCombination,
        (
            PublicCombination(combination=numbers[as_text(other)], topic_count=topic_count, entry_id=as_text(entry))
            for entry, other, topic_count in beside
        ),
    )
    _execute(ADD_TAGGINGS, [adapt(place), *coming])


def _below(place):
    return list(Topic.objects.filter(at_or_below([place])).exclude(pk=place).values_list("pk", flat=True))


def _numbers(place):
    """{topic: the number under which entries stand that carry it beside the place}."""
    others = Topic.objects.exclude(pk=place).values_list("pk", flat=True)
    return {str(other): pair_keys(place, str(other))[1] for other in others}


def _counted(moved, places):
    """What the gathered entries add to the counts of the places, as `tallies.tallied` has it."""
    found, parameters = Counter(), [listed(places), listed(moved)]
    to_python = PublicTagging._meta.get_field("topic").target_field.to_python
    for place, kind, entries in _execute(COUNTS, parameters):
        found[TopicTally, to_python(place), kind, True] = entries
    for place, other, entries in _execute(PAIRS, parameters):
        place, other = to_python(place), to_python(other)
        found[TopicPair, place, other] = found[TopicPair, other, place] = entries
    lists = _execute(LISTS, [listed(moved)]) if places else []
    return found + frequent.added(split_marks(marks) for [marks] in lists)


def _execute(sql, parameters):
    """The rows that a statement gives, if any."""
    words = {"{marks}": MARKS[connection.vendor], **TOKENS[connection.vendor]}
    for name, part in {**PARTS, **words, "{keys}": keys_sql(), "{numbers}": numbers_sql()}.items():
        sql = sql.replace(name, part)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []
