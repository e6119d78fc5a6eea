"""Reading and writing the topics and See-also choices of a working entry."""

from dataclasses import dataclass

from publishing.desk import existing
from publishing.models import Entry

from .models import SeeAlsoChoice
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


def write_see_also(row, content, losses):
    """Make the See-also choices of a working entry what a content says."""
    wanted = [(SeeAlsoChoice.Choice.PIN, key) for key in content.pins] + [
        (SeeAlsoChoice.Choice.EXCLUSION, key) for key in content.exclusions
    ]
    targets = {
        str(entry.pk): entry for entry in existing(Entry, [key for _choice, key in wanted], content.labels, losses)
    }
    row.see_also_choices.all().delete()
    SeeAlsoChoice.objects.bulk_create(
        [
            SeeAlsoChoice(entry_id=row.pk, target=targets[key], choice=choice, position=place)
            for place, (choice, key) in enumerate(wanted)
            if key in targets
        ]
    )
