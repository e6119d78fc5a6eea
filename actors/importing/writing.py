"""From a Reading to entries: first a plan, which writes nothing, then the plan's deeds, a batch in each transaction.

A batch and its ImportedRecords are written together, so that a run that was cut short is taken up by running it again.
"""

from dataclasses import dataclass, field
from itertools import chain

from django.db import transaction
from django.utils.translation import gettext as _

from publishing.bulk import NewEntry, gather_statistics, rebuild_tallies, write_new
from publishing.checks import blocking
from publishing.content import SourceContent
from publishing.dates import certainly_before
from publishing.desk import batched
from publishing.models import Entry, Source
from publishing.names import address
from publishing.public import PublicVersion, Redirect
from publishing.publication import publish
from publishing.snapshots import take_snapshot

from ..desk import AgreementDesk, new_actor, new_agreement
from ..imported import ImportedRecord
from ..models import Actor, Agreement
from .contents import COW, ISO, agreement_content, record_digest, state_content
from .matching import Likely, known_agreements
from .reading import Problem
from .records import key_of

BATCH, PARTIES = 250, 2000  # at most so many records and parties in one transaction: what bounds the memory
STATES = "states"


@dataclass
class Plan:
    """What a run would do. new and changed: Records; publish: keys of drafts of an earlier run; the rest is told."""

    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    publish: list = field(default_factory=list)
    states: list = field(default_factory=list)
    same: int = 0
    known: list = field(default_factory=list)
    doubtful: list = field(default_factory=list)
    conflicts: list = field(default_factory=list)
    problems: list = field(default_factory=list)


