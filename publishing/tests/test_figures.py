"""Images in texts: what becomes a figure, what its markup says, what keeps it from being published."""

import re

from django.test import SimpleTestCase
from django.utils.translation import override

from articles.content import ArticleContent, SectionContent
from publishing.content import ImageContent, comparable, digest, merge
from publishing.diff import compare
from publishing.figures import sizes
from publishing.image_check import faults
from publishing.text import image_uses, to_html, to_plain, with_links

DIGEST = "a" * 64
IMAGE = ImageContent(digest=DIGEST, width=2400, height=1200, credit="A. Photographer", licence="cc-by-4.0")


def figure(markdown, image=IMAGE):
    return with_links(to_html(markdown, images={"plane": image} if image else {}), {})


class SizeTests(SimpleTestCase):
    def test_longer_side_is_at_most_1600_pixels_and_never_larger_than_the_image(self):
        for size, expected in [
            ((2400, 1200), [(400, 200), (800, 400), (1600, 800)]),
            ((1200, 2400), [(200, 400), (400, 800), (800, 1600)]),
            ((1600, 1600), [(400, 400), (800, 800), (1600, 1600)]),
            ((1000, 500), [(400, 200), (800, 400), (1000, 500)]),
            ((400, 10), [(400, 10)]),
            ((399, 300), [(399, 300)]),
            ((1, 1), [(1, 1)]),
            ((1, 16000), [(1, 1600)]),
        ]:
            with self.subTest(size):
                self.assertEqual(sizes(*size), expected)


class FigureTests(SimpleTestCase):
    def test_line_of_its_own_is_a_figure_with_all_that_a_browser_needs(self):
        html = figure('Before.\n\n![A plane on a runway](image:plane "Berlin, 1948")\n\nAfter.')

        self.assertIn('alt="A plane on a runway"', html)
        self.assertIn(f'src="/media/{DIGEST}-800.webp"', html)
        self.assertIn(
            f"/media/{DIGEST}-400.webp 400w, /media/{DIGEST}-800.webp 800w, /media/{DIGEST}-1600.webp 1600w", html
        )
        self.assertIn(f'<source type="image/avif" srcset="/media/{DIGEST}-400.avif 400w', html)
        self.assertIn('width="1600" height="800"', html)
        self.assertIn('loading="lazy"', html)
        self.assertIn("<figcaption>Berlin, 1948 <small>Image: A. Photographer, ", html)
        self.assertIn('<a href="https://creativecommons.org/licenses/by/4.0/" rel="license">CC BY 4.0</a>', html)
        self.assertEqual(html.count("<p>"), 2)

    def test_decorative_image_is_silent_and_keeps_its_credit(self):
        html = figure("![decorative](image:plane)")

        self.assertIn('alt=""', html)
        self.assertIn("A. Photographer", html)

    def test_credit_leads_to_where_the_image_is_from(self):
        html = figure(
            "![A](image:plane)", ImageContent(**{**vars(IMAGE), "source_url": "https://example.org/a?b=1&c=2"})
        )

        self.assertIn('<a href="https://example.org/a?b=1&amp;c=2">A. Photographer</a>', html)

    def test_other_terms_are_said_in_words(self):
        html = figure(
            "![A](image:plane)", ImageContent(**{**vars(IMAGE), "licence": "other", "licence_terms": "for <us>"})
        )

        self.assertIn("Image: A. Photographer, for &lt;us&gt;.", html)

    def test_words_of_the_interface_are_stored_by_their_key_and_said_in_the_reader_s_language(self):
        public = ImageContent(**{**vars(IMAGE), "licence": "public-domain"})
        with override("fr"):
            stored = to_html("![A](image:plane)", images={"plane": public})
            said = with_links(stored, {})

        self.assertEqual(stored, to_html("![A](image:plane)", images={"plane": public}))
        self.assertIn(
            '<span lang="fr">Image\u00a0:</span> A. Photographer, <span lang="fr">domaine public</span>.', said
        )
        self.assertIn("Image: A. Photographer, public domain.", with_links(stored, {}))

    def test_licence_that_the_list_has_lost_is_shown_as_it_was(self):
        html = figure("![A](image:plane)", ImageContent(**{**vars(IMAGE), "licence": "gfdl-1.2"}))

        self.assertIn("Image: A. Photographer, gfdl-1.2.", html)

    def test_words_of_an_author_or_of_a_credit_are_never_markup(self):
        hostile = '"><script>alert(1)</script>'
        html = figure(
            f'![{hostile}](image:plane "<img src=x onerror=alert(1)>")',
            ImageContent(**{**vars(IMAGE), "credit": hostile, "source_url": "javascript:alert(1)"}),
        )

        self.assertNotIn("<script", html)
        self.assertNotIn("<img src=x", html)
        self.assertNotIn("javascript:", html)
        self.assertEqual(len(re.findall("<img ", html)), 1)

    def test_no_image_from_elsewhere_is_ever_fetched(self):
        for text in (
            "![A](https://example.org/a.png)",
            "![A](//example.org/a.png)",
            "![A](data:image/png;base64,AAAA)",
            "![A](/media/a.png)",
            "![A][plane]\n\n[plane]: image:plane",
            "![A](image:../plane)",
            "![A](image:PLANE)",
            '<img src="https://example.org/a.png">',
        ):
            with self.subTest(text):
                self.assertNotIn("<img", figure(text))

    def test_image_in_a_list_or_quotation_is_a_figure_and_in_code_or_a_sentence_is_none(self):
        for text, count in (
            ("- ![A](image:plane)", 1),
            ("> ![A](image:plane)", 1),
            ("Words.\n![A](image:plane)\nMore words.", 1),
            ("![A](image:plane)\n---", 1),
            ("    ![A](image:plane)", 0),
            ("```\n![A](image:plane)\n```", 0),
            ("`![A](image:plane)`", 0),
            ("Words ![A](image:plane) words.", 0),
            ("| a |\n|---|\n| ![A](image:plane) |", 0),
        ):
            with self.subTest(text):
                self.assertEqual(figure(text).count("<figure>"), count)

    def test_unknown_image_is_named_in_the_preview(self):
        self.assertIn("There is no image “plane”.", figure("![A](image:plane)", None))

    def test_search_finds_alternative_text_and_caption(self):
        self.assertEqual(to_plain('One.\n\n![A plane](image:plane "Berlin")\n\nTwo.'), "One. A plane Berlin Two.")
        self.assertEqual(to_plain("![decorative](image:plane)"), "")


