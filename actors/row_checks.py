"""What the forms of actors, agreements and their parts check alike about dates, and say alike."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import order

END_HELP = _(
    "The day on which the end took effect; it counts as the last day. “unknown” if no source says when; empty while it has not ended."
)


def check_order(row, rules):
    """Raise a ValidationError on the later field of the first rule of `order` that the row's dates certainly break."""
    for later, message in order.misplaced(row, rules):
        raise ValidationError({later: message})


def check_dispute(row):
    """Raise a ValidationError where a disputed date misses one of its readings or the reason."""
    given = [bool(row.disputed), bool(row.other_reading), bool(row.dispute.strip())]
    if any(given) and not all(given):
        raise ValidationError(
            {
                "disputed": _(
                    "A disputed date needs all three: which date it is, its other reading, and why they differ."
                )
            }
        )
    if row.disputed and not getattr(row, row.disputed, ""):
        raise ValidationError({"disputed": _("The date that is disputed is empty.")})