class Importer:
    """One run for one data set."""

    def __init__(self, data_set, states, *, publishing=False, take_doubtful=None):
        """publishing: whether to publish; take_doubtful: ids of doubtful records that are imported all the same; all where
        the list is empty, none where it is None."""
        self.data_set, self.states = data_set, states
        self.publishing, self.take_doubtful = publishing, take_doubtful
        rows = ImportedRecord.objects.filter(data_set=data_set.name).select_related("entry__head")
        # Of a head the digest is enough; all contents together would not fit into the memory that an import may take.
        self.done = {row.record: row for row in rows.defer("entry__head__content")}
        self.trashed = set(Entry.objects.exclude(trashed=None).values_list("pk", flat=True))
        self.known, self.others = known_agreements(data_set.name)

    def plan(self, reading):
        """The Plan for a Reading. Writes nothing."""
        plan = Plan(problems=list(reading.problems))
        self.likely = Likely({row.entry_id for row in self.done.values()})
        self.coming = {}
        for record in reading.records:
            self._place(record, plan)
        used = {part["actor"] for record in [*plan.new, *plan.changed] for part in record.parties}
        plan.states = self.states.to_make(used)
        if self.publishing:
            made = ImportedRecord.objects.filter(data_set=STATES).select_related("entry__head")
            plan.publish[:0] = [row.entry_id for row in made if self._is_own_draft(row)]
        return plan

    def _is_own_draft(self, done):
        """Whether an entry is a draft that an import made and nobody has touched since."""
        entry = done.entry
        is_draft = entry.state == Entry.State.DRAFT and entry.pk not in self.trashed
        return is_draft and entry.head.digest == done.written_digest

    def _place(self, record, plan):
        """Put a record where it belongs in the plan."""
        if record.id in self.known:
            plan.known.append(f"{record.where}: {record.id} is “{self.known[record.id].title}”, which stays as it is.")
            self.coming[record.id] = str(self.known[record.id].pk)
            return
        done = self.done.get(record.id)
        if done:
            self.coming[record.id] = str(done.entry_id)
            self._place_again(record, done, plan)
            return
        content = self._content(record)
        reasons = _faults(content)
        if reasons:
            plan.problems.append(Problem(record.where, f"{record.id}: {' '.join(reasons)}"))
            return
        same = self.likely.same(record.days, {part.actor for part in content.participations})
        if same and not self._is_taken(record):
            titles = "”, “".join(same)
            plan.doubtful.append(
                f"{record.where}: {record.id}, “{record.values['title']}” is probably the same as “{titles}”."
            )
            return
        self.coming[record.id] = str(key_of(self.data_set.name, record.id))
        plan.new.append(record)

    def _is_taken(self, record):
        """Whether a record is imported although another agreement is like it."""
        wanted = self.take_doubtful
        return record.id in self.others or (wanted is not None and (not wanted or record.id in wanted))

    def _place_again(self, record, done, plan):
        content = self._content(record)
        if done.record_digest == record_digest(content.to_json()):
            plan.same += 1
            if self.publishing and self._is_own_draft(done):
                plan.publish.append(done.entry_id)
        elif done.entry_id in self.trashed:
            plan.conflicts.append(
                f"{record.where}: {record.id} has changed in the file; “{done.entry}” is in the trash."
            )
        elif done.entry.head.digest != done.written_digest:
            plan.conflicts.append(
                f"{record.where}: {record.id} has changed in the file; somebody has changed “{done.entry}” since, and it stays."
            )
        elif reasons := _faults(content):
            plan.problems.append(Problem(record.where, f"{record.id}: {' '.join(reasons)}"))
        else:
            plan.changed.append(record)

    def _content(self, record):
        return agreement_content(self.data_set, record, self.states, self.coming.get(record.parent, ""))

    def run(self, plan, say=lambda done, of: None):
        """Do what a plan says. say(done, of) is told of the progress, in records."""
        self.likely = None
        of, done = len(plan.new) + len(plan.changed) + len(plan.publish), 0
        self._write_sources()
        self._write_states(plan.states)
        # Both without holding rows: names for the pages, and addresses that are free.
        self.titles = self._titles(plan)
        self.taken = _taken_addresses(Agreement.KIND)
        for batch, deed in chain(
            ((batch, self._write_new) for batch in _batches(plan.new)),
            ((batch, self._write_changed) for batch in _batches(plan.changed)),
            ((batch, self._publish) for batch in batched(plan.publish, BATCH)),
        ):
            deed(batch)
            done += len(batch)
            say(done, of)
        if done:
            gather_statistics()

    def _titles(self, plan):
        """{key as text: title} of all actors and of the agreements that others amend, also of those that are still to come."""
        titles = {self.coming[record.id]: record.values["title"] for record in plan.new}
        amended = {self.coming[record.parent] for record in [*plan.new, *plan.changed] if record.parent in self.coming}
        for rows in (Actor.objects, Agreement.objects.filter(pk__in=amended)):
            titles |= {str(key): title for key, title in rows.values_list("pk", "title")}
        return titles

    @transaction.atomic
    def _write_sources(self):
        for cited in (self.data_set, ISO, COW):
            Source.objects.get_or_create(key=cited.source, defaults=vars(cited.cited))
        rows = Source.objects.filter(key__in=[self.data_set.source, ISO.source, COW.source])
        self.source_rows = {row.key: row.pk for row in rows}
        self.sources = {
            row.key: SourceContent(**{name: getattr(row, name) for name in vars(self.data_set.cited)}) for row in rows
        }

    @transaction.atomic
    def _write_states(self, states):
        taken = _taken_addresses(Actor.KIND)
        new = []
        for state in states:
            content = state_content(state)
            content.slug = _free(content.slug, taken)
            content.sources = {content.facts_source: self.sources[content.facts_source]}
            new.append(NewEntry(content, *new_actor(key_of("state", state.slug), content, self.source_rows)))
        self._write_entries(STATES, [(state.slug, item) for state, item in zip(states, new, strict=True)])

    @transaction.atomic
    def _write_new(self, records):
        new = []
        for record in records:
            content = self._dressed(record, _free(address(record.values["title"]), self.taken))
            row = new_agreement(key_of(self.data_set.name, record.id), content, self.source_rows)
            new.append((record.id, NewEntry(content, *row)))
        self._write_entries(self.data_set.name, new)

    def _write_entries(self, data_set, new):
        snapshots = write_new(
            [item for _id, item in new],
            publish=self.publishing,
            summary=_("Imported from %(source)s") % {"source": data_set},
        )
        if self.publishing and new:
            rebuild_tallies()
        ImportedRecord.objects.bulk_create(
            [
                ImportedRecord(
                    data_set=data_set,
                    record=name,
                    entry_id=item.row.id,
                    record_digest=record_digest(snapshots[item.row.id].content),
                    written_digest=snapshots[item.row.id].digest,
                )
                for name, item in new
            ]
        )

    def _dressed(self, record, slug):
        """A record's content with all that a snapshot keeps."""
        content = self._content(record)
        content.slug = slug
        content.sources = {key: self.sources[key] for key in content.source_keys()}
        named = [part.actor for part in content.participations] + [part.owed_by for part in content.obligations]
        content.labels = {key: self.titles[key] for key in named if key}
        if content.amends:
            content.labels[content.amends] = self.titles[content.amends]
        return content

    @transaction.atomic
    def _write_changed(self, records):
        for record in records:
            done = self.done[record.id]
            row = Agreement.objects.get(pk=done.entry_id)
            content = self._dressed(record, row.slug)
            AgreementDesk.to_rows(row, content)
            snapshot = take_snapshot(
                Agreement.objects.get(pk=row.pk), summary=_("Changed in %(source)s") % {"source": self.data_set.name}
            )
            if self.publishing:
                publish(snapshot, note=_("Follows a change in the data set."), minor=row.live_id is not None)
            done.record_digest, done.written_digest = record_digest(content.to_json()), snapshot.digest
            done.save()

    @transaction.atomic
    def _publish(self, keys):
        for entry in Entry.objects.filter(pk__in=keys).select_related("head"):
            publish(entry.head, note=_("First published"))


def _batches(records):
    """The records in lists, in their order."""
    batch, parties = [], 0
    for record in records:
        if batch and (len(batch) == BATCH or parties + len(record.parties) > PARTIES):
            yield batch
            batch, parties = [], 0
        batch.append(record)
        parties += len(record.parties)
    if batch:
        yield batch


def _faults(content):
    """Why a content can be no entry: what keeps it from being published, and dates in an impossible order."""
    reasons = blocking(Agreement.KIND, _addressed(content))
    if certainly_before(content.in_force, content.signed):
        reasons.append(f"In force ({content.in_force}) before it was signed ({content.signed}).")
    return reasons


def _addressed(content):
    content.slug = "to-come"
    return content


def _taken_addresses(kind):
    """Every address that an entry of this kind has or had."""
    taken = set(Entry.objects.filter(kind=kind).values_list("slug", flat=True))
    for model in (PublicVersion, Redirect):
        taken |= set(model.objects.filter(kind=kind).values_list("slug", flat=True))
    return taken


def _free(slug, taken):
    """The address, with a number where it is taken; from now on it is."""
    slug, number = slug or "agreement", 1
    found = slug
    while found in taken:
        number += 1
        found = f"{slug[:74].rstrip('-')}-{number}"
    taken.add(found)
    return found
