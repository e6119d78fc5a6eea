"""Mail to the people whom a review concerns. What it says stands on their desk too, so a mail that fails loses nothing."""

import logging

from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction

from .restricting import those_who_may_see
from .review import Comment
from .standing import REVIEW_RIGHT

logger = logging.getLogger(__name__)


def reviewers():
    """The staff who may review."""
    return get_user_model().objects.with_perm(REVIEW_RIGHT, backend="django.contrib.auth.backends.ModelBackend")


def writers(entry):
    """Those who wrote or commented on the present draft: its last author, who submitted it, who remarked on it."""
    people = {entry.head.author, entry.review.requested_by if entry.review else None}
    remarks = Comment.objects.filter(entry=entry.pk, settled_at=None).select_related("author")
    return people | {remark.author for remark in remarks}


def notify(people, by, entry, subject, lines):
    """Send a mail about an entry once the present transaction is committed, to those who may see it.

    people: users or None, of whom `by` needs no notice.
    """
    people = those_who_may_see(entry, people)
    addresses = {person.email for person in people if person and person != by and person.is_active and person.email}
    for address in sorted(addresses):
        transaction.on_commit(lambda address=address: _send(address, subject, lines), robust=True)


def _send(address, subject, lines):
    try:
        # One mail each: nobody learns the others' addresses.
        send_mail(" ".join(subject.split()), "\n\n".join(lines) + "\n", None, [address])
    except OSError:
        logger.exception("A notice of a review could not be sent.")
