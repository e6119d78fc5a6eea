"""Markdown to safe HTML. The one place where text becomes markup, and the one `mark_safe`.

CommonMark with tables (markdown-it-py), raw HTML off, cleaned again by an allow-list (nh3). Two additions:
[[Name]] and [[Name|shown words]] link to an entry; [@key] and [@key, art. 5] cite a source. Images are in `figures`.

A link is stored by its target's key between private-use characters and made into an anchor when the page is read, so that it follows its
target's address and shows as plain words while the target has no page.
"""

import re
from html import escape, unescape

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

from .figures import figure_html, figure_rule, use_of, with_words
from .names import name_address

LINK_OPEN, LINK_MIDDLE, LINK_CLOSE = "\ue000", "\ue001", "\ue002"
PRIVATE = re.compile("[\ue000-\uf8ff]")
STORED_LINK = re.compile(rf"{LINK_OPEN}([0-9a-f-]{{36}}|=[\w-]{{1,400}}){LINK_MIDDLE}([^{LINK_CLOSE}]*){LINK_CLOSE}")
WIKI_LINK = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\]")
CITATION = re.compile(r"\[@([a-z0-9][a-z0-9-]{0,79})(?:,[ \n]*([^\[\]\n]{1,120}))?\]")
SPACED_CITATION = re.compile(rf"[ \n]?{CITATION.pattern}")
APOSTROPHE = re.compile(r"(?<=\w)'")
MARKS = re.compile(r'((?:[ \n]?<sup class="cite">(?:(?!</sup>).)*</sup>)+)([.,;:]?)')
MARKER = re.compile(r"^[ ]{0,3}\[see also\][ ]*$", re.IGNORECASE | re.MULTILINE)
TAGS = {
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "sup",
    "h3",
    "h4",
    "h5",
    "h6",
}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"figure", "figcaption", "picture", "source", "img", "small"}
ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "rel"},
    "img": {"src", "srcset", "sizes", "width", "height", "alt", "loading", "decoding"},
    "source": {"type", "srcset", "sizes"},
    "sup": {"class"},
    "ol": {"start"},
    "td": {"class"},
    "th": {"class", "scope"},
}
STRAY = re.compile(r"\]\(image:([^)\s]*)")
MAX_LENGTH = 100_000
SEVERAL = "several"  # in place of a key, where a name means several entries


def link_target(links, name):
    """What a stored link holds: a key; for a name that several entries share "=" and the name's address; "" for no link."""
    key = links.get(name, "")
    if key != SEVERAL:
        return key
    shared = name_address(name)
    return f"={shared}" if shared else ""


def _wiki_link(state, silent):
    match = WIKI_LINK.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        # Inside a link's words there is no second link.
        token = state.push("text" if state.linkLevel else "entry_link", "", 0)
        token.content = (match[2] or match[1]).strip()
        token.meta = {"name": match[1].strip(), "words": (match[2] or match[1]).strip()}
    state.pos = match.end()
    return True


def _citation(state, silent):
    match = CITATION.match(state.src, state.pos)
    if not match:
        return False
    if not silent and not state.linkLevel:
        token = state.push("citation", "", 0)
        token.meta = {"key": match[1], "locator": (match[2] or "").strip()}
    state.pos = match.end()
    return True


def _render_entry_link(_renderer, tokens, index, _options, env):
    meta = tokens[index].meta
    target = meta.get("key") or link_target(env["links"], meta["name"])
    words = escape(meta["words"])
    return f"{LINK_OPEN}{target}{LINK_MIDDLE}{words}{LINK_CLOSE}" if target else words


def _render_citation(_renderer, tokens, index, _options, env):
    meta = tokens[index].meta
    return env["notes"].mark(meta["key"], meta["locator"])


def _render_figure(_renderer, tokens, index, _options, env):
    use = use_of(tokens[index])
    if "images" not in env:  # only the words are wanted
        return f"<p>{escape(use.spoken)} {escape(use.caption)}</p>\n"
    return figure_html(use, env["images"].get(use.key))


