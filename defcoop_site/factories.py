"""Records for tests: each fills in all that the test is not about."""

import io
from itertools import count

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image as Drawing

from actors.models import Actor, Agreement, FormerName, Obligation, Participation, Statement
from articles.models import Article, Section
from publishing.models import Image, Source
from publishing.pictures import read_picture
from publishing.publication import publish
from publishing.snapshots import take_snapshot
from topics.vocabulary import Topic

_numbers = count(1)


def make_topic(name=None, **fields):
    topic = Topic(name=name or f"topic {next(_numbers)}", **fields)
    topic.save()
    return topic


def make_source(key=None, **fields):
    key = key or f"source-{next(_numbers)}"
    return Source.objects.create(
        key=key, **{"title": f"Title of {key}", "url": f"https://example.org/{key}", "kind": "text", **fields}
    )


def picture_file(form="PNG", *, size=(120, 80), colour="navy", mode="RGB", **options):
    """An image file of one colour, as an upload."""
    written = io.BytesIO()
    Drawing.new(mode, size, colour).save(written, form, **options)
    return ContentFile(written.getvalue(), name=f"picture.{form.lower()}")


def make_image(key=None, *, file=None, **fields):
    """An image with its files stored, credited and licensed."""
    key = key or f"image-{next(_numbers)}"
    values = {"title": f"Title of {key}", "credit": "A. Photographer", "licence": "cc-by-4.0", **fields}
    image = Image(key=key, **values)
    image.take(read_picture(file or picture_file()), None, timezone.now())
    image.save()
    return image


def _entry(model, topics, fields):
    number = next(_numbers)
    defaults = {
        "title": f"{model.KIND.capitalize()} {number}",
        "slug": f"{model.KIND}-{number}",
        "summary": f"What {model.KIND} {number} is.",
    }
    row = model.objects.create(**{**defaults, **fields})
    row.topics.set(topics)
    return row


def make_article(*, topics=(), sections=(), **fields):
    """A working article. sections: [{title, body, level, topics}]."""
    article = _entry(Article, topics, fields)
    for position, section in enumerate(sections, 1):
        values = {"title": f"Section {position}", "body": "Text.", **section}
        own_topics = values.pop("topics", ())
        Section.objects.create(article=article, position=position * 10, **values).topics.set(own_topics)
    return article


def make_actor(*, topics=(), former_names=(), **fields):
    """A working actor. former_names: mappings of columns of FormerName, the oldest first."""
    actor = _entry(Actor, topics, {"actor_kind": "state", "region": "europe", **fields})
    for position, values in enumerate(former_names, 1):
        FormerName.objects.create(owner=actor, position=position * 10, **values)
    return actor


def make_agreement(*, topics=(), parties=(), obligations=(), statements=(), **fields):
    """A working agreement.

    parties: Actors, or mappings with `actor` and other columns of Participation; obligations: kinds, or mappings of columns of Obligation;
    statements: mappings with `actor` and other columns of Statement.
    """
    agreement = _entry(
        Agreement, topics, {"agreement_type": "alliance", "legal_force": "binding", "scope": "regional", **fields}
    )
    has_parts = parties or obligations or statements
    source = Source.objects.filter(key="treaty").first() or make_source("treaty") if has_parts else None
    for position, obligation in enumerate(obligations, 1):
        values = obligation if isinstance(obligation, dict) else {"kind": obligation}
        defaults = {"description": f"What {values['kind']} means.", "source": source, "position": position * 10}
        Obligation.objects.create(agreement=agreement, **{**defaults, **values})
    for position, party in enumerate(parties, 1):
        values = party if isinstance(party, dict) else {"actor": party}
        Participation.objects.create(
            agreement=agreement, position=position * 10, **{"role": "original-party", "source": source, **values}
        )
    for position, statement in enumerate(statements, 1):
        defaults = {"kind": "reservation", "made": "1949", "description": "What it says.", "source": source}
        Statement.objects.create(agreement=agreement, position=position * 10, **{**defaults, **statement})
    return agreement


def publish_now(row, **options):
    """Snapshot a working row and publish it. Returns the row as it now is."""
    publish(take_snapshot(row), **{"note": "What changed", **options})
    return type(row).objects.get(pk=row.pk)
