"""Parts of a template that are the same on every page, or whenever the same version of an entry is shown."""

import sys
from collections import OrderedDict
from threading import Lock

from django import template
from django.utils.translation import get_language

register = template.Library()
MOST_BYTES = 4_000_000


class Kept:
    """Rendered parts by what they are of. Bounded: those that were not asked for longest go first."""

    def __init__(self, most_bytes):
        self.most_bytes, self.bytes, self.parts, self.lock = most_bytes, 0, OrderedDict(), Lock()

    def get(self, key):
        with self.lock:
            if key in self.parts:
                self.parts.move_to_end(key)
            return self.parts.get(key)

    def put(self, key, text):
        with self.lock:
            before = self.parts.pop(key, None)
            self.bytes += sys.getsizeof(text) - (sys.getsizeof(before) if before is not None else 0)
            self.parts[key] = text
            while self.bytes > self.most_bytes:
                self.bytes -= sys.getsizeof(self.parts.popitem(last=False)[1])


KEPT = Kept(MOST_BYTES)  # the frame of the pages is asked for with each of them, so it stays


class ConstantNode(template.Node):
    """Rendered once for each language and process, and with `subject` once for each value of it; never kept where that is empty.

    Nothing may stand in it that a request or a page decides, but `unless` and what the subject says.
    """

    def __init__(self, nodelist, subject, unless):
        self.nodelist, self.subject, self.unless = nodelist, subject, unless

    def render(self, context):
        subject = self.subject.resolve(context, ignore_failures=True) if self.subject else "the frame"
        if not subject or any(part.resolve(context, ignore_failures=True) for part in self.unless):
            return self.nodelist.render(context)
        key = (self, get_language(), subject)
        text = KEPT.get(key)
        if text is None:
            text = self.nodelist.render(context)
            KEPT.put(key, text)
        return text


@register.tag
def constant(parser, token):
    """{% constant for this_version unless as_of.query q %} … {% endconstant %}, both clauses optional.

    for: a value that changes with all that the part shows. unless: where one of the named values is given, the part is rendered as ever.
    """
    _tag, *words = token.split_contents()
    subject = None
    if words[:1] == ["for"] and len(words) > 1:
        subject, words = parser.compile_filter(words[1]), words[2:]
    if words and words[0] != "unless":
        raise template.TemplateSyntaxError("After “constant” comes “for” and a value, “unless” and values, or nothing.")
    nodelist = parser.parse(("endconstant",))
    parser.delete_first_token()
    return ConstantNode(nodelist, subject, [parser.compile_filter(word) for word in words[1:]])
