"""What is answered where something went wrong on our side."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.shortcuts import render

from publishing.buffer_pages import carried_form

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
LATER = "60"  # seconds, for machines


def is_passing(error):
    """Whether it is the database or the disk that will not do just now: busy, full, restarting."""
    return isinstance(error, (OperationalError, InterfaceError)) or getattr(error, "errno", None) in NO_ROOM


def server_error(request):
    """Called while the error is handled. A posted form of the desk is not lost with it: the page carries it."""
    if not is_passing(sys.exception()):
        return render(request, "500.html", status=500)
    response = render(request, "503.html", {"carried": carried_form(request)}, status=503)
    response["Retry-After"] = LATER
    return response