class UsesTests(SimpleTestCase):
    def test_uses_are_found_in_order_and_strays_are_told_apart(self):
        uses, strays = image_uses(
            'Text ![x](image:stray) text.\n\n![A](image:one "C")\n\n- ![](image:two)\n\n`![A](image:code)`\n\n![a [b]](image:odd)'
        )

        self.assertEqual(
            [(use.key, use.alternative, use.caption) for use in uses], [("one", "A", "C"), ("two", "", "")]
        )
        self.assertEqual(strays, ["stray", "odd"])


class FaultTests(SimpleTestCase):
    def found(self, text, images=None, **fields):
        content = ArticleContent(introduction=text, images={"plane": IMAGE} if images is None else images, **fields)
        return [(fault.message, fault.anchor, fault.image) for fault in faults(content)]

    def test_described_credited_image_has_no_fault(self):
        for text in ("![A plane](image:plane)", "![Decorative](image:plane)", "No image."):
            self.assertEqual(self.found(text), [])

    def test_each_fault_says_what_to_do_and_where(self):
        bare = ImageContent(digest=DIGEST, width=1, height=1)
        for text, images, words, image in (
            ("![](image:plane)", None, "has no alternative text", ""),
            ("![ ](image:plane)", None, "has no alternative text", ""),
            ("![A](image:plan)", None, "There is no image “plan”", ""),
            ("See ![A](image:plane).", None, "must stand on a line of its own", ""),
            ("[A](image:plane)", None, "must stand on a line of its own", ""),
            ("![A](image:plane)", {"plane": bare}, "needs a credit and a licence", "plane"),
            ("![A](image:plane)", {"plane": ImageContent(**{**vars(IMAGE), "credit": " "})}, "needs a credit", "plane"),
            ("![A](image:plane)", {"plane": ImageContent(**{**vars(IMAGE), "licence": "other"})}, "a licence", "plane"),
        ):
            with self.subTest(text, images=images):
                [(message, anchor, key)] = self.found(text, images)

                self.assertIn(words, message)
                self.assertEqual((anchor, key), ("id_introduction", image))

    def test_fault_in_a_section_names_its_heading_and_its_field(self):
        sections = [
            SectionContent(key="a", title="First"),
            SectionContent(key="b", title="Second", body="![](image:plane)"),
        ]

        [(message, anchor, _image)] = self.found("", sections=sections)

        self.assertTrue(message.startswith("Second: "))
        self.assertEqual(anchor, "id_sections-1-body")


class ContentTests(SimpleTestCase):
    def test_content_from_before_images_stays_equal_to_itself(self):
        content = ArticleContent(title="A", introduction="B")
        before = content.to_json()
        del before["images"]

        self.assertEqual(digest(before), digest(content.to_json()))
        self.assertEqual(comparable(before), comparable(content.to_json()))
        self.assertEqual(ArticleContent.from_json(before), content)

    def test_another_file_is_another_content(self):
        one = ArticleContent(images={"plane": IMAGE})
        other = ArticleContent(images={"plane": ImageContent(**{**vars(IMAGE), "digest": "b" * 64})})

        self.assertNotEqual(digest(one.to_json()), digest(other.to_json()))
        self.assertEqual(ArticleContent.from_json(one.to_json()), one)

    def test_comparison_tells_another_file_and_another_credit(self):
        old = ArticleContent(images={"plane": IMAGE, "ship": IMAGE}).to_json()
        changed = ImageContent(**{**vars(IMAGE), "digest": "b" * 64, "credit": "B. Photographer"})

        [row] = compare(old, ArticleContent(images={"plane": changed, "ship": IMAGE}).to_json()).rows

        self.assertEqual(row.heading, "Image “plane”")
        self.assertEqual(
            [(change.label, change.old, change.new) for change in row.changes],
            [
                ("File", f"2400 by 1200 pixels ({'a' * 12})", f"2400 by 1200 pixels ({'b' * 12})"),
                ("Credit", "A. Photographer", "B. Photographer"),
            ],
        )
        self.assertEqual(compare(ArticleContent().to_json(), old).rows, [])

    def test_merge_of_a_base_from_before_images_keeps_the_images(self):
        base = ArticleContent(title="A").to_json()
        del base["images"]
        mine = ArticleContent(title="A", introduction="![A](image:plane)", images={"plane": IMAGE}).to_json()

        merged, conflicts = merge(base, base, mine)

        self.assertEqual(conflicts, [])
        self.assertEqual(ArticleContent.from_json(merged).images, {"plane": IMAGE})
