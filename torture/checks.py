"""What must hold at the end, whatever happened before. Each check gives sentences, none where it holds."""

from publishing import kinds
from publishing.check import check_public
from publishing.content import digest
from publishing.models import Entry, Snapshot
from publishing.public import PublicVersion
from publishing.rows import working_row
from publishing.snapshots import content_of


def losses(promised):
    """Saves and publications that were answered and are not there. promised: {entry key: (tokens saved, tokens published)}."""
    for key, (saved, published) in promised.items():
        kept = "\n".join(
            str(content) for content in Snapshot.objects.filter(entry=key).values_list("content", flat=True)
        )
        shown = "\n".join(
            str(content) for content in PublicVersion.objects.filter(entry_id=key).values_list("content", flat=True)
        )
        yield from (f"{token} was saved and is in no snapshot" for token in saved if token not in kept)
        yield from (f"{token} was published and is in no version" for token in published if token not in shown)


def halves():
    """Entries of which something was saved and something not: their rows are not what their newest snapshot says, or a number is left out."""
    for entry in Entry.objects.select_related("head__entry"):
        row = working_row(entry)
        says = digest(kinds.get(entry.kind).desk.from_rows(row).to_json())
        # The newest snapshot may name a topic that was merged since: it is read with the other's key.
        if says not in (entry.head.digest, digest(content_of(entry.head).to_json())):
            yield f"{entry}: its rows are not what snapshot {entry.head.number} says"
        numbers = list(entry.snapshots.order_by("number").values_list("number", flat=True))
        if numbers != list(range(1, len(numbers) + 1)) or entry.head.number != len(numbers):
            yield f"{entry}: its snapshots are {numbers}, its newest is {entry.head.number}"


def faults(promised):
    return [*losses(promised), *halves(), *check_public()]
