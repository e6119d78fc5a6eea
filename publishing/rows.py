"""From an entry's identity to the working row of its kind, and how several entries are locked."""

from django.apps import apps
from django.db import models

from .models import Entry


def model_of(kind):
    """The model of a kind's working rows."""
    return next(model for model in apps.get_models() if issubclass(model, Entry) and kind == model.KIND)


def working_row(entry):
    """The row of its kind; None where it was purged."""
    return model_of(entry.kind).objects.filter(pk=entry.pk).first()


def lock_entries(keys):
    """{key: Entry}, locked until the transaction ends: always in the same order, and before anything else is written.

    Whoever publishes holds an entry and then the generation; two who did so in turns could wait for each other for ever.
    """
    found = Entry.objects.locked().filter(pk__in=list(keys)).order_by("pk")
    return {entry.pk: entry for entry in found}


def relations_to(model):
    """Every relation by which rows elsewhere point to a model's, hidden ones too; not that of a kind to its identity."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and not getattr(relation, "parent_link", False)
        and not getattr(relation.related_model._meta, "auto_created", None)
    ]


def owners_by(relation, key):
    """The keys of the entries whose rows point to this one by a relation, not counting rows that are its own parts."""
    model, pointing = relation.related_model, relation.field
    rows = model._base_manager.filter(**{pointing.name: key})
    if issubclass(model, Entry):
        return rows.values_list("pk", flat=True)
    for field in model._meta.concrete_fields:
        remote = field.remote_field
        if remote and issubclass(remote.model, Entry) and remote.on_delete is models.CASCADE:
            return () if field == pointing else rows.values_list(field.attname, flat=True)
    return ()  # a record about entries, and no entry's part


def choosing_entries(entry):
    """The keys of the entries that have this one, whatever its kind, in a list of choices of theirs."""
    relations = [relation for relation in relations_to(Entry) if not issubclass(relation.related_model, Entry)]
    return {key for relation in relations for key in owners_by(relation, entry.pk)}
