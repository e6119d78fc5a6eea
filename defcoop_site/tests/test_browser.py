"""The site in a real browser, on the real fixtures: as a reader, as an editor, and as axe sees it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from actors.models import Agreement
from articles.models import Article
from defcoop_site.factories import make_article, make_image, picture_file, publish_now
from publishing.audit import AuditEvent, record
from publishing.check import check_public
from publishing.releases import Release, add_to_release
from publishing.reports import Report
from publishing.trash import put_in_trash
from topics.merging import merge
from topics.vocabulary import Topic

from .desk import change_address, desk_address, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MAIN_ARTICLE = "/articles/international-defence-cooperation/"
PAGES = [
    "/",
    MAIN_ARTICLE,
    "/actors/nato/",
    "/agreements/north-atlantic-treaty/",
    "/topics/collective-defence/",
    "/agreements/",
    "/search/?q=treaty",
]
WIDTHS = [1280, 320, 390]


@pytest.fixture
def site(live_server, first_content, page):
    """The address of a running site with the fixtures, and a list of what its pages' policies refused."""
    page.refused = []
    page.on("console", lambda message: page.refused.append(message.text) if message.type == "error" else None)
    yield live_server.url
    assert page.refused == []


def violations(page):
    """What axe finds, as rule and element. What the policy refuses of axe's own styles is no fault of the page."""
    before = list(page.refused)
    found = Axe().run(page).response["violations"]
    page.refused[:] = before
    return [(rule["id"], node["target"]) for rule in found for node in rule["nodes"]]


def sideways(page):
    """The widths on which the page scrolls sideways."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(width)
    return found


def faults(page, address, wait=0):
    """What axe finds on a page, in light on a desk and in dark on a phone, and the widths on which it scrolls sideways."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(address)
    page.wait_for_timeout(wait)
    found = [(address, "light", *violation) for violation in violations(page)]
    page.emulate_media(color_scheme="dark")
    found += [(address, width, "scrolls sideways") for width in sideways(page)]
    # The desk's links take a moment from one colour to the other.
    page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished)).then(() => null)")
    return found + [(address, "dark", *violation) for violation in violations(page)]


def sign_in(page, site):
    """An editor's session in the page's browser; test_sign_in_browser.py goes by the form."""
    client = Client()
    client.force_login(make_editor(everything=True))
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])


def test_reader_follows_see_also_and_editor_publishes_a_section(site, page):
    page.goto(site)
    page.get_by_role("link", name="International defence cooperation", exact=True).first.click()
    page.locator(".see-also-line").get_by_role("link", name="Strategic airlift capabilities").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Strategic airlift capabilities"

    page.goto(f"{site}/actors/nato/")
    page.get_by_role("link", name="North Atlantic Treaty", exact=True).first.click()
    finland = page.locator("table.records--parties tr", has_text="Finland")
    assert "4 April 2023" in finland.inner_text()

    sign_in(page, site)
    article = Article.objects.get(slug="strategic-airlift-capabilities")
    page.goto(f"{site}{change_address(article)}")
    page.locator("textarea[name=sections-0-body]").fill("Words that an editor has just typed.")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()
    page.goto(f"{site}/articles/strategic-airlift-capabilities/")
    assert "Words that an editor has just typed." not in page.content()

    page.goto(f"{site}{change_address(article)}")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview", exact=True).click()
    opened.value.get_by_text("Words that an editor has just typed.").wait_for()
    page.get_by_label("Public note").fill("Words added.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published.").wait_for()
    page.get_by_role("link", name="Read the page").first.click()
    page.get_by_text("Words that an editor has just typed.").wait_for()
    assert check_public() == []


