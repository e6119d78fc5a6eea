"""What an entry is found by: texts to tokens, the same for indexing and for asking.

A token is a word's stem, or something else about the entry behind a private-use character that no text has (`names.UNSEEN`). The
databases only store tokens and look them up, so both give the same answers (docs/decisions/0009-search.md).
"""

import re

from .names import normalise
from .stems import stem

BREAK = "\ue000"  # between two texts: no phrase reaches across it
NAME = "\ue001"  # the stem stands in the title or an alias
LEAD = "\ue002"  # ... there or in the standfirst
WRITTEN = "\ue003"  # a word as it is written, where its stem is another: for prefixes
NAMED = "\ue004"  # a word of the title or an alias as it is written: for completion
NEAR = "\ue005"  # a word of the title or an alias without one of its letters: for what is mistyped
KIND = "\ue006"
WHOLE = "\ue007"  # the whole title or alias
TOPIC = "\ue008"  # the key of a topic under which the entry stands
LINKED = "\ue009"  # the key of an entry to which its page leads
DECADE = "\ue00a"  # the first three digits of its year

WORD = re.compile(r"[^\W_]+")
OWNED = re.compile(r"['’]s\b")  # noqa: RUF001 - the typographic apostrophe is meant
COMPOUND = re.compile(r"\b([^\W_]+)[-\u2010-\u2013]([^\W_]+)\b")  # F-35, co-operation
LONGEST_WORD = 64
# PostgreSQL takes a megabyte of different words for one entry. Each may be stored as it is written and as its stem.
MOST_BYTES = 400_000
SHORTEST_MISTYPED = 4
SAME = {"art": "article", "arts": "articles", "defense": "defence", "defenses": "defences"}


def written(text):
    """The words of a text in its order, folded by `normalise` and otherwise as they are written."""
    plain = OWNED.sub("", normalise(text))
    return [SAME.get(word, word)[:LONGEST_WORD] for word in WORD.findall(plain)]


def joined(text):
    """The stems of what a text writes with a hyphen and others without: "F-35" is also "f35"."""
    return [stem("".join(match.groups())[:LONGEST_WORD]) for match in COMPOUND.finditer(normalise(text))]


def stems(text):
    return [stem(word) for word in written(text)]


def whole(text):
    """One token for all of a name."""
    return WHOLE + "".join(written(text))[:LONGEST_WORD]


def carried(topic):
    """One token for a topic. topic: its key as text."""
    return TOPIC + topic.replace("-", "")


def linked(entry):
    """One token for an entry that others lead to. entry: its key as text."""
    return LINKED + entry.replace("-", "")


def decade(dated):
    """[one token for the ten years of a date text]; none where the year is not known."""
    return [DECADE + dated[:3]] if dated[:4].isdecimal() else []


def near(word):
    """What is left of a word when it lacks one letter, or none: two words share some of it if a slip of the finger leads from one to the other."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _within(texts):
    """[words of each text], together no more than PostgreSQL can hold."""
    left, kept = MOST_BYTES, []
    for text in texts:
        words = []
        for word in written(text):
            left -= len(word.encode()) + 1
            if left < 0:
                break
            words.append(word)
        kept.append(words)
    return kept


def tokens(kind, names, lead, body, topics=(), links=(), dated=""):
    """The tokens of an entry in one text, separated by spaces.

    names: title and aliases; topics: keys of those under which it stands; links: keys of the entries to which its page leads; dated: a date
    text. All keys are text.
    """
    *named, in_lead, in_body = _within([*names, lead, body])
    found = [KIND + kind, *map(carried, topics), *(whole(name) for name in names), *map(linked, links), *decade(dated)]
    for mark, texts in ((NAME, named), (LEAD, [*named, in_lead]), ("", [*named, in_lead, in_body])):
        for words in texts:
            found += [*(mark + stem(word) for word in words), BREAK]
    every = dict.fromkeys(word for words in (*named, in_lead, in_body) for word in words)
    found += [WRITTEN + word for word in every if stem(word) != word]
    own = dict.fromkeys(word for words in named for word in words)
    found += [NAMED + word for word in own]
    mistyped = {part for word in own if len(word) >= SHORTEST_MISTYPED for part in near(word)}
    found += [NEAR + part for part in sorted(mistyped)]
    for mark, texts in ((NAME, names), (LEAD, [*names, lead]), ("", [*names, lead, body])):
        found += [mark + word for word in dict.fromkeys(joined(" . ".join(texts)[:MOST_BYTES]))]
    return " ".join(found)
