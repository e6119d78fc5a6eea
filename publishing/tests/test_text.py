import re
from html.parser import HTMLParser
from types import SimpleNamespace

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from publishing.content import SourceContent
from publishing.text import (
    ATTRIBUTES,
    MAX_LENGTH,
    TAGS,
    Notes,
    cited_keys,
    linked_names,
    split_at_marker,
    to_html,
    to_plain,
    with_links,
)

from .properties import patient

KEY = "12345678-1234-1234-1234-123456789012"
OTHER = "87654321-4321-4321-4321-210987654321"
LINKS = {"NATO": KEY, "Finland": OTHER}
TARGETS = {KEY: SimpleNamespace(withdrawn=False, get_absolute_url=lambda: "/actors/nato/")}

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\" onclick=\"alert(1)\">x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://evil.example><input name=q><button>go</button></form>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example/>",
    "<p style=\"position:fixed\" id=main class=banner>x</p>",
    "<div onmouseover=alert(1)>\n\nwords\n\n</div>",
    "<!-- comment --> <![CDATA[ x ]]> <?php x ?> <!DOCTYPE html>",
    "<details open ontoggle=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](<  javascript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](jav\\ascript:alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](javascript%3Aalert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](DATA:image/svg+xml,<svg/onload=alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](VBScript&colon;msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "[x](filesystem:https://evil.example/1)",
    "[x](view-source:javascript:alert(1))",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "<vbscript:msgbox(1)>",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[r]\n\n[r]: <data:text/html,x> \"t\"",
    "[x](https://a.example \"\\\" onmouseover=alert(1) x=\\\"\")",
    "[x](https://a.example \"&quot; onmouseover=alert(1) x=&quot;\")",
    "[x](https://a.example \"<script>alert(1)</script>\")",
    "[x](https://a.example/\"onmouseover=alert(1))",
    "[x](https://a.example/'><script>alert(1)</script>)",
    "![x](https://evil.example/pixel.gif)",
    "![x](javascript:alert(1))",
    "![x][r]\n\n[r]: https://evil.example/pixel.gif",
    "[![x](https://evil.example/p.gif)](https://a.example)",
    "[a [b](https://b.example) c](https://c.example)",
    "[a [[NATO]] c](https://c.example)",
    "[[NATO|<img src=x onerror=alert(1)>]]",
    "[[NATO|\" onmouseover=\"alert(1)]]",
    "[[<script>alert(1)</script>]]",
    "[[NATO]](javascript:alert(1))",
    "[@x, <script>alert(1)</script>]",
    "```<script>\nx\n```",
    "```js\" onmouseover=\"alert(1)\nx\n```",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "|a|\n|:-:|\n|<script>alert(1)</script>|",
    "# <img src=x onerror=alert(1)>",
    "a\x00<script\x00>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "[x](#main) [y](?q=1) [z](/admin/)",
]  # fmt: skip

# A stored link made by hand: raw, by character reference, in a title, inside another link.
FORGED = [
    f"\ue000{KEY}\ue001words\ue002",
    f"&#xE000;{KEY}&#xE001;words&#xE002;",
    f"&#57344;{KEY}&#57345;words&#57346;",
    f"[x](https://a.example \"&#xE000;{KEY}&#xE001;words&#xE002;\")",
    f"[x](https://a.example \"\ue000{KEY}\ue001words\ue002\")",
    f"[&#xE000;{KEY}&#xE001;words&#xE002;](https://a.example)",
    f"[x](https://a.example/\ue000{KEY}\ue001words\ue002)",
    f"[x](https://a.example/&#xE000;{KEY}&#xE001;words&#xE002;)",
    f"|&#xE000;{KEY}&#xE001;w|\n|-|\n|words&#xE002;|",
    f"# &#xE000;{KEY}&#xE001;words&#xE002;",
    f"[[Nowhere|\ue000{KEY}\ue001words\ue002]]",
]  # fmt: skip


class Reader(HTMLParser):
    """What a browser would find: [(tag, attributes)], and how deep anchors nest."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open_anchors, self.deepest, self.words = [], 0, 0, ""
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.open_anchors += 1
            self.deepest = max(self.deepest, self.open_anchors)

    def handle_endtag(self, tag):
        self.open_anchors -= tag == "a"

    def handle_data(self, data):
        self.words += data


def sources(*keys):
    return {key: SourceContent(title=f"Title of {key}", url=f"https://example.org/{key}", kind="text") for key in keys}


class HostileTextTests(SimpleTestCase):
    def assert_harmless(self, html):
        reader = Reader(html)
        for tag, attributes in reader.tags:
            self.assertIn(tag, TAGS)
            self.assertLessEqual(set(attributes), ATTRIBUTES.get(tag, set()))
            # Browsers drop control characters from an address before they look for its scheme.
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", attributes.get("href") or "").lower())
            self.assertIn(scheme[1] if scheme else "https", ("http", "https", "mailto"))
        self.assertLessEqual(reader.deepest, 1)
        self.assertNotIn("\x00", str(html))
        return reader

    def test_hostile_text_gives_allowed_tags_attributes_and_addresses_only(self):
        self.assertGreaterEqual(len(HOSTILE), 35)
        for markdown in HOSTILE:
            with self.subTest(markdown):
                html = to_html(markdown, links=LINKS, notes=Notes(sources("x")))

                self.assert_harmless(html)
                self.assert_harmless(with_links(html, TARGETS))

    def test_refused_address_is_no_link(self):
        for address in (
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "javascript&#58;x",
            "&#106;avascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
        ):
            with self.subTest(address):
                self.assertNotIn("href", to_html(f"[x]({address})"))
                self.assertNotIn("href", to_html(f"<{address}>"))

    def test_forged_stored_link_is_no_link(self):
        for markdown in FORGED:
            with self.subTest(markdown.encode("unicode_escape").decode()):
                html = with_links(to_html(markdown, links=LINKS), TARGETS)

                self.assert_harmless(html)
                self.assertNotIn("/actors/nato/", html)
                self.assertNotRegex(html, "[\ue000-\uf8ff]")

    def test_image_never_makes_the_browser_call_another_host(self):
        for markdown in ("![x](https://evil.example/p.gif)", "[![x](https://evil.example/p.gif)](https://a.example)"):
            with self.subTest(markdown):
                self.assertNotIn("<img", to_html(markdown))

    def test_table_alignment_is_a_class_and_no_style(self):
        html = to_html("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|")

        self.assertNotIn("style=", html)
        for name in ("align-left", "align-center", "align-right"):
            self.assertEqual(html.count(f'class="{name}"'), 2)

    def test_longest_text_is_cut_and_still_rendered(self):
        html = to_html("word " * 40_000)

        self.assertLessEqual(len(html), MAX_LENGTH + 10)
        self.assertTrue(html.startswith("<p>word word"))

    def test_deep_nesting_and_endless_openings_come_to_an_end(self):
        # No time is asserted: what grows with the square of such a text would hold up the suite for minutes.
        texts = ["[" * 4_000, "[[" * 4_000, "[[a" * 4_000, "[@a" * 4_000, "[a](" * 4_000, "[" * 2_000 + "]" * 4_000]
        texts += [
            ">" * 4_000,
            "> " * 4_000 + "x",
            "- " * 4_000 + "x",
            "*a " * 4_000,
            "_a__b" * 2_000,
            "`" * 4_000,
            "<" * 4_000,
            "&" * 4_000,
        ]
        texts += ["|" * 4_000 + "\n" + "|-" * 4_000, "#" * 4_000, "![" * 4_000, "\\" * 4_000, "[see also]\n" * 1_000]
        for markdown in texts:
            with self.subTest(markdown[:12]):
                self.assert_harmless(to_html(markdown))
                self.assertLessEqual(len(to_plain(markdown)), 2 * len(markdown))

    @patient()
    @given(st.text(alphabet="[]()<>|@&#;:*_`\"'\\ \n\tax/\ue000\ue001\ue002\x00-!", max_size=80))
    def test_any_text_is_harmless(self, markdown):
        self.assert_harmless(with_links(to_html(markdown, links=LINKS, notes=Notes(sources("a"))), TARGETS))


class StructureTests(SimpleTestCase):
    def test_headings_start_at_the_level_of_their_place(self):
        for top, expected in ((3, "h3 h4 h5 h6 h6 h6"), (4, "h4 h5 h6 h6 h6 h6"), (6, "h6 h6 h6 h6 h6 h6")):
            with self.subTest(top):
                html = to_html("\n\n".join("#" * level + " x" for level in range(1, 7)), top_heading=top)

                self.assertEqual(" ".join(re.findall(r"<(h\d)>", html)), expected)
                self.assertEqual(" ".join(re.findall(r"</(h\d)>", html)), expected)

    def test_table_heads_carry_a_scope(self):
        html = to_html("|a|b|\n|-|-|\n|1|2|")

        self.assertEqual(html.count('<th scope="col">'), 2)
        self.assertEqual(html.count("<td>"), 2)

    def test_ordinary_markdown_works(self):
        html = to_html('*a* **b** `c`\n\n> d\n\n3. e\n4. f\n\n[g](https://g.example "t") <mailto:h@h.example>')

        for part in (
            "<em>a</em>",
            "<strong>b</strong>",
            "<code>c</code>",
            "<blockquote>",
            '<ol start="3">',
            '<a href="https://g.example" title="t">g</a>',
            "mailto:h@h.example",
        ):
            self.assertIn(part, html)


class EntryLinkTests(SimpleTestCase):
    def shown(self, markdown):
        return with_links(to_html(markdown, links=LINKS), TARGETS)

    def test_stored_link_becomes_an_anchor_for_a_live_target(self):
        self.assertEqual(self.shown("See [[NATO]]."), '<p>See <a href="/actors/nato/">NATO</a>.</p>')

    def test_other_words_can_be_shown(self):
        self.assertEqual(
            self.shown("[[NATO|the *alliance* & co]]"), '<p><a href="/actors/nato/">the *alliance* &amp; co</a></p>'
        )

    def test_link_works_in_headings_lists_tables_quotes_and_emphasis(self):
        for markdown in (
            "# [[NATO]]",
            "- [[NATO]]",
            "|a|\n|-|\n|[[NATO]]|",
            "> [[NATO]]",
            "**[[NATO]]**",
            "|a|\n|-|\n|[[NATO\\|alliance]]|",
        ):
            with self.subTest(markdown):
                self.assertEqual(self.shown(markdown).count('<a href="/actors/nato/">'), 1)

    def test_link_without_a_live_target_shows_as_words(self):
        self.assertEqual(self.shown("[[Finland]] and [[Finland|the land]]"), "<p>Finland and the land</p>")

    def test_name_that_means_nothing_shows_as_words(self):
        self.assertEqual(self.shown("[[Atlantis|the *isle*]]"), "<p>the *isle*</p>")

    def test_code_is_left_alone(self):
        self.assertEqual(self.shown("`[[NATO]]`"), "<p><code>[[NATO]]</code></p>")

    def test_link_inside_a_link_does_not_nest(self):
        for markdown in (
            "[a [[NATO]] c](https://c.example)",
            "[[[NATO]]](https://c.example)",
            "[a [b](https://b.example) c](https://c.example)",
            "[*[[NATO]]*](https://c.example)",
        ):
            with self.subTest(markdown):
                reader = Reader(self.shown(markdown))

                self.assertEqual(reader.deepest, 1)

    def test_address_of_a_target_is_escaped(self):
        targets = {KEY: SimpleNamespace(withdrawn=False, get_absolute_url=lambda: '/x/"><b>')}

        self.assertNotIn("<b>", with_links(to_html("[[NATO]]", links=LINKS), targets))

    def test_linked_names_come_in_order_once(self):
        self.assertEqual(linked_names("[[B]] [[ A ]] [[B|b]] [[]] [[C\nD]] [[A]]"), ["B", "A"])

    def test_name_too_long_for_a_name_is_no_link(self):
        self.assertEqual(linked_names(f"[[{'x' * 201}]]"), [])


class CitationTests(SimpleTestCase):
    def test_notes_are_numbered_once_per_source_and_locator(self):
        notes = Notes(sources("a", "b"))

        html = to_html("One[@a] two[@b] three[@a, art. 5] four[@a] five[@a,\nart. 5].", notes=notes)

        self.assertEqual(re.findall(r">(\d)</a></sup>", html), ["1", "2", "3", "1", "3"])
        self.assertEqual(
            [(note["number"], note["key"], note["locator"]) for note in notes.listed()],
            [(1, "a", ""), (2, "b", ""), (3, "a", "art. 5")],
        )

    def test_every_raised_number_has_an_id_of_its_own_and_leads_to_its_note(self):
        html = to_html("[@a] [@a] [@a]", notes=Notes(sources("a")))

        self.assertEqual(re.findall(r'id="([^"]+)"', html), ["cite-1", "cite-1-2", "cite-1-3"])
        self.assertEqual(re.findall(r'href="([^"]+)"', html), ["#note-1"] * 3)

    def test_numbering_goes_on_over_the_texts_of_an_entry(self):
        notes = Notes(sources("a", "b"))

        to_html("[@a]", notes=notes)
        html = to_html("[@b] [@a]", notes=notes)

        self.assertEqual(re.findall(r">(\d)</a></sup>", html), ["2", "1"])

    def test_only_a_number_right_behind_another_is_set_off_by_a_comma(self):
        html = to_html("One [@a] [@b]. Two [@c], three [@a].", notes=Notes(sources("a", "b", "c")))

        self.assertEqual(re.findall(r'<sup class="([^"]+)">', html), ["cite", "cite cite--next", "cite", "cite"])

    def test_unknown_citation_leaves_nothing(self):
        notes = Notes(sources("a"))

        self.assertEqual(to_html("Word[@nowhere, p. 3].", notes=notes), "<p>Word.</p>")
        self.assertEqual(notes.listed(), [])

    def test_note_that_no_text_cites_says_so(self):
        notes = Notes(sources("a", "b"))
        to_html("[@a]", notes=notes)
        notes.number("b")

        self.assertEqual([note["cited"] for note in notes.listed()], [True, False])

    def test_citation_in_code_is_left_alone(self):
        self.assertEqual(to_html("`[@a]`", notes=Notes(sources("a"))), "<p><code>[@a]</code></p>")

    def test_cited_keys_come_in_order_once(self):
        self.assertEqual(cited_keys("[@b] [@a, 5] [@b, 6] [@] [@Upper] [@-x]"), ["b", "a"])

    def test_locator_is_text_and_never_markup(self):
        notes = Notes(sources("a"))

        to_html("[@a, <b>5</b>]", notes=notes)

        self.assertEqual(notes.listed()[0]["locator"], "<b>5</b>")


class MarkerTests(SimpleTestCase):
    def test_marker_splits_the_text(self):
        before, after = split_at_marker("One.\n\n[see also]\n\nTwo.")

        self.assertEqual((before.strip(), after.strip()), ("One.", "Two."))

    def test_marker_may_be_indented_and_in_capitals(self):
        for marker in ("[See also]", "   [SEE ALSO]  ", "[see also]"):
            with self.subTest(marker):
                self.assertEqual(split_at_marker(f"One.\n\n{marker}\n\nTwo.")[1].strip(), "Two.")

    def test_second_marker_leaves_nothing(self):
        before, after = split_at_marker("One.\n\n[see also]\n\nTwo.\n\n[see also]\n\nThree.")

        self.assertNotIn("[see also]", before + after)
        self.assertIn("Three.", after)

    def test_text_without_a_marker_stays_whole(self):
        for markdown in ("One.", "One [see also] two.", "    [see also]", ""):
            with self.subTest(markdown):
                self.assertEqual(split_at_marker(markdown), (markdown, ""))


class PlainTests(SimpleTestCase):
    def test_only_words_are_left(self):
        markdown = "# Head\n\nA *b* [c](https://c.example) [[NATO]] [[NATO|d]][@a, art. 5] & <e>\n\n[see also]\n\n|f|\n|-|\n|g|"

        self.assertEqual(to_plain(markdown), "Head A b c NATO d & <e> f g")

    def test_note_leaves_no_space_before_a_full_stop(self):
        self.assertEqual(to_plain("Since 2015 [@a]. A [@a, art. 5] and\n[@b]."), "Since 2015. A and.")

    def test_private_characters_never_reach_search(self):
        for markdown in FORGED:
            with self.subTest(markdown.encode("unicode_escape").decode()):
                self.assertNotRegex(to_plain(markdown), "[\ue000-\uf8ff]")
