"""No text of the interface escapes the catalogues, and what is written is marked with its own language."""

import re

from django.contrib import admin
from django.test import TestCase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from articles.models import Article
from defcoop_site.factories import (
    make_actor,
    make_agreement,
    make_article,
    make_image,
    make_source,
    make_topic,
    publish_now,
)
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.desk import write_aliases
from publishing.figures import Licence
from publishing.models import Entry
from publishing.snapshots import take_snapshot
from publishing.trash import put_in_trash

from .desk import make_editor
from .pseudo import bracketed, unsaid

# One of each shape, in each of its states.
PAGES = [
    "/",
    "/articles/",
    "/articles/?topic=cuba&page=2",
    "/articles/baltic/",
    "/articles/baltic/v/1/",
    "/articles/baltic/v/1/cite/",
    "/articles/baltic/history/",
    "/articles/baltic/history/2/",
    "/articles/baltic/report/",
    "/articles/nothing/",
    "/actors/",
    "/actors/?on=1990",
    "/actors/?on=3000",
    "/actors/?on=unknown",
    "/actors/alba/",
    "/actors/alba/?on=1990-10-03",
    "/actors/union/",
    "/actors/alba/map/",
    "/actors/union/map/",
    "/actors/alba/timeline/",
    "/agreements/",
    "/agreements/?status=in-force&on=1990",
    "/agreements/pact/",
    "/agreements/pact/?on=1960",
    "/agreements/pact/map/",
    "/agreements/pact/timeline/?on=1990",
    "/agreements/compare/",
    "/agreements/compare/?a=pact&a=charter&a=nothing",
    "/agreements/exits/",
    "/between/",
    "/between/?a=zzz&b=alba",
    "/between/alba/brod/",
    "/between/alba/corvo/",
    "/map/",
    "/map/?of=zzz",
    "/map/?on=1990&part=europe",
    "/timeline/",
    "/timeline/?topic=cuba",
    "/topics/",
    "/topics/?order=name",
    "/topics/cuba/",
    "/topics/cuba/?narrower=no",
    "/topics/cuba+dunes/",
    "/names/shared/",
    "/search/",
    "/search/?q=pact",
    "/search/?q=pcat",
    "/search/?q=zzzzqq",
    "/search/?q=!!",
    "/api/",
    "/data/",
    "/about/",
    "/about/editorial-policy/",
    "/about/terms/",
    "/about/accessibility/",
]
# What is the same in every language: forms and styles, which are names, and what stands in the code of titles in the head and in drawings.
NAMES = {"APA", "BibTeX", "CSL-JSON", "CSV", "Chicago", "JSON", "RIS"}
NAMES |= {label for label in map(str, Licence.labels) if label.startswith("CC")}
OURS = {"publishing", "topics", "actors", "articles"}
# Words in Django’s own parts of these pages, and what a factory or a record wrote.
KNOWN = NAMES | {"Search", "False", "True", "treaty", "Title of treaty", "Standfirst", "draft", "en"}
DRAWN = re.compile(r'\s(?:d|viewBox|[xy][12]?|c[xy]|r|width|height|stroke-width|patternTransform)="([^"]*)"')


def library():
    """A small library that every part of the public pages has something of."""
    cuba = make_topic("cuba", description="Written about it.")
    dunes = make_topic("dunes", broader=cuba)
    source = make_source("treaty", title="Treaty series", author="Registry", publisher="Office", date="1949-04-01")
    common = {"topics": [cuba, dunes], "summary": "Written here.", "facts_source": source}
    alba, brod, corvo = (
        make_actor(title=name.capitalize(), slug=name, iso3=iso3, body="Written words.", founded="1900", **common)
        for name, iso3 in (("alba", "FRA"), ("brod", "DEU"), ("corvo", "ITA"))
    )
    for actor in (alba, brod):
        write_aliases(actor, ["Shared"])
    for actor in (alba, brod, corvo):
        publish_now(actor)
    obligations = [
        {"kind": "defence", "article": "5", "description": "Written duty.", "condition": "Attacked", "area": "Anywhere",
         "decided_by": "Council", "automatic": True, "source": source},
        {"kind": "consultation", "description": "Written duty.", "discretionary": True, "owed_by": alba, "owed_to": brod, "source": source},
    ]  # fmt: skip
    pact = make_agreement(
        title="Pact", slug="pact", signed="1949-04-01", in_force="1949-08", place="Washington", depositary="Registry", body="Written words.",
        withdrawal_rule="Written rule", disputed="in_force", other_reading="1950", dispute="Written reason.", obligations=obligations,
        statements=[
            {"actor": alba, "article": "2", "withdrawn": "1970", "description": "Written statement.", "source": source},
            {"actor": brod, "kind": "objection", "objects_to": alba, "description": "Written objection.", "source": source},
            {"actor": corvo, "kind": "declaration", "made": "1960", "description": "Written declaration.", "source": source},
        ],
        parties=[
            {"actor": alba, "signed": "1949-04-01", "consent": "1949-05", "consent_means": "ratification", "in_force": "1949-08", "note": "Written note."},
            {"actor": brod, "in_force": "1949", "suspended": "1960", "suspension_ended": "1961", "name_used": "Broda"},
            {"actor": corvo, "in_force": "1949", "notice": "1985", "ended": "1990-10-03", "ended_means": "withdrawal", "disputed": "ended", "other_reading": "1991", "dispute": "Written reason."},
        ],
        **common,
    )  # fmt: skip
    publish_now(pact)
    charter = make_agreement(title="Charter", slug="charter", agreement_type="founding", in_force="1955", parties=[alba, {"actor": brod, "in_force": "1955", "role": "observer"}], **common)  # fmt: skip
    publish_now(charter)
    publish_now(make_actor(title="Union", slug="union", actor_kind="organisation", constituent_agreement=charter, **common))  # fmt: skip
    image = make_image("plane", licence="public-domain")
    article = make_article(
        title="Baltic", slug="baltic", introduction=f'[[Alba]] [@treaty, p. 5]\n\n![Seen](image:{image.key} "Caption")', topics=[cuba],
        summary="Written here.", featured=True, sections=[{"title": "Heading", "body": "Words [[Pact]].\n\n[see also]", "topics": [dunes]}],
    )  # fmt: skip
    publish_now(article)
    Article.objects.update(summary="Written otherwise.")
    publish_now(Article.objects.get(), note="Written change.")


class ReaderTextsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        library()

    def test_every_text_can_be_translated_and_every_other_is_marked_with_its_language(self):
        written = re.compile(
            "Alba|Broda?|Corvo|Pact|Charter|Heading|nothing|Union|Baltic|Cuba|Dunes|shared|pcat|pact|zzzzqq|zzz",
            re.IGNORECASE,
        )
        with bracketed():
            for address in PAGES:
                with self.subTest(address):
                    html = self.client.get(f"/fr{address}").content.decode()

                    # A title in the head, or the name of a mark in a drawing, cannot be marked by itself.
                    left = [(where, written.sub("", words)) for where, words in unsaid(html, NAMES)]
                    self.assertEqual([one for one in left if re.search(r"[^\W\d_]{2,}", one[1])], [])

    def test_drawings_have_the_same_numbers_in_every_language(self):
        for address in PAGES:
            with self.subTest(address):
                english, french = (
                    DRAWN.findall(self.client.get(prefix + address).content.decode()) for prefix in ("", "/fr")
                )

                self.assertEqual(english, french)

    def test_dates_and_counts_follow_the_language(self):
        html = self.client.get("/fr/agreements/pact/").content.decode()

        self.assertIn('<time class="date" datetime="1949-04-01">1er avril 1949</time>', html)
        self.assertIn('<time class="date" datetime="1949-08">août 1949</time>', html)
        self.assertIn("3 octobre 1990", html)

    def test_picture_s_credit_is_said_in_the_page_s_language(self):
        self.assertIn('<span lang="fr">domaine public</span>', self.client.get("/fr/articles/baltic/").content.decode())
        self.assertIn("Image: A. Photographer, public domain.", self.client.get("/articles/baltic/").content.decode())


class DeskTextsTests(TestCase):
    maxDiff = None
    """All that is written here are single letters, so that every longer word on a page is the interface's."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor("e", everything=True)
        broad = make_topic("a", description="b c.")
        topics = [broad, make_topic("d e", broader=broad)]
        source = make_source("s-1", title="S", publisher="P")
        common = {"topics": topics, "summary": "A b.", "facts_source": source}
        lands = [
            publish_now(make_actor(title=f"L {n}", slug=f"l-{n}", body="B [[L 1]].", **common), note="N")
            for n in (1, 2)
        ]
        duty = {"kind": "defence", "description": "D", "source": source}
        parties = [{"actor": land, "source": source} for land in lands]
        publish_now(make_agreement(title="P", slug="p-1", obligations=[duty], parties=parties, **common), note="N")
        sections = [{"title": "H", "body": "B [[L 1]].", "topics": topics}]
        article = publish_now(
            make_article(title="Q", slug="q-1", sections=sections, topics=topics, summary="A"), note="N"
        )
        Article.objects.update(summary="B")
        take_snapshot(Article.objects.get())
        cls.rows = [article, lands[0], make_image("i-1", title="I", credit="C"), source, broad]

    def addresses(self):
        """Every page of the desk that can be reached by GET, with a record where it needs one."""
        rows = {type(row): row for row in self.rows}
        for model, desk in admin.site._registry.items():
            if model._meta.app_label not in OURS or model is Entry:  # entries of a kind have a desk of their own
                continue
            row = rows.get(model) or model._default_manager.first()
            for url in desk.get_urls():
                if str(url.name).endswith("_delete"):  # Django’s, with the names of rows that nobody else sees
                    continue
                for arguments in ([row.pk], [row.pk, 1], []) if row else ([],):
                    try:
                        yield reverse(f"admin:{url.name}", args=arguments)
                    except NoReverseMatch:
                        continue
                    break

    def test_every_text_of_the_desk_can_be_translated(self):
        self.client.force_login(self.editor)
        read, left = 0, {}
        with bracketed():
            for address in dict.fromkeys(["/admin/", *self.addresses()]):
                response = self.client.get(address, headers={"Accept-Language": "fr"})
                if response.status_code != 200 or "html" not in response["Content-Type"]:
                    continue
                read += 1
                for where, words in unsaid(response.content.decode(), KNOWN):
                    left.setdefault((where, words), address)

        self.assertEqual("\n".join(f"{address}: {one}" for one, address in left.items()), "")
        self.assertGreater(read, 70)


class RecordTests(TestCase):
    def test_what_readers_get_is_the_same_whatever_language_the_editor_works_in(self):
        with override("fr"):
            library()

        self.assertEqual(check_public(), [])

    def test_records_are_kept_in_one_language(self):
        article = make_article()
        with override("fr"):
            take_snapshot(article)
            put_in_trash(article)

        self.assertEqual(AuditEvent.objects.latest("pk").became, "in trash")
