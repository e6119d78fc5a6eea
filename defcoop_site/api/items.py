"""Public rows as the API writes them."""

from django.urls import reverse

from actors.as_of import as_known
from actors.codes import cow_codes
from publishing import kinds


def entry_address(request, entry, *more):
    """The address of an entry in the API. more: parts behind it."""
    parts = "/".join([kinds.get(entry.kind).section, entry.slug, *map(str, more)])
    return request.build_absolute_uri(f"{reverse('api:api-root')}{parts}")


def page_address(request, row):
    """The address of a row's page, of today whatever day is asked for."""
    return request.build_absolute_uri(row.get_absolute_url().partition("?")[0])


def topic_reference(request, topic):
    return {"name": topic.name, "slug": topic.slug, "url": page_address(request, topic)}


def entry_line(request, entry):
    """What everything that finds entries shows of each."""
    return {
        "id": str(entry.pk),
        "kind": entry.kind,
        "slug": entry.slug,
        "title": entry.title,
        "url": page_address(request, entry),
        "api_url": entry_address(request, entry),
        "summary": entry.summary,
    }


def entry_item(request, entry, topics):
    """What lists show of every entry. topics: its own."""
    return {
        **entry_line(request, entry),
        "language": entry.language,
        "topics": [topic_reference(request, topic) for topic in topics],
        "version": entry.version,
        "first_published": entry.first_published_at.isoformat(),
        "revised": entry.revised_at.isoformat(),
    }


def actor_facts(actor, when):
    return {
        "actor_kind": actor.actor_kind,
        "region": actor.region,
        "iso3": actor.iso3,
        "cow": cow_codes(actor.entry.slug, actor.iso3),
        "dissolved": as_of_day(actor.dissolved, when),
    }


def agreement_facts(row, when):
    return {
        "type": row.agreement_type,
        "legal_force": row.legal_force,
        "scope": row.scope,
        "dated": as_of_day(row.dated, when),
        "in_force": as_of_day(row.in_force, when),
        "ended": as_of_day(row.terminated, when),
        "parties": row.party_count,
        "status": row.status_on(when.day),
        "source": source_of(row),
    }


def as_of_day(text, when):
    """A date text, without what came later than the day that was asked for."""
    return as_known(text, when.day) if when.text else text


def source_of(row):
    """The source of a Sourced row, or None."""
    if not row.source_title:
        return None
    return {"title": row.source_title, "locator": row.locator, "url": row.source_url}
