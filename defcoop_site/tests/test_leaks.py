"""Invariant 1: nothing that happens on the desk short of publishing changes a byte of what readers get."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from actors.models import Actor, Agreement
from articles.models import Article
from defcoop_site.exports.making import make_export
from defcoop_site.factories import (
    make_actor,
    make_agreement,
    make_article,
    make_image,
    make_source,
    make_topic,
    picture_file,
    publish_now,
)
from publishing import figures
from publishing.check import check_public
from publishing.desk import write_aliases
from publishing.models import Image

from .crawl import crawl
from .desk import add_row, change_address, desk_address, form_data, make_editor, typed_form

SECRET = "zanzibar"
FILE = re.compile(r"/media/[^\s\"]+")
IN_TIME = r"/(actors|agreements|between|map|timeline)/([^/?]+/)?((map|timeline)/)?"  # pages that can be asked for a day


class LeakTests(TestCase):
    """Given a small live library whose entries refer to each other, and an editor with every right."""

    @classmethod
    def setUpTestData(cls):
        cls.topic, cls.other = make_topic("airlift"), make_topic("sea lift")
        make_source("treaty")
        cls.state = publish_now(make_actor(title="Ruritania", topics=[cls.topic], body="A state in [[The Pact]]."))
        cls.agreement = publish_now(
            make_agreement(
                title="The Pact",
                topics=[cls.topic, cls.other],
                parties=[cls.state, make_actor(title="Unpublished state")],
            )
        )
        cls.organisation = publish_now(
            make_actor(
                title="Pact Organisation",
                actor_kind="organisation",
                constituent_agreement=cls.agreement,
                topics=[cls.other],
            )
        )
        write_aliases(cls.state, ["The partners"])
        write_aliases(cls.organisation, ["The partners"])
        for row in (cls.state, cls.organisation):
            publish_now(row)
        cls.image = make_image("plane")
        body = "On [[Ruritania]], [[the partners]] and [@treaty].\n\n![A plane](image:plane)"
        section = {"title": "Part", "body": body, "topics": [cls.topic]}
        cls.article = publish_now(make_article(title="An article", topics=[cls.topic, cls.other], sections=[section]))
        cls.editor = make_editor(everything=True)
        with CaptureQueriesContext(connection) as queries:
            cls.before = cls.public(cls.client_class())
        cls.asked = [query["sql"] for query in queries]

    def setUp(self):
        self.assertGreater(len(self.before), 400)
        self.client.force_login(self.editor)

    def tearDown(self):
        self.client.logout()
        after = self.public(self.client)
        self.assertEqual(self.before.keys(), after.keys())
        for address, content in self.before.items():
            self.assertEqual(content, after[address], address)
        self.assertNotContains(self.client.get(f"/search/?q={SECRET}"), "entry-line")
        self.assertEqual(self.client.get(f"/search/names/?q={SECRET}").json(), {"results": []})
        self.assertEqual(self.client.get(f"/api/v1/search?q={SECRET}").json()["results"], [])
        self.assertEqual(check_public(), [])

    @classmethod
    def public(cls, client):
        """{address: content} of all that anybody may read: pages, files, the API, and the export."""
        found = {address: response.content for address, response in crawl(client).items()}
        addresses = [
            "/articles/nothing/",
            f"/search/?q={SECRET}",
            f"/search/names/?q={SECRET}",
            "/search/?q=treaty",
        ]
        addresses += [f"{address}?on=2000" for address in found if re.fullmatch(IN_TIME, address)]
        addresses += [f"/between/{cls.organisation.slug}/{cls.state.slug}/", f"/between/names/?q={SECRET}"]
        addresses += [f"/agreements/compare/?a={cls.agreement.slug}"]
        addresses += [f"/api/v1/{name}?limit=100" for name in ("articles", "actors", "agreements", "topics")]
        addresses += [
            "/api/v1/participations",
            "/api/v1/participations?on=2000",
            "/api/v1/statements",
            f"/api/v1/search?q={SECRET}",
        ]
        addresses += [f"/api/v1/between/{cls.organisation.slug}/{cls.state.slug}", "/api/v1/search?q=pact"]
        for section, row in (("articles", cls.article), ("actors", cls.state), ("agreements", cls.agreement)):
            addresses += [f"/api/v1/{section}/{row.slug}{more}" for more in ("", "/versions", "/versions/1")]
        found |= {address: client.get(address).content for address in addresses}
        files = {address for content in found.values() for address in FILE.findall(content.decode())}
        found |= {address: client.get(address).content for address in files}
        for row in (cls.article, cls.state, cls.agreement):
            address = f"{row.live_address}card.png"
            found[address] = client.get(address).content
        with TemporaryDirectory() as folder:
            lines = make_export(Path(folder)) / "jsonl"
            return found | {f"export {path.name}": path.read_bytes() for path in lines.iterdir()}

    def drafts(self):
        """(row, form data with secret changes) for an entry of each kind."""
        changes = {
            "title": SECRET,
            "slug": SECRET,
            "summary": SECRET,
            "aliases": SECRET,
            "topics": self.other.name,
            "featured": "on",
            "change_summary": SECRET,
        }
        for row in (self.article, self.state, self.agreement, self.organisation):
            data = form_data(self.client.get(change_address(row)))
            data.update(
                {
                    name: value
                    for name, value in changes.items()
                    if name in data or name in ("aliases", "featured", "change_summary")
                }
            )
            data["slug"] = f"{SECRET}-{row.slug}"
            yield row, data

    def test_saved_drafts_change_nothing(self):
        for row, data in self.drafts():
            if row == self.agreement:
                data.update({"participations-0-signed": "1999", "participations-1-DELETE": "on"})
                add_row(
                    data,
                    "statements",
                    kind="reservation",
                    actor=str(row.participations.first().actor.pk),
                    made="1999",
                    description=SECRET,
                    source=str(row.participations.first().source.pk),
                )
                add_row(
                    data,
                    "obligations",
                    kind="defence",
                    description=SECRET,
                    source=str(row.participations.first().source.pk),
                )
            if row == self.article:
                data.update({"sections-0-body": SECRET, "sections-0-topics": []})
                add_row(data, "sections", title=SECRET, level="1", body=SECRET)

            response = self.client.post(change_address(row), {**data, "_continue": "1"})

            self.assertEqual(response.status_code, 302, row)

    def test_reading_writes_nothing(self):
        writing = [sql for sql in self.asked if sql.startswith(("INSERT", "UPDATE", "DELETE", "REPLACE"))]

        self.assertGreater(len(self.asked), 1_000)
        self.assertLess(len(self.asked), connection.queries_limit)  # from there on the first are forgotten
        self.assertEqual(writing, [])

    def test_new_drafts_change_nothing(self):
        for model, extra in (
            (Article, {"introduction": f"{SECRET} [[Ruritania]]"}),
            (Actor, {"actor_kind": "state", "region": "europe", "body": "[[Ruritania]]"}),
            (Agreement, {"agreement_type": "alliance", "legal_force": "binding", "scope": "regional"}),
        ):
            data = form_data(self.client.get(desk_address(model, "add")))
            data.update({"title": SECRET, "slug": SECRET, "summary": SECRET, "topics": self.topic.name, **extra})

            response = self.client.post(desk_address(model, "add"), {**data, "_continue": "1"})

            self.assertEqual(response.status_code, 302, model)

    def test_uploaded_replaced_and_drafted_images_change_nothing(self):
        def post(name, *arguments, colour, **fields):
            upload = SimpleUploadedFile("a.png", picture_file(colour=colour).read())
            values = {"title": SECRET, "credit": SECRET, "licence": "cc0-1.0", **fields, "upload": upload}
            return self.client.post(desk_address(Image, name, *arguments), values)

        self.assertEqual(post("add", key=SECRET, colour="red").status_code, 302)
        self.assertEqual(post("change", self.image.pk, colour="olive").status_code, 302)
        for row, data in self.drafts():
            name = "introduction" if row == self.article else "body"

            self.client.post(change_address(row), {**data, name: f"![{SECRET}](image:{SECRET})", "_continue": "1"})

        images = Image.objects.filter(title=SECRET)
        self.assertEqual(len(images), 2)
        self.client.logout()
        for image in images:
            self.assertEqual(self.client.get(figures.address(image.digest, 120, "webp")).status_code, 404)

    def test_previews_change_nothing(self):
        for row, data in self.drafts():
            response = self.client.post(desk_address(row, "preview", row.pk), data)

            self.assertContains(response, SECRET)

    def test_what_is_typed_and_not_saved_changes_nothing(self):
        for row, data in self.drafts():
            pairs, opened_by = typed_form(self.client.get(change_address(row)))
            fields = json.dumps([*pairs, *([name, value] for name, value in data.items() if isinstance(value, str))])

            kept = self.client.post(desk_address(row, "keep", row.pk), {**opened_by, "fields": fields})
            shown = self.client.get(desk_address(row, "typed", row.pk))
            taken = self.client.post(desk_address(row, "take_up", row.pk))
            carried = self.client.post(desk_address(row, "resume", row.pk), {**opened_by, "carried": fields})

            self.assertTrue(kept.json()["kept"])
            for response in (shown, taken, carried):
                self.assertContains(response, SECRET)

    def test_restoring_changes_nothing(self):
        for row, data in self.drafts():
            self.client.post(change_address(row), {**data, "_continue": "1"})

            response = self.client.post(desk_address(row, "restore", row.pk, 1))

            self.assertEqual(response.status_code, 302)

    def test_draft_of_a_linked_entry_lends_its_name_to_no_live_page(self):
        unpublished = Actor.objects.get(title="Unpublished state")
        data = form_data(self.client.get(change_address(unpublished)))

        response = self.client.post(change_address(unpublished), {**data, "title": SECRET, "_continue": "1"})

        self.assertEqual(response.status_code, 302)
