"""What a migration may do while the release before it still serves: that release goes on reading and writing the tables that it knows."""

from django.db import migrations
from django.db.models import NOT_PROVIDED

LEAVES = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def _steps(operations):
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from operation.database_operations
        else:
            yield operation


def _narrower(old, new):
    """Whether a column takes less than it did."""
    lengths = [field.max_length for field in (old, new)]
    shorter = None not in lengths and lengths[1] < lengths[0]
    return (old.null and not new.null) or old.get_internal_type() != new.get_internal_type() or shorter


def _faults(operation, state, room, made):
    model = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
    if isinstance(operation, LEAVES):
        yield "takes away what the release before still reads: stop using it in one release, take it away in the next"
    if isinstance(operation, migrations.AddField) and model not in made:
        field = operation.field
        if not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED):
            yield "adds a column that the release before leaves empty: give it a db_default, or let it be null"
    altered = isinstance(operation, migrations.AlterField) and model not in made
    if altered and _narrower(state.models[room, model].fields[operation.name], operation.field):
        yield "takes less than the release before writes: write the new values first, narrow in the next release"
    if isinstance(operation, migrations.AddConstraint) and model not in made:
        yield "forbids what the release before may write: keep to it in one release, add the constraint in the next"
    if not operation.reversible:
        yield "cannot be undone: name what undoes it"


def broken_rules(migration, state):
    """Sentences on what a migration must not do. state: the ProjectState before it."""
    state, made = state.clone(), set()
    for operation in migration.operations:
        for step in _steps([operation]):
            for fault in _faults(step, state, migration.app_label, made):
                yield f"{migration.app_label} {migration.name}, {step.describe()}: {fault}."
            if isinstance(step, migrations.CreateModel):
                made.add(step.name.lower())
        operation.state_forwards(migration.app_label, state)
