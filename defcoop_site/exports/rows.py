"""From public rows to the rows of an export. Nothing here reads a working row, and nothing names what has no page."""

import json
from datetime import date

from django.urls import reverse

from actors.codes import cow_codes
from actors.projecting import name_of_maker
from articles.content import ArticleContent
from publishing import kinds
from publishing.content import SCHEMA, is_parts
from publishing.dates import bounds
from publishing.text import SEVERAL

from ..entry_data import EDITORIAL, keys_in


def _days(text):
    """(text, first day, last day) of a date text; no days for an unknown one."""
    found = bounds(text)
    if found is None or found[0] == date.min:
        return text, None, None
    return text, found[0].isoformat(), found[1].isoformat()


class Content:
    """What contents say to the public. keys: of all entries that have a page; topics: {key: name} of all there are; merged: {key: key}.

    named: the keys of topics that were met so far.
    """

    def __init__(self, keys, topics, merged):
        self.keys, self.topics, self.merged, self.named = keys, topics, merged, set()

    def topic_keys(self, keys):
        """Those of the topics that are there, under their present keys."""
        present = sorted({key for key in (self.merged.get(key, key) for key in keys) if key in self.topics})
        self.named.update(present)
        return present

    def public(self, version):
        """(the content of a PublicVersion as its dataclass, its JSON without what readers were not told).

        Pins, exclusions and links to what has no page go, and so do the labels of pins and exclusions: a title may be a draft's.
        """
        content = kinds.get(version.kind).content.from_json(version.content, version.schema)
        data = content.to_json()
        for name in ("pins", "exclusions"):
            data[name] = [key for key in data[name] if key in self.keys]
        for name in ("links", "first_mentions"):
            data[name] = {words: key for words, key in data[name].items() if key == SEVERAL or key in self.keys}
        data["topics"] = self.topic_keys(data["topics"])
        for name, parts in data.items():
            if is_parts(parts):
                data[name] = [
                    {**part, "topics": self.topic_keys(part["topics"])} if "topics" in part else part for part in parts
                ]
        shown = set(keys_in({name: value for name, value in data.items() if name not in EDITORIAL}))
        labels = {key: label for key, label in data["labels"].items() if key in shown}
        data["labels"] = labels | {key: self.topics[key] for key in data["topics"]}
        return content, data

    def known(self, key):
        """The key of an entry that has a page, or None."""
        return key if key in self.keys else None


def rows_of(contents, entry, versions):
    """(name of a table, row) for all that one PublicEntry gives. contents: a Content; versions: its PublicVersions in order."""
    key = str(entry.pk)
    yield (
        "entries",
        (
            key,
            entry.kind,
            entry.slug,
            entry.get_absolute_url(),
            entry.title,
            entry.language,
            entry.summary,
            entry.category,
            entry.version,
            entry.withdrawn,
            entry.featured,
            entry.first_published_at.isoformat(),
            entry.revised_at.isoformat(),
            entry.checked_on.isoformat() if entry.checked_on else None,
        ),
    )
    for version in versions:
        content, data = contents.public(version)
        yield (
            "versions",
            (
                key,
                version.number,
                version.slug,
                reverse(f"{version.kind}_version", args=[version.slug, version.number]),
                content.title,
                version.note,
                version.is_minor,
                version.published_at.isoformat(),
                SCHEMA,
                json.dumps(data, ensure_ascii=False, separators=(",", ":")),
            ),
        )
    yield from _common(key, content)
    # What is withdrawn takes part in nothing any more: its versions say what it said.
    if not entry.withdrawn:
        yield from OF_KIND[entry.kind](contents, key, content)


