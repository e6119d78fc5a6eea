"""Images from the upload to the reader: who gets which file, and what a page shows."""

import re
from unittest import mock

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import TestCase
from django.urls import reverse

from actors.models import Actor, Agreement
from articles.models import Article
from defcoop_site.factories import make_actor, make_agreement, make_article, make_image, picture_file, publish_now
from publishing.check import check_public
from publishing.figures import address
from publishing.images import Image
from publishing.media import stored_name
from publishing.models import Entry, Snapshot
from publishing.pictures import read_picture
from publishing.public import PublicEntry, PublicImage
from publishing.publication import PublicationError, publish, rebuild_public, unpublish
from publishing.sharing import revoke, share
from publishing.snapshots import restore, take_snapshot
from publishing.tests.scenario import ScenarioTestCase

from .desk import add_row, change_address, desk_address, form_data, make_editor

LINE = '![A plane on a runway](image:plane "Berlin, 1948")'


def file_address(image, width=120, form="webp"):
    return address(image.digest, width, form)


def replace_file(image, colour="olive"):
    """Have the image's row name another file. Returns the row as it was."""
    before = Image.objects.get(pk=image.pk)
    image.take(read_picture(picture_file(colour=colour)), None, image.uploaded_at)
    image.save()
    return before


class ReaderTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.image = make_image("plane")

    def status(self, image=None, **options):
        return self.client.get(file_address(image or self.image, **options)).status_code

    def test_file_is_public_from_the_moment_that_a_page_with_it_is_published(self):
        article = make_article(introduction=LINE)
        take_snapshot(article)
        self.assertEqual(self.status(), 404)

        publish_now(article)

        for form in ("webp", "avif"):
            response = self.client.get(file_address(self.image, form=form))
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], f"image/{form}")
            self.assertEqual(response.headers["Cache-Control"], "public, max-age=31536000, immutable")
            self.assertEqual(response.headers["Content-Security-Policy"], "default-src 'none'; sandbox")
            self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(response.headers["Content-Disposition"], "inline")
            self.assertNotIn("Vary", response.headers)
            self.assertFalse(response.cookies)

    def test_page_names_only_files_that_it_can_get(self):
        self.image = make_image("wide", file=picture_file(size=(1000, 500)))
        article = publish_now(make_article(introduction="![A plane](image:wide)"))

        html = self.client.get(article.get_absolute_url()).content.decode()

        addresses = set(re.findall(r"/media/[^\s\"]+", html))
        self.assertEqual(len(addresses), 6)
        for found in addresses:
            self.assertEqual(self.client.get(found).status_code, 200, found)

    def test_file_costs_one_query_and_is_not_sent_twice(self):
        publish_now(make_article(introduction=LINE))
        with self.assertNumQueries(1):
            first = self.client.get(file_address(self.image))

        again = self.client.get(file_address(self.image), headers={"If-None-Match": first.headers["ETag"]})

        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(self.client.head(file_address(self.image)).status_code, 200)
        self.assertEqual(self.client.post(file_address(self.image)).status_code, 405)

    def test_no_other_file_has_an_address(self):
        publish_now(make_article(introduction=LINE))
        digest = self.image.digest
        for wrong in (
            f"/media/{digest}-121.webp",
            f"/media/{digest}-full.png",
            f"/media/{digest}-120.png",
            f"/media/{'0' * 64}-120.webp",
            f"/media/{digest.upper()}-120.webp",
            f"/media/images/{digest[:2]}/{digest}-120.webp",
            "/media/",
            "/media/../.env",
        ):
            self.assertEqual(self.client.get(wrong).status_code, 404, wrong)

    def test_files_of_drafts_answer_only_those_who_may_see_images(self):
        take_snapshot(make_article(introduction=LINE))
        known = f'"{self.image.digest}-120-webp"'
        for rights, expected in (([], 404), (["articles.change_article"], 404), (["publishing.view_image"], 200)):
            self.client.force_login(make_editor(f"editor {rights}", rights=rights))

            response = self.client.get(file_address(self.image))

            self.assertEqual(response.status_code, expected, rights)
            if expected == 200:
                self.assertEqual(response.headers["Cache-Control"], "private, no-store")
                self.assertIn("Cookie", response.headers["Vary"])
        self.client.logout()
        answer = self.client.get(file_address(self.image), headers={"If-None-Match": known})
        self.assertEqual(answer.status_code, 404)

    def test_image_of_an_unpublished_change_stays_unseen(self):
        article = publish_now(make_article(introduction=LINE))
        secret = make_image("secret", file=picture_file(colour="red"))
        article.introduction = "![Secret](image:secret)"
        article.save()

        take_snapshot(article)

        self.assertEqual(self.status(secret), 404)
        self.assertEqual(self.status(), 200)

    def test_image_stays_while_an_earlier_version_of_a_page_shows_it(self):
        article = publish_now(make_article(introduction=LINE))
        article.introduction = "No image any more."
        article.save()

        publish_now(article)

        self.assertNotContains(self.client.get(article.get_absolute_url()), "<img")
        self.assertContains(self.client.get(f"{article.get_absolute_url()}v/1/"), file_address(self.image))
        self.assertEqual(self.status(), 200)

    def test_image_goes_with_the_last_page_that_shows_it_and_comes_back_with_it(self):
        target = publish_now(make_article())
        for outcome, expected in (
            (Entry.State.WITHDRAWN, 200),
            (Entry.State.GONE, 404),
            (Entry.State.REDIRECTED, 404),
        ):
            with self.subTest(outcome):
                image = make_image(f"image-{outcome.value}", file=picture_file(colour=(9, len(outcome.value), 99)))
                article = publish_now(make_article(introduction=f"![A](image:{image.key})"))

                unpublish(article, outcome, target)
                self.assertEqual(self.status(image), expected)

                publish(Entry.objects.get(pk=article.pk).live)
                self.assertEqual(self.status(image), 200)

    def test_image_that_two_pages_show_stays_when_one_goes(self):
        one, _two = publish_now(make_article(introduction=LINE)), publish_now(make_article(introduction=LINE))

        unpublish(one, Entry.State.GONE)

        self.assertEqual(self.status(), 200)

    def test_replaced_file_leaves_what_was_published_as_it_was(self):
        article = publish_now(make_article(introduction=LINE))
        version = f"{article.get_absolute_url()}v/1/"
        before = {place: self.client.get(place).content for place in (article.get_absolute_url(), version)}

        older = replace_file(self.image)

        self.assertNotEqual(older.digest, self.image.digest)
        for place, content in before.items():
            self.assertEqual(self.client.get(place).content, content)
        self.assertEqual(self.status(), 404)

        publish_now(article)

        self.assertContains(self.client.get(article.get_absolute_url()), self.image.digest)
        self.assertContains(self.client.get(version), older.digest)
        self.assertNotContains(self.client.get(version), self.image.digest)
        self.assertEqual((self.status(older), self.status()), (200, 200))

    def test_other_credit_leaves_older_versions_as_they_were(self):
        article = publish_now(make_article(introduction=LINE))
        self.image.credit = "Somebody else"
        self.image.save()

        publish_now(article)

        self.assertContains(self.client.get(article.get_absolute_url()), "Somebody else")
        self.assertNotContains(self.client.get(f"{article.get_absolute_url()}v/1/"), "Somebody else")

    def test_profiles_show_images_too(self):
        for row in (
            make_actor(body=LINE),
            make_agreement(body=LINE),
            make_article(sections=[{"body": f"{LINE}\n\n[see also]"}]),
        ):
            page = self.client.get(publish_now(row).get_absolute_url())

            self.assertContains(page, "<figcaption>Berlin, 1948 ")
            self.assertContains(page, f'src="{file_address(self.image)}"')

    def test_page_is_found_by_the_words_of_its_images(self):
        publish_now(make_article(title="Found", introduction=LINE))

        self.assertContains(self.client.get("/search/?q=runway"), "Found")

    def test_image_keeps_the_page_light(self):
        bare = publish_now(make_article(slug="bare", introduction="Words."))
        wide = make_image("wide", file=picture_file(size=(1600, 800)))
        shown = publish_now(make_article(slug="shown", introduction=f"Words.\n\n![A](image:{wide.key})"))

        sizes = [len(self.client.get(row.get_absolute_url()).content) for row in (bare, shown)]

        self.assertLess(sizes[1] - sizes[0], 1_500)

    def test_public_images_are_what_the_versions_say(self):
        article = publish_now(make_article(introduction=LINE))
        PublicImage.objects.all().delete()
        self.assertEqual(check_public(), [f"article {article.slug}: rows of PublicImage differ"])

        rebuild_public()

        self.assertEqual(check_public(), [])
        self.assertEqual(self.status(), 200)

    def test_snapshots_from_before_images_came_are_read_and_stay_equal(self):
        article = publish_now(make_article(introduction="No image."))
        old = {name: value for name, value in article.head.content.items() if name != "images"}
        super(type(Snapshot.objects.all()), Snapshot.objects.all()).update(content=old)

        self.assertEqual(take_snapshot(article).pk, article.head_id)
        self.assertEqual(self.client.get(f"{article.get_absolute_url()}v/1/").status_code, 200)


