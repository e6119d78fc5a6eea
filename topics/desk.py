"""Reading and writing the topics and See-also choices of a working entry."""

from dataclasses import dataclass

from publishing.desk import existing
from publishing.models import Entry, EntryAlias
from publishing.names import normalise

from .models import SeeAlsoChoice, TaggedEntry
from .vocabulary import Topic


@dataclass(frozen=True)
class Tied:
    """What ties an entry of any kind to others: its Topics, its aliases (names), its SeeAlsoChoices in order."""

    topics: list
    aliases: list
    choices: list

    @classmethod
    def saved(cls, row):
        """From the rows of a saved entry."""
        aliases = row.aliases.order_by("position").values_list("name", flat=True)
        return cls(list(row.topics.all()), list(aliases), list(row.see_also_choices.select_related("target")))

    @classmethod
    def posted(cls, form, parts):
        """From a valid form and its unsaved parts. Writes nothing."""
        return cls(list(form.cleaned_data["topics"]), form.cleaned_data["aliases"], parts["see_also_choices"])

    def content(self):
        """The fields of EntryContent that these give."""
        return {
            "topics": sorted(str(topic.pk) for topic in self.topics),
            "aliases": self.aliases,
            **see_also_keys(self.choices),
        }

    def labelled(self):
        """The rows whose names the snapshot keeps."""
        return [*self.topics, *(choice.target for choice in self.choices)]


def see_also_keys(choices):
    """{"pins": [...], "exclusions": [...]} as keys, from SeeAlsoChoice rows in order."""
    ordered = sorted(choices, key=lambda choice: choice.position)
    return {
        "pins": [str(choice.target_id) for choice in ordered if choice.choice == SeeAlsoChoice.Choice.PIN],
        "exclusions": [str(choice.target_id) for choice in ordered if choice.choice == SeeAlsoChoice.Choice.EXCLUSION],
    }


def write_topics(row, keys, labels, losses):
    """Make the topics of a working row what a content says."""
    row.topics.set(existing(Topic, keys, labels, losses))


def choice_rows(key, content):
    """The unsaved SeeAlsoChoices of the entry with this key."""
    wanted = [(SeeAlsoChoice.Choice.PIN, target) for target in content.pins]
    wanted += [(SeeAlsoChoice.Choice.EXCLUSION, target) for target in content.exclusions]
    return [
        SeeAlsoChoice(entry_id=key, target_id=target, choice=choice, position=place)
        for place, (choice, target) in enumerate(wanted)
    ]


def hanging_rows(key, content):
    """The unsaved rows that hang on a new entry of any kind: its aliases, topics and See-also choices."""
    names = {normalise(name): name.strip() for name in reversed(content.aliases)}
    aliases = [
        EntryAlias(entry_id=key, position=place, name=name, normalised=plain)
        for place, (plain, name) in enumerate(reversed(names.items()))
    ]
    tagged = [TaggedEntry(tag_id=topic, content_object_id=key) for topic in content.topics]
    return [*aliases, *tagged, *choice_rows(key, content)]


def write_see_also(row, content, losses):
    """Make the See-also choices of a working entry what a content says."""
    wanted = [*content.pins, *content.exclusions]
    targets = {str(entry.pk) for entry in existing(Entry, wanted, content.labels, losses)}
    row.see_also_choices.all().delete()
    SeeAlsoChoice.objects.bulk_create(
        [choice for choice in choice_rows(row.pk, content) if str(choice.target_id) in targets]
    )