def _common(key, content):
    for position, name in enumerate(content.aliases):
        yield "aliases", (key, position, name)
    for source, cited in content.sources.items():
        yield "citations", (key, source)
        facts = (cited.title, cited.author, cited.publisher, *_days(cited.date))
        yield "sources", (source, *facts, cited.url, cited.archive_url, cited.kind)
    for image, shown in content.images.items():
        terms = (shown.credit, shown.licence, shown.licence_terms, shown.source_url)
        yield "images", (image, shown.digest, shown.width, shown.height, *terms)
    if isinstance(content, ArticleContent):
        texts = [(None, 0, "", content.introduction)]
        texts += [(part.key, part.level, part.title, part.body) for part in content.sections]
    else:
        texts = [(None, 0, "", content.body)]
    for position, text in enumerate(texts):
        if any(text):
            yield "sections", (key, position, *text)


def _source(key, locator):
    return (key or None, locator if key else "")


def _actor(contents, key, content):
    yield (
        "actors",
        (
            key,
            content.actor_kind,
            content.official_name,
            content.region,
            content.iso3,
            cow_codes(content.slug, content.iso3),
            *_days(content.founded),
            *_days(content.dissolved),
            content.seat,
            content.website,
            content.wikidata,
            contents.known(content.part_of),
            contents.known(content.constituent_agreement),
            *_source(content.facts_source, content.facts_locator),
        ),
    )
    for part in content.former_names:
        days = (*_days(part.since), *_days(part.until))
        yield "former_names", (key, part.position, part.name, *days, *_source(part.source, part.locator))
    for predecessor in filter(contents.known, content.predecessors):
        yield "predecessors", (key, predecessor)


def _agreement(contents, key, content):
    yield (
        "agreements",
        (
            key,
            content.agreement_type,
            content.legal_force,
            content.scope,
            *_days(content.adopted),
            *_days(content.opened),
            *_days(content.signed),
            content.place,
            *_days(content.provisional),
            *_days(content.in_force),
            *_days(content.suspended),
            *_days(content.suspension_ended),
            *_days(content.terminated),
            content.termination_cause,
            content.entry_into_force_rule,
            content.withdrawal_rule,
            content.activity,
            content.confidence,
            content.depositary,
            content.languages,
            content.registration,
            contents.known(content.amends),
            contents.known(content.superseded_by),
            content.disputed,
            content.other_reading,
            content.dispute,
            content.text_source or None,
            *_source(content.facts_source, content.facts_locator),
        ),
    )
    for part in content.participations:
        yield "participations", _participation(contents, key, content, part)
    for part in content.obligations:
        yield "obligations", _obligation(contents, key, part)
    for part in content.statements:
        yield "statements", _statement(contents, key, content, part)


def _participation(contents, key, content, part):
    return (
        part.key,
        key,
        part.position,
        contents.known(part.actor),
        part.name_used or content.labels.get(part.actor, ""),
        part.role,
        *_days(part.signed),
        *_days(part.ratified),
        *_days(part.consent),
        part.consent_means,
        *_days(part.provisional),
        *_days(part.in_force),
        *_days(part.suspended),
        *_days(part.suspension_ended),
        *_days(part.notice),
        *_days(part.ended),
        part.ended_means,
        part.disputed,
        part.other_reading,
        part.dispute,
        part.note,
        *_source(part.source, part.locator),
    )


def _obligation(contents, key, part):
    return (
        part.key,
        key,
        part.position,
        part.kind,
        part.article,
        part.description,
        part.condition,
        part.discretionary,
        part.automatic,
        part.area,
        part.decided_by,
        contents.known(part.owed_by),
        contents.known(part.owed_to),
        *_source(part.source, part.locator),
    )


def _statement(contents, key, content, part):
    return (
        part.key,
        key,
        part.position,
        contents.known(part.actor),
        name_of_maker(content, part),
        part.kind,
        part.article,
        *_days(part.made),
        *_days(part.withdrawn),
        contents.known(part.objects_to),
        part.description,
        *_source(part.source, part.locator),
    )


def _article(contents, key, content):
    return ()


OF_KIND = {"article": _article, "actor": _actor, "agreement": _agreement}