class PublishingTests(ScenarioTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_editor(everything=True)

    def setUp(self):
        self.client.force_login(self.editor)

    def test_image_without_words_credit_or_licence_is_not_published(self):
        make_image("plane", credit="")
        make_image("ship", licence="")
        make_image("terms", licence="other")
        for text in (
            "![A](image:plane)",
            "![A](image:ship)",
            "![A](image:terms)",
            "![](image:plane)",
            "![A](image:no)",
        ):
            with self.subTest(text), self.assertRaises(PublicationError):
                publish(take_snapshot(make_article(introduction=text)))
        self.assertFalse(PublicEntry.objects.exists())
        self.assertFalse(PublicImage.objects.exists())

    def test_draft_is_saved_whatever_its_images_lack_and_the_refusal_leads_to_the_place(self):
        image = make_image("plane", credit="")
        article = make_article(sections=[{"title": "First"}, {"title": "Second"}])
        for body, words, link in (
            ("![](image:plane)", "has no alternative text", 'href="#id_sections-1-body"'),
            (LINE, "needs a credit and a licence", f'href="{desk_address(image, "change", image.pk)}"'),
        ):
            data = form_data(self.client.get(change_address(article)))

            page = self.client.post(
                change_address(article), {**data, "sections-1-body": body, "_publish": "1"}, follow=True
            )

            self.assertContains(page, "Saved, but not published. Second: ")
            self.assertContains(page, words)
            self.assertContains(page, link)
            self.assertContains(page, 'id="id_sections-1-body"')
            self.assertEqual(article.sections.get(title="Second").body, body)
            self.assertFalse(PublicEntry.objects.exists())

    def test_preview_with_an_image_is_the_page_after_publishing(self):
        make_image("plane")
        for row, prefix in (
            (make_article(introduction=LINE), "introduction"),
            (make_actor(body=LINE), "body"),
            (make_agreement(body=LINE), "body"),
        ):
            with self.subTest(row.KIND):
                data = form_data(self.client.get(change_address(row)))
                self.assertIn("image:plane", data[prefix])

                preview = self.client.post(desk_address(row, "preview", row.pk), data).content.decode()
                self.client.post(change_address(row), {**data, "_publish": "1"})
                live = self.client.get(row.get_absolute_url()).content.decode()

                preview = re.sub(r'<p class="banner.*?</p>|<meta name="robots"[^>]*>\n', "", preview)
                self.assertEqual(re.sub(r"\s+", " ", preview), re.sub(r"\s+", " ", live))

    def test_preview_writes_nothing_and_makes_no_file_public(self):
        image = make_image("plane")
        article = make_article()
        data = form_data(self.client.get(change_address(article)))

        page = self.client.post(desk_address(article, "preview", article.pk), {**data, "introduction": LINE})

        self.assertContains(page, file_address(image))
        self.assertEqual(self.client.get(file_address(image)).status_code, 200)
        self.assertFalse(PublicImage.objects.exists())
        self.client.logout()
        self.assertEqual(self.client.get(file_address(image)).status_code, 404)

    def test_restoring_names_an_image_that_is_gone_or_has_another_file(self):
        image = make_image("plane")
        article = make_article(introduction=LINE)
        first = take_snapshot(article)
        article.introduction = "Nothing."
        article.save()
        take_snapshot(article)
        replace_file(image)

        restored, losses = restore(article, first)

        self.assertEqual(losses, ["The image “plane” has another file now, which is shown here."])
        self.assertEqual(restored.content["images"]["plane"]["digest"], image.digest)
        image.delete()
        _restored, losses = restore(article, first)
        self.assertEqual(losses, ["The image “plane” no longer exists."])


class SharedDraftTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.image = make_image("plane")
        article = make_article(introduction=LINE)
        take_snapshot(article)
        cls.link = share(article, make_editor(), 7)

    def shared_file(self, image=None, token=None):
        image = image or self.image
        return self.client.get(reverse("shared_file", args=[token or self.link.token, image.digest, 120, "webp"]))

    def test_reader_of_a_shared_draft_sees_its_images_under_the_link(self):
        page = self.client.post(self.link.get_absolute_url())

        addresses = set(re.findall(r"/[^\s\"]*/media/[^\s\"]+|/media/[^\s\"]+", page.text))
        self.assertEqual(len(addresses), 2)
        for place in addresses:
            response = self.client.get(place)
            self.assertEqual(response.status_code, 200, place)
            self.assertEqual(response.headers["Cache-Control"], "no-store")
            self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow, noarchive")
            self.assertEqual(response.headers["Content-Security-Policy"], "default-src 'none'; sandbox")
            self.assertFalse(response.cookies)
        self.assertEqual(self.client.get(file_address(self.image)).status_code, 404)

    def test_link_gives_no_other_file_and_none_once_it_is_closed(self):
        other = make_image(file=picture_file(colour="red"))
        self.assertEqual(self.shared_file(other).status_code, 404)
        self.assertEqual(self.shared_file(token="guessed").status_code, 404)

        revoke(self.link, None)

        self.assertEqual(self.shared_file().status_code, 410)


class DeskTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.contributor = make_editor("contributor")
        cls.contributor.groups.add(Group.objects.get(name="contributor"))
        cls.root = make_editor("root", everything=True)

    def setUp(self):
        self.client.force_login(self.contributor)

    def upload(self, place=None, file=None, **fields):
        file = file or picture_file()
        values = {
            "key": "plane",
            "title": "A plane",
            "credit": "",
            "licence": "",
            "licence_terms": "",
            "source_url": "",
        }
        upload = SimpleUploadedFile(file.name, file.read(), "text/html")
        place = place or reverse("admin:publishing_image_add")
        return self.client.post(place, {**values, **fields, "upload": upload}, follow=True)

    def test_contributor_uploads_an_image_and_completes_it_later(self):
        self.assertEqual(self.upload().status_code, 200)
        image = Image.objects.get(key="plane")
        self.assertEqual((image.width, image.height, image.uploaded_by), (120, 80, self.contributor))

        place = desk_address(image, "change", image.pk)
        values = {"title": "A plane", "credit": "A. Photographer", "licence": "cc0-1.0"}
        self.client.post(place, values)

        after = Image.objects.get(key="plane")
        self.assertEqual((after.credit, after.licence, after.digest), ("A. Photographer", "cc0-1.0", image.digest))
        self.assertContains(self.client.get(reverse("admin:publishing_image_changelist")), file_address(image))

    def test_file_that_is_refused_is_explained_and_nothing_is_kept(self):
        for content, words in (
            (b"<svg onload=alert(1)>", "This is an SVG drawing"),
            (b"GIF89a", "no image that can be read"),
            (b"", "The submitted file is empty."),
        ):
            page = self.client.post(
                reverse("admin:publishing_image_add"),
                {"key": "plane", "title": "A plane", "upload": SimpleUploadedFile("a.png", content, "image/png")},
            )

            self.assertContains(page, words)
        self.assertContains(
            self.client.post(reverse("admin:publishing_image_add"), {"key": "a", "title": "A"}),
            "This field is required.",
        )
        self.assertFalse(Image.objects.exists())

    def test_other_terms_must_be_said_and_keys_are_plain(self):
        self.assertContains(self.upload(licence="other"), "Say on which terms the image may be shown.")
        for key in ("Plane", "a plane", "a_plane", "-plane", "plane\n", "плане"):
            page = self.upload(key=f"{key}")
            if Image.objects.exists():
                self.assertEqual(Image.objects.get().key, "plane")  # a field's edges are trimmed
                Image.objects.all().delete()
            else:
                self.assertContains(page, "Write the key in small letters")

    def test_replacing_keeps_the_older_file_and_says_which_pages_show_it(self):
        image = make_image("plane")
        publish_now(make_article(title="Airlift", introduction=LINE))
        take_snapshot(make_actor(title="Ruritania", body=LINE))
        place = desk_address(image, "change", image.pk)

        page = self.upload(place, picture_file(colour="red"), credit="A", licence="cc0-1.0")

        self.assertEqual(page.status_code, 200)
        after = Image.objects.get(key="plane")
        self.assertNotEqual(after.digest, image.digest)
        self.assertTrue(default_storage.exists(stored_name(image.digest, 120, "webp")))
        form = self.client.get(place)
        self.assertContains(form, "Airlift</a>: readers see an earlier file")
        self.assertContains(form, "Ruritania</a>: in the draft")

    def test_form_and_list_take_a_fixed_number_of_queries(self):
        image = make_image("plane")
        ContentType.objects.get_for_model(Image)  # asked for once in the life of a process
        for _round in range(2):
            for _n in range(5):
                publish_now(make_article(introduction=LINE))
                make_image()
            with self.assertNumQueries(6):  # session, user, image, rights (own, groups’), entries that show it
                self.client.get(desk_address(image, "change", image.pk))
            with self.assertNumQueries(7):  # session, user, rights (own, groups’), counts (found, all), images
                self.client.get(reverse("admin:publishing_image_changelist"))

    def test_line_for_a_text_says_what_the_image_shows_or_that_it_adorns(self):
        image = make_image("plane")
        place = desk_address(image, "use", image.pk)
        for given, expected in (
            ({"alternative": "A plane", "caption": "Berlin"}, "![A plane](image:plane &quot;Berlin&quot;)"),
            ({"alternative": "", "decorative": "on", "caption": ""}, "![decorative](image:plane)"),
            ({"alternative": "", "caption": ""}, "one of the two, not both"),
            ({"alternative": "A", "decorative": "on", "caption": ""}, "one of the two, not both"),
            ({"alternative": "A [b]", "caption": ""}, "Leave out square brackets."),
            ({"alternative": "A", "caption": 'a "b"'}, "Write “ ” for quotation marks."),
        ):
            with self.subTest(given):
                self.assertContains(self.client.get(place, given), expected)
        self.assertNotContains(self.client.get(place), "errorlist")
        self.assertEqual(self.client.post(place).status_code, 405)

    def test_addresses_refuse_who_lacks_the_right(self):
        image = make_image("plane")
        self.client.force_login(make_editor("nobody", rights=["articles.change_article"]))
        for name in ("change", "use", "delete", "history"):
            self.assertEqual(self.client.get(desk_address(image, name, image.pk)).status_code, 403, name)
        self.assertEqual(self.client.get(reverse("admin:publishing_image_add")).status_code, 403)
        self.client.force_login(self.contributor)
        self.assertEqual(self.client.get(desk_address(image, "delete", image.pk)).status_code, 403)
        self.assertEqual(self.client.get("/admin/publishing/image/nothing/use/").status_code, 404)

    def test_image_that_history_shows_cannot_be_deleted(self):
        self.client.force_login(self.root)
        used, unused = make_image("plane"), make_image("other")
        article = make_article(introduction=LINE)
        take_snapshot(article)
        article.introduction = "Nothing."
        article.save()
        take_snapshot(article)

        for image in (used, unused):
            self.client.post(desk_address(image, "delete", image.pk), {"post": "yes"})

        self.assertEqual(list(Image.objects.all()), [used])
        self.client.post(
            reverse("admin:publishing_image_changelist"),
            {"action": "delete_selected", "_selected_action": [str(used.pk)], "post": "yes"},
        )
        self.assertEqual(list(Image.objects.all()), [used])

    def test_new_entry_with_an_image_is_published_from_its_form(self):
        self.client.force_login(self.root)
        make_image("plane")
        for model, name, extra in (
            (Article, "introduction", {}),
            (Actor, "body", {"actor_kind": "state", "region": "europe"}),
            (Agreement, "body", {"agreement_type": "alliance", "legal_force": "binding", "scope": "regional"}),
        ):
            data = form_data(self.client.get(desk_address(model, "add")))
            data.update({"title": "T", "slug": "t", "summary": "S", name: LINE, "_publish": "1", **extra})
            if model is Article:
                add_row(data, "sections", title="One", level="1", body=f"Words\r\n{LINE}\r\nmore words.\r\n")

            self.client.post(desk_address(model, "add"), data)

            page = self.client.get(model.objects.get().get_absolute_url())
            self.assertContains(page, "<figure>", count=2 if model is Article else 1)


class StorageTests(TestCase):
    def test_same_file_is_kept_once(self):
        one = make_image("one")
        with mock.patch.object(default_storage, "save") as saved:
            two = make_image("two")

        self.assertEqual(one.digest, two.digest)
        saved.assert_not_called()

    def test_file_that_an_interruption_cut_short_is_written_anew(self):
        one = make_image("one")
        name = stored_name(one.digest, 120, "webp")
        with default_storage.open(name) as file:
            whole = file.read()
        default_storage.delete(name)
        default_storage.save(name, picture_file(size=(1, 1)))

        make_image("two")

        with default_storage.open(name) as file:
            self.assertEqual(file.read(), whole)

    def test_file_missing_from_the_storage_answers_not_found(self):
        image = make_image("plane", file=picture_file(colour="teal"))
        publish_now(make_article(introduction=LINE))
        default_storage.delete(stored_name(image.digest, 120, "webp"))

        self.assertEqual(self.client.get(file_address(image)).status_code, 404)

    def test_commands_find_images_in_order(self):
        make_image("plane")
        publish_now(make_article(introduction=LINE))

        call_command("check_public", verbosity=0)
        call_command("rebuild_public", verbosity=0)

        self.assertEqual(check_public(), [])
