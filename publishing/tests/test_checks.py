"""What is found missing or weak in a content, and what of it keeps an entry from being published."""

from django.test import SimpleTestCase, TestCase

from actors.content import ActorContent, AgreementContent, ParticipationContent
from articles.content import ArticleContent, SectionContent
from defcoop_site.factories import make_actor, make_agreement, make_article, make_source, make_topic, publish_now
from publishing.checks import LONG_PARAGRAPH, UNSOURCED_FROM, blocking, findings
from publishing.content import SourceContent
from publishing.public import PublicEntry
from publishing.publication import PublicationError, publish
from publishing.snapshots import content_of, take_snapshot

LONG = "word " * UNSOURCED_FROM


def article(*bodies, **fields):
    """A content in which nothing is wanting but what the test takes away."""
    sections = [SectionContent(key=str(n), title=f"S{n}", body=body) for n, body in enumerate(bodies)]
    complete = {"title": "T", "slug": "t", "summary": "S.", "topics": ["a"], "introduction": "Some words."}
    sources = {"treaty": SourceContent(title="Treaty")}
    return ArticleContent(**{**complete, "sources": sources, "sections": sections, **fields})


def found(content, kind="article"):
    return [(finding.path, finding.message, finding.blocking) for finding in findings(kind, content)]


class EveryKindTests(SimpleTestCase):
    def assert_found(self, content, path, words, blocks=False):
        self.assertEqual([(finding[0], finding[2]) for finding in found(content)], [(path, blocks)])
        self.assertIn(words, found(content)[0][1])

    def test_complete_article_has_nothing_found(self):
        self.assertEqual(found(article(LONG + "[@treaty]")), [])

    def test_title_address_and_standfirst_block(self):
        for name, words in (("title", "a title"), ("slug", "an address"), ("summary", "a standfirst")):
            for value in ("", " \n"):
                with self.subTest(name, value=value):
                    self.assert_found(article(**{name: value}), (name,), words, blocks=True)

    def test_blocking_findings_come_first(self):
        self.assertEqual([blocks for *_rest, blocks in found(article(topics=[], summary=""))], [True, False])

    def test_entry_without_topics_is_named(self):
        self.assert_found(article(topics=[]), ("topics",), "no topics")

    def test_name_that_leads_nowhere_is_named_where_it_stands(self):
        content = article("See [[Here]] and [[Nowhere]].", links={"Here": "key"})

        self.assert_found(content, ("sections", "0", "body"), "[[Nowhere]]")

    def test_name_that_leads_to_several_is_named(self):
        self.assert_found(article("[[Congo]]", links={"Congo": "several"}), ("sections", "0", "body"), "several")

    def test_unknown_source_is_named(self):
        self.assert_found(article(introduction="So [@nobody]."), ("introduction",), "[@nobody]")

    def test_heading_that_skips_a_level_is_named(self):
        self.assertEqual(found(article("# One\n\nText.\n\n## Two\n\nText.\n\n# Three\n\nText.")), [])
        self.assert_found(article("## One\n\nText."), ("sections", "0", "body"), "“##” where “#”")
        self.assert_found(article("# One\n\n### Two\n\nText."), ("sections", "0", "body"), "“###” where “##”")

    def test_image_without_alternative_text_is_named_unless_it_is_code(self):
        self.assertEqual(found(article("![A plane](plane.png)\n\n`![](x)`\n\n    ![](y)")), [])
        self.assert_found(article("![ ](plane.png)"), ("sections", "0", "body"), "“plane.png”")

    def test_what_an_image_lacks_stops_publishing(self):
        [(path, message, blocks)] = found(article("![](image:plane)"))

        self.assertEqual((path, blocks), (("sections", "0", "body"), True))
        self.assertIn("There is no image “plane”.", message)

    def test_paragraph_without_end_is_named(self):
        self.assertEqual(found(article("word " * (LONG_PARAGRAPH - 1) + "[@treaty]")), [])
        self.assert_found(article("word " * LONG_PARAGRAPH + "[@treaty]"), ("sections", "0", "body"), "long to read")


