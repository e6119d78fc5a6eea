"""What the desk's question before a deletion says of the rows behind it."""

from django.utils.translation import gettext as _


class NamesNoDrafts:
    """A mixin for the admin of what drafts use: asked to delete it, it counts the rows that go with it and names none.

    Django's own question names them all, those of drafts that the person may not see too.
    """

    def get_deleted_objects(self, objs, request):
        _rows, counts, lacking, held = super().get_deleted_objects(objs, request)
        return [str(row) for row in objs], counts, lacking, [_("entries, or a record of them")] if held else []
