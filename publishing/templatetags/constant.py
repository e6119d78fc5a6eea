"""Parts of a template that are the same on every page."""

from django import template
from django.utils.translation import get_language

register = template.Library()


class ConstantNode(template.Node):
    """Rendered once for each language and process. No block may stand in it, and nothing that a request or a page decides but `unless`."""

    def __init__(self, nodelist, unless):
        self.nodelist, self.unless, self.made = nodelist, unless, {}

    def render(self, context):
        if any(part.resolve(context, ignore_failures=True) for part in self.unless):
            return self.nodelist.render(context)
        language = get_language()
        if language not in self.made:
            self.made[language] = self.nodelist.render(context)
        return self.made[language]


@register.tag
def constant(parser, token):
    """{% constant unless as_of.query q %} … {% endconstant %}: the frame of a page. Where one of the named values is given, it is rendered as ever."""
    _tag, *words = token.split_contents()
    if words and words[0] != "unless":
        raise template.TemplateSyntaxError("After “constant” comes nothing, or “unless” and values.")
    nodelist = parser.parse(("endconstant",))
    parser.delete_first_token()
    return ConstantNode(nodelist, [parser.compile_filter(word) for word in words[1:]])