class ArticleTests(SimpleTestCase):
    def test_section_without_a_source_is_named_once_it_says_something(self):
        self.assertEqual([finding[0] for finding in found(article(LONG))], [("sections", "0", "body")])
        self.assertEqual(found(article("word " * (UNSOURCED_FROM - 1))), [])

    def test_empty_section_is_named_unless_one_below_it_follows(self):
        below = SectionContent(key="below", level=2, body="Text.")
        empty = SectionContent(key="empty", level=1)

        self.assertEqual(found(article(sections=[empty, below])), [])
        self.assertEqual([f[0] for f in found(article(sections=[empty]))], [("sections", "empty", "body")])

    def test_first_section_below_no_main_heading_is_named(self):
        content = article(sections=[SectionContent(key="first", level=2, body="Text.")])

        self.assertEqual([f[0] for f in found(content)], [("sections", "first", "level")])

    def test_article_without_text_is_named_once(self):
        self.assertEqual([f[0] for f in found(article(introduction=""))], [("introduction",)])


class ActorAndAgreementTests(SimpleTestCase):
    complete = {"title": "T", "slug": "t", "summary": "S.", "topics": ["a"], "facts_source": "treaty"}
    an_actor = {**complete, "actor_kind": "state", "region": "europe"}
    an_agreement = {**complete, "agreement_type": "alliance", "legal_force": "binding", "scope": "regional"}

    def test_impossible_dates_block(self):
        spell = ParticipationContent(key="p", actor="a", role="member", in_force="1999", ended="1998", source="treaty")
        agreement = AgreementContent(**self.an_agreement, signed="1999", terminated="1998", participations=[spell])
        actor = ActorContent(**self.an_actor, founded="1999", dissolved="1998")

        paths = [(finding[0], finding[2]) for finding in found(agreement, "agreement")]
        self.assertEqual(paths, [(("terminated",), True), (("participations", "p", "ended"), True)])
        self.assertEqual([f[0] for f in found(actor, "actor")], [("dissolved",)])

    def test_unsourced_facts_texts_and_participations_are_named(self):
        unsourced = {**self.an_actor, "facts_source": "", "body": LONG}
        spell = ParticipationContent(key="p", actor="a", role="member")

        self.assertEqual([f[0] for f in found(ActorContent(**unsourced), "actor")], [("body",), ("facts_source",)])
        agreement = AgreementContent(**self.an_agreement, participations=[spell])
        self.assertEqual([f[0] for f in found(agreement, "agreement")], [("participations", "p", "source")])

    def test_what_an_actor_or_agreement_is_has_to_be_chosen_before_publishing(self):
        bare = AgreementContent(**self.complete, participations=[ParticipationContent(key="p", actor="a")])

        self.assertEqual(blocking("actor", ActorContent(**self.complete)), ["Choose its kind.", "Choose its region."])
        self.assertEqual(
            [f[0] for f in found(bare, "agreement") if f[2]],
            [
                ("agreement_type",),
                ("legal_force",),
                ("scope",),
                ("participations", "p", "role"),
                ("participations", "p", "source"),
            ],
        )

    def test_agreement_without_parties_is_named(self):
        self.assertEqual(
            [f[1] for f in found(AgreementContent(**self.an_agreement), "agreement")], ["It names no parties."]
        )


class PublishingTests(TestCase):
    def test_blocking_findings_refuse_and_weak_ones_do_not(self):
        weak, bad = make_article(introduction="[[Nowhere]] ![](x) [@nobody]"), make_article(summary=" ")

        publish_now(weak)
        with self.assertRaisesMessage(PublicationError, "It needs a standfirst."):
            publish_now(bad)

        self.assertEqual(PublicEntry.objects.get().pk, weak.pk)

    def test_impossible_date_does_not_reach_readers(self):
        agreement = make_agreement(signed="1999", terminated="1998")

        with self.assertRaisesMessage(PublicationError, "An agreement cannot end before it was signed."):
            publish(take_snapshot(agreement))

    def test_checks_ask_the_database_nothing(self):
        topic, source = make_topic(), make_source("treaty")
        rows = [
            make_article(topics=[topic], sections=[{"body": "[[Nowhere]] [@treaty]"}]),
            make_actor(body="[[Nowhere]]", facts_source=source),
            make_agreement(parties=[make_actor()]),
        ]
        contents = [(row.KIND, content_of(take_snapshot(row))) for row in rows]

        with self.assertNumQueries(0):
            for kind, content in contents:
                self.assertTrue(isinstance(findings(kind, content), list))
                self.assertEqual(blocking(kind, content), [])
