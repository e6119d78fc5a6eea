"""Many unsaved rows into the database, faster than the ORM does it: the values go to the driver as they are, a table at a time."""

import json
from functools import cache
from operator import attrgetter
from uuid import UUID

from django.db import connection, models
from django.db.models.base import ModelState

AS_THEY_ARE = (models.IntegerField, models.BooleanField)


def unsaved(model, *values):
    """model(*values), the values of all its columns in their order, in a third of the time: an entry has some fifty rows of topics."""
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(zip(_attributes(model), values, strict=True))
    return row


@cache
def _attributes(model):
    return [field.attname for field in model._meta.concrete_fields]


def insert(model, rows):
    """Insert unsaved rows of one model. Their counted keys stay unknown to them; use bulk_create where these are wanted."""
    insert_values(model, values_of(model, rows))


def values_of(model, rows):
    """The values of unsaved rows, a tuple for each, as the driver takes them; one after the other. Asks the database for nothing."""
    readers = [_reader(field) for field in _fields(model)]
    return (tuple([read(row) for read in readers]) for row in rows)


def insert_values(model, values):
    """Insert what values_of() gave."""
    quote = connection.ops.quote_name
    fields = _fields(model)
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy:
                for line in values:
                    copy.write_row(line)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})", values)  # noqa: S608 - names of our own


def _fields(model):
    return [field for field in model._meta.local_concrete_fields if not field.generated and not _is_counted(field)]


def _is_counted(field):
    return isinstance(field, models.AutoField)


def _reader(field):
    """From a row to the value of a field as the driver takes it."""
    value_of, stored = attrgetter(field.attname), field.target_field if field.is_relation else field
    if isinstance(stored, AS_THEY_ARE):
        return value_of
    if isinstance(stored, models.UUIDField):
        return _key_reader(value_of)
    if isinstance(stored, models.CharField | models.TextField):
        return lambda row: None if (value := value_of(row)) is None else str(value)
    if isinstance(stored, models.JSONField):
        return lambda row: None if (value := value_of(row)) is None else json.dumps(value, cls=stored.encoder)
    if isinstance(stored, models.DateField) and not isinstance(stored, models.DateTimeField):
        adapt = connection.ops.adapt_datefield_value
        return lambda row: None if (value := value_of(row)) is None else adapt(value)
    return lambda row: field.get_db_prep_save(field.pre_save(row, True), connection)


def _key_reader(value_of):
    if connection.features.has_native_uuid_field:
        return lambda row: None if (value := value_of(row)) is None else str(value)

    def digits(row):
        value = value_of(row)
        if isinstance(value, UUID):
            return value.hex
        return None if value is None else str(value).replace("-", "")

    return digits