def _parser():
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    # An image from elsewhere would make the reader's browser call another host.
    parser.disable(["image", "html_block", "html_inline"])
    parser.block.ruler.before(
        "blockquote", "figure", figure_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("link", "entry_link", _wiki_link)
    parser.inline.ruler.before("link", "citation", _citation)
    parser.add_render_rule("entry_link", _render_entry_link)
    parser.add_render_rule("citation", _render_citation)
    parser.add_render_rule("figure", _render_figure)
    return parser


PARSER = _parser()


class Notes:
    """Numbers the citations of one entry in reading order; equal source and locator share a number."""

    def __init__(self, sources):
        self.sources = sources
        self.numbers = {}
        self.seen = {}

    def number(self, key, locator=""):
        """The note's number, or None where the source is not known."""
        if key not in self.sources:
            return None
        return self.numbers.setdefault((key, locator), len(self.numbers) + 1)

    def mark(self, key, locator=""):
        """The raised number that leads to the note."""
        number = self.number(key, locator)
        if number is None:
            return ""
        times = self.seen[number] = self.seen.get(number, 0) + 1
        anchor = f"cite-{number}" if times == 1 else f"cite-{number}-{times}"
        return f'<sup class="cite"><a href="#note-{number}" id="{anchor}">{number}</a></sup>'

    def listed(self):
        """[{number, key, locator, title, author, publisher, date, url, archive_url, kind, cited}] in order of number."""
        return [
            {"number": number, "key": key, "locator": locator, "cited": number in self.seen, **vars(self.sources[key])}
            for (key, locator), number in self.numbers.items()
        ]


def _align(tokens):
    """Markdown's table alignment comes as style=, which the content security policy forbids: make it a class."""
    for token in tokens:
        if token.type in ("th_open", "td_open"):
            style = token.attrs.pop("style", "")
            if style:
                token.attrs["class"] = style.replace("text-align:", "align-")
        if token.type == "th_open":
            token.attrs["scope"] = "col"


def _strip_private(tokens):
    """An author cannot write a stored link: private-use characters go, also those that came as &#xE000;."""
    for token in tokens:
        token.content = PRIVATE.sub("", token.content)
        token.attrs = {name: PRIVATE.sub("", str(value)) for name, value in token.attrs.items()}
        token.meta = {name: PRIVATE.sub("", str(value)) for name, value in token.meta.items()}
        _strip_private(token.children or [])


def typographic(words):
    """Words as a printer sets them: real apostrophes. (A parser's smart quotes cost quadratic time.)"""
    return APOSTROPHE.sub("’", words)


def _set_words(tokens):
    for token in tokens:
        if token.type == "text":
            token.content = typographic(token.content)
        _set_words(token.children or [])


def _set_marks(html):
    """A note's number follows its word without a space, and stands behind the punctuation; the second of two says that it is one."""

    def marks(match):
        numbers = re.sub(r"[ \n](?=<sup)", "", match[1])
        return match[2] + numbers.replace('</sup><sup class="cite">', '</sup><sup class="cite cite--next">')

    return MARKS.sub(marks, html)


def _shift_headings(tokens, top):
    """Headings inside a body stand below the page's own: the body's first level becomes `top`."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, top - 1 + int(token.tag[1]))}"


def to_html(markdown, *, links=None, notes=None, images=None, mentions=None, top_heading=3):
    """Safe HTML of a Markdown text, links still in stored form.

    links: {name: key or SEVERAL}; notes: a Notes that collects the citations; images: {key: ImageContent}; mentions: a FirstMentions
    that makes links of its own; top_heading: level (3 to 6) of the body's first heading level.
    """
    source = markdown.replace("\x00", "")[:MAX_LENGTH]
    env = {"links": links or {}, "notes": notes or Notes({}), "images": images or {}}
    tokens = PARSER.parse(source, env)
    if mentions:
        mentions.link(tokens)
    _strip_private(tokens)
    _set_words(tokens)
    _align(tokens)
    _shift_headings(tokens, top_heading)
    html = _set_marks(PARSER.renderer.render(tokens, PARSER.options, env))
    # Anchors inside a table's scroll box or beside raised numbers stay ours: nothing here came from a visitor's markup.
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None
    ).strip()


def split_at_marker(markdown):
    """The text before and after the paragraph `[see also]`; (text, "") where there is none."""
    match = MARKER.search(markdown)
    if not match:
        return markdown, ""
    return markdown[: match.start()], MARKER.sub("", markdown[match.end() :])


def linked_names(markdown):
    """The names that a text links to by [[...]], in order, each once."""
    # In a table the bar is written \\|, or it would end the cell.
    return list(dict.fromkeys(match[1].removesuffix("\\").strip() for match in WIKI_LINK.finditer(markdown)))


def cited_keys(markdown):
    """The citation keys that a text uses, in order, each once."""
    return list(dict.fromkeys(match[1] for match in CITATION.finditer(markdown)))


def image_uses(markdown):
    """(uses, strays) of a text: its images as `figures.Use`s in order, and the keys that stand where no image can, inside a line."""
    if "(image:" not in markdown:
        return [], []
    tokens = PARSER.parse(markdown[:MAX_LENGTH], {})
    inline = [child for token in tokens for child in token.children or []]
    strays = [child.attrs["href"] for child in inline if child.type == "link_open"]
    strays = [str(address).removeprefix("image:") for address in strays if str(address).startswith("image:")]
    strays += [key for child in inline if child.type == "text" for key in STRAY.findall(child.content)]
    return [use_of(token) for token in tokens if token.type == "figure"], strays


def with_links(html, targets):
    """Stored HTML with its links made and the interface's words said: targets maps what link_target() gave to a public entry, or to the page of a name.

    Where it has nothing live the link shows as words.
    """

    def anchor(match):
        target = targets.get(match[1])
        if target is None or target.withdrawn:
            return match[2]
        return f'<a href="{escape(target.get_absolute_url())}">{match[2]}</a>'

    return mark_safe(with_words(STORED_LINK.sub(anchor, html)))  # noqa: S308 - to_html cleaned it; the words were escaped there


def to_plain(markdown):
    """The words of a Markdown text, for search and descriptions."""
    text = SPACED_CITATION.sub("", MARKER.sub("", markdown))
    text = WIKI_LINK.sub(lambda match: match[2] or match[1], text)
    words = nh3.clean(PARSER.render(text, {"links": {}, "notes": Notes({})}), tags=set())
    return re.sub(r"\s+", " ", PRIVATE.sub("", unescape(words))).strip()