def test_editor_uploads_an_image_and_readers_see_it(site, page):
    sign_in(page, site)
    page.goto(f"{site}/admin/publishing/image/add/")
    photograph = picture_file("JPEG", size=(2400, 1500)).read()
    page.get_by_label("File").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph})
    page.get_by_label("Key").fill("runway")
    page.get_by_label("Title").fill("A runway")
    page.get_by_label("Credit").fill("A. Photographer")
    page.locator("select[name=licence]").select_option("CC BY 4.0")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("2400 by 1500 pixels").wait_for()
    page.get_by_role("link", name="Use in a text").click()
    page.get_by_label("Alternative text").fill("Aircraft on a runway")
    page.get_by_role("button", name="Make the line").click()
    line = page.get_by_label("Copy this into the text").input_value()

    article = Article.objects.get(slug="strategic-airlift-capabilities")
    page.goto(f"{site}{change_address(article)}")
    field = page.locator("textarea[name=introduction]")
    words = field.input_value()
    field.fill(f"{line}\n\n{words}")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview", exact=True).click()
    assert is_drawn(opened.value)
    page.get_by_label("Public note").fill("An image added.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published.").wait_for()

    page.goto("about:blank")  # before the form, which still tells who has it open, is refused
    page.context.clear_cookies()
    page.goto(f"{site}/articles/strategic-airlift-capabilities/")
    assert is_drawn(page)
    assert violations(page) == []
    assert check_public() == []


def is_drawn(page):
    """Whether the browser got the image of the page's figure and drew it."""
    image = page.get_by_role("img", name="Aircraft on a runway")
    image.scroll_into_view_if_needed()
    return image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def test_pages_are_accessible_and_fit_the_screen(site, page):
    image = make_image(file=picture_file("JPEG", size=(2000, 1200)))
    pictured = publish_now(make_article(introduction=f'![A plane](image:{image.key} "Its caption")'))

    found = [fault for address in [*PAGES, pictured.get_absolute_url()] for fault in faults(page, site + address)]

    assert found == []


def test_lists_of_the_desk_fit_a_phone(site, page):
    sign_in(page, site)
    root = get_user_model().objects.get()
    pact, word = Agreement.objects.get(slug="anzus-treaty"), "Verteidigungszusammenarbeitsabkommen"
    make_image(title=word * 2, credit="A photographer of some office " * 3)
    put_in_trash(make_article(title=f"What came of the {word}"), root)
    add_to_release(Release.objects.create(name=f"Summit on the {word}"), pact.head)
    Report.objects.create(entry_id=pact.pk, version=1, words="A wrong date. " * 20, email="reader@example.org")
    merge(*Topic.objects.all()[:2], root)
    record(AuditEvent.Action.NOTE, root, pact, was="A note of some length. " * 15, became="a_word_without_spaces" * 10)

    found = []
    page.emulate_media(color_scheme="dark")
    for model in admin.site._registry:
        page.goto(f"{site}{desk_address(model, 'changelist')}")
        found += [(model, width, "the page scrolls sideways") for width in sideways(page)]  # ends at 390 px
        box = page.locator(".results").evaluate("box => [box.scrollWidth, box.clientWidth]")
        found += [(model, "the table scrolls sideways")] if box[0] > box[1] else []
        found += [(model, *violation) for violation in violations(page)]

    assert found == []


def test_desk_is_accessible(site, page):
    sign_in(page, site)
    article, agreement = (
        Article.objects.get(slug="strategic-airlift-capabilities"),
        Agreement.objects.get(slug="anzus-treaty"),
    )
    addresses = ["/admin/", "/admin/actors/agreement/", change_address(article), change_address(agreement)]
    addresses += [desk_address(article, name, article.pk) for name in ("history", "unpublish", "schedule")]
    addresses += [desk_address(article, name, article.pk) for name in ("release", "upkeep", "trash")]
    addresses += [desk_address(article, "diff", article.pk, 1, 1), desk_address(article, "note", article.pk, 1)]
    trashed, release = make_article(), Release.objects.create(name="Summit")
    put_in_trash(trashed)
    add_to_release(release, article.head)
    addresses += [change_address(trashed), desk_address(trashed, "purge", trashed.pk), "/admin/publishing/trashed/"]
    addresses += ["/admin/publishing/release/", f"/admin/publishing/release/{release.pk}/change/"]
    image = make_image()
    addresses += [desk_address(image, name, image.pk) for name in ("change", "use")]
    addresses += [desk_address(image, name) for name in ("changelist", "add")]

    # Select2 draws its fields, then they are named.
    found = [fault for address in addresses for fault in faults(page, site + address, wait=200)]

    assert found == []
