"""Topics in forms: plain text, one name on each line or with commas between, completed while typing where scripts run."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.urls import reverse_lazy
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.forms import EntryForm
from publishing.names import normalise

from .completion import nearest
from .models import Topic
from .vocabulary import find

LONGEST_TEXT = 10_000
MOST_TOPICS = 100
MOST_NAMED = 5


class TopicNames(forms.Textarea):
    """A plain text field; `static/js/topic-picker.js` completes names in it."""

    def __init__(self, attrs=None):
        super().__init__(
            {
                "rows": 3,
                "class": "topic-names",
                "spellcheck": "false",
                "autocomplete": "off",
                "data-topic-picker": reverse_lazy("admin:topics_topic_complete"),
                "data-found": gettext_lazy("topics fit. Arrow keys choose, Enter takes."),
                "data-none": gettext_lazy("No topic fits."),
                "data-taken": gettext_lazy("taken"),
                **(attrs or {}),
            }
        )

    class Media:
        js = [Script("js/topic-picker.js", type="module")]


def written_names(text):
    """[[name, ...]] for each line of the text: the whole line first, as a name may have a comma, then what stands between commas."""
    return [[line, *line.split(",")] for line in text.splitlines() if normalise(line)]


class TopicsField(forms.Field):
    """Topics by name or alias; cleaned to a list of Topics, each once. An unknown name is refused with the nearest ones."""

    widget = TopicNames

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "label": gettext_lazy("Topics"), **kwargs})

    def prepare_value(self, value):
        """Text as it was typed; Topics as their names, one on each line."""
        return value if isinstance(value, str) or value is None else "\n".join(topic.name for topic in value)

    def has_changed(self, initial, data):
        return self._plain(self.prepare_value(initial)) != self._plain(data)

    @staticmethod
    def _plain(text):
        return {plain for line in (text or "").splitlines() for part in line.split(",") if (plain := normalise(part))}

    def clean(self, value):
        text = value or ""
        if len(text) > LONGEST_TEXT:
            raise ValidationError(_("This is too long to be names of topics."))
        lines = written_names(text)
        found = find({name for line in lines for name in line})
        topics, unknown = {}, {}
        for whole, *parts in lines:
            for name in [whole] if normalise(whole) in found else parts:
                plain = normalise(name)
                if plain in found:
                    topics[found[plain].pk] = found[plain]
                elif plain:
                    unknown.setdefault(plain, name.strip())
        self._refuse(list(unknown.values()), len(topics))
        if self.required and not topics:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(topics.values())

    @staticmethod
    def _refuse(unknown, count):
        if unknown:
            named = unknown[:MOST_NAMED]
            near = nearest(named)
            messages = [
                _("There is no topic “%(name)s”. Nearest: %(near)s.")
                % {"name": Truncator(name).chars(60), "near": ", ".join(near[name]) or _("none")}
                for name in named
            ]
            if len(unknown) > len(named):
                messages.append(_("%(n)d more names are unknown.") % {"n": len(unknown) - len(named)})
            raise ValidationError(messages)
        if count > MOST_TOPICS:
            raise ValidationError(_("At most %(most)d topics.") % {"most": MOST_TOPICS})


class TopicField(TopicsField):
    """One topic by name or alias; cleaned to a Topic."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": True, "widget": TopicNames({"rows": 1}), **kwargs})

    def clean(self, value):
        topics = super().clean(value)
        if len(topics) > 1:
            raise ValidationError(_("Name one topic only."))
        return topics[0] if topics else None


class TopicEntryForm(EntryForm):
    """The change form of an entry, with topics."""

    class Media:
        js = [Script("js/see-also-panel.js", type="module")]

    topics = TopicsField(
        help_text=gettext_lazy(
            "What the entry is about: names or aliases, one on each line. Shared topics bring entries together under “See also”."
        )
    )


class MergeForm(forms.Form):
    """Which topic another one becomes part of."""

    into = TopicField(label=gettext_lazy("Merge into"), help_text=gettext_lazy("The topic that stays."))


class SplitForm(forms.Form):
    """Which entries leave a topic, and for which other one. `target` is a Topic, unsaved if it is new, after cleaning."""

    entries = forms.MultipleChoiceField(
        label=gettext_lazy("Entries that leave"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one entry.")},
    )
    into = forms.CharField(
        label=gettext_lazy("Topic that they carry instead"),
        max_length=100,
        widget=TopicNames({"rows": 1}),
        help_text=gettext_lazy("An existing topic, or the name of a new one."),
    )
    is_new = forms.BooleanField(
        label=gettext_lazy("Make a new topic of this name"),
        required=False,
    )

    def __init__(self, *args, source, entries, may_add, **kwargs):
        super().__init__(*args, **kwargs)
        self.source, self.may_add = source, may_add
        self.fields["entries"].choices = [(str(entry.pk), entry.title) for entry in entries]
        if not may_add:
            del self.fields["is_new"]

    def clean(self):
        cleaned = super().clean()
        name = cleaned.get("into")
        if name:
            try:
                cleaned["target"] = self._target(name, cleaned.get("is_new"))
            except ValidationError as error:
                self.add_error("into", error.messages)
        return cleaned

    def _target(self, name, is_new):
        found = find([name]).get(normalise(name))
        if found == self.source:
            raise ValidationError(_("They carry this topic already. Name another one."))
        if found is None and not is_new:
            near = ", ".join(nearest([name])[name]) or _("none")
            raise ValidationError(_("There is no topic “%(name)s”. Nearest: %(near)s.") % {"name": name, "near": near})
        if found is None:
            found = Topic(name=name)
            found.full_clean(exclude=["slug"])
            found.slug = found.slug or ""
        return found
