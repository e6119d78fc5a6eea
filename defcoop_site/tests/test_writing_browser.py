"""Writing in a real browser: toolbar, shortcuts, completion, counts, findings, and the preview beside the form."""

import pytest

from articles.models import Article
from defcoop_site.factories import make_actor, make_article, make_source, publish_now
from publishing.desk import write_aliases
from publishing.models import Snapshot
from publishing.snapshots import take_snapshot

from .desk import change_address, desk_address
from .test_browser import faults, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(live_server, transactional_db, page):
    """The change form of an article with one section, and a list of what the policies refused."""
    page.refused = []
    page.on("console", lambda message: page.refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.refused.append(str(error)))
    article = publish_now(
        make_article(title="Airlift", introduction="Some words", sections=[{"title": "First", "body": "Body. " * 400}])
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, live_server.url)
    page.address = live_server.url + change_address(article)
    page.goto(page.address)
    yield page
    assert page.refused == []


def tool(form, name):
    return form.locator(".field-introduction").get_by_role("button", name=name, exact=True)


def select(area, start, end):
    area.evaluate("(area, [start, end]) => { area.focus(); area.setSelectionRange(start, end); }", [start, end])


def test_toolbar_and_shortcuts_write_markdown_and_undo_takes_it_back(form):
    area = form.locator("#id_introduction")
    steps = [
        ("Bold", (0, 4), "**Some** words"),
        ("Bold", (2, 6), "Some words"),
        ("Control+b", (0, 5), "**Some** words"),  # without the space
        ("Control+z", None, "Some words"),
        ("Control+i", (5, 10), "Some *words*"),
        ("Italic", (6, 11), "Some words"),
        ("Heading", (3, 3), "# Some words"),
        ("Heading", (3, 3), "Some words"),
        ("List", (0, 10), "- Some words"),
        ("Control+z", None, "Some words"),
        ("Control+k", (5, 10), "Some [words](https://)"),
        ("Control+z", None, "Some words"),
        ("Link", (0, 4), "[Some](https://) words"),
        ("Control+z", None, "Some words"),
    ]
    for action, selected, expected in steps:
        if selected:
            select(area, *selected)
        if "+" in action:
            area.press(action)
        else:
            tool(form, action).click()
        assert area.input_value() == expected, action

    select(area, 10, 10)
    tool(form, "Table").click()
    assert area.input_value().startswith("Some words\n\n| Heading | Heading |\n| --- | --- |")


def test_toolbar_is_one_stop_and_arrows_move_in_it(form):
    area = form.locator("#id_introduction")
    focused = "document.activeElement.textContent.trim()"
    tool(form, "Bold").focus()

    form.keyboard.press("ArrowLeft")
    assert form.evaluate(focused) == "Table"
    form.keyboard.press("Home")
    form.keyboard.press("ArrowRight")
    assert form.evaluate(focused) == "Italic"
    form.keyboard.press("Tab")

    assert area.evaluate("area => area === document.activeElement")
    assert form.locator(".field-introduction [role=toolbar] button[tabindex='0']").count() == 1


def test_entries_and_sources_are_completed_by_keyboard_and_pointer(form):
    write_aliases(make_actor(title="North Atlantic Treaty Organization"), ["NATO"])
    make_actor(title="NATO agency")
    make_source("nato-charter", title="A charter")
    area, options = form.locator("#id_introduction"), form.locator("[data-completion] [role=option]")

    area.press("Control+End")
    area.press_sequentially(" [[nato")
    options.nth(1).wait_for()
    assert area.get_attribute("aria-activedescendant") == "completion-0"
    assert "2 suggestions" in form.locator("[data-completion-status]").inner_text()
    assert violations(form) == []
    area.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    area.press("ArrowDown")
    area.press("Enter")
    assert area.input_value() == "Some words [[NATO]]"

    area.press_sequentially(" and [[agen")
    options.first.wait_for()
    area.press("Escape")
    assert not form.locator("[data-completion]").is_visible()
    assert area.get_attribute("aria-activedescendant") is None
    area.press("Control+a")
    area.press_sequentially("[@chart")
    options.first.wait_for()
    area.press("Tab")
    assert area.input_value() == "[@nato-charter]"
    area.press("Control+z")
    assert area.input_value() == "[@chart"

    area.fill("")
    tool(form, "Entry").click()
    form.keyboard.type("agency")
    options.first.click()
    assert area.input_value() == "[[NATO agency]]"
    area.press_sequentially(" [[nobody at all")
    form.get_by_text("No suggestions.").wait_for()


def test_row_added_later_has_the_same_help_and_the_words_are_counted(form):
    form.get_by_role("button", name="Add another Section").click()
    area = form.locator("#id_sections-1-body")
    before = form.locator("[data-markdown-total]").inner_text()
    area.fill("One two three")
    select(area, 0, 3)
    area.press("Control+b")

    assert area.input_value() == "**One** two three"
    form.locator("#sections-1").get_by_text("Words: 3. Reading time: 1 min.").wait_for()
    assert before == "Words: 402. Reading time: 2 min."
    form.get_by_text("Words: 405. Reading time: 2 min.").wait_for()


def test_finding_leads_to_its_field(form):
    article = Article.objects.get()
    article.sections.update(body="")
    take_snapshot(article)
    form.goto(form.address)

    form.locator("[data-findings]").get_by_role("link", name="First, Text").click()

    assert form.evaluate("document.activeElement.id") == "id_sections-0-body"
    form.locator("[data-findings]").get_by_role("link", name="Topics").click()
    assert form.evaluate("document.activeElement.closest('.field-topics') !== null")


SEEN = "iframe:not(.preview__frame--coming)"


def shown(form):
    """The page in the frame that is seen."""
    return form.frame_locator(SEEN)


def test_preview_beside_the_form_follows_the_typing_and_saves_nothing(form):
    steps_back = form.evaluate("history.length")
    form.get_by_role("button", name="Preview beside").click()
    shown(form).get_by_text("Some words").wait_for()
    assert form.locator(SEEN).evaluate("frame => frame.contentWindow.innerWidth") == 390
    form.locator(SEEN).evaluate("frame => frame.contentWindow.scrollTo(0, 400)")

    form.locator("#id_introduction").fill("Words that were just typed")
    shown(form).get_by_text("Words that were just typed").wait_for()
    assert form.locator(SEEN).evaluate("frame => frame.contentWindow.scrollY") == 400
    assert form.evaluate("history.length") == steps_back
    assert violations(form) == []

    form.get_by_role("button", name="Desktop").click()
    form.wait_for_function("document.querySelector('iframe').contentWindow.innerWidth === 1280")
    hidden = "frame => getComputedStyle(frame.contentDocument.querySelector('.site-footer nav')).display"
    assert form.locator(SEEN).evaluate(hidden) != "none"
    form.get_by_role("button", name="Print", exact=True).click()
    form.wait_for_function("document.querySelector('iframe').contentWindow.innerWidth === 794")
    assert form.locator(SEEN).evaluate(hidden) == "none"

    assert Snapshot.objects.count() == 1
    assert Article.objects.get().introduction == "Some words"
    form.reload()
    shown(form).get_by_text("Some words").wait_for()  # the panel is remembered, the typing was not saved
    assert form.get_by_role("button", name="Print", exact=True).get_attribute("aria-pressed") == "true"
    form.keyboard.press("Escape")
    form.get_by_role("button", name="Close").click()
    assert not form.locator(SEEN).is_visible()
    assert form.evaluate("document.activeElement.textContent") == "Preview beside"


def test_faulty_form_is_explained_in_the_preview(form):
    form.get_by_role("button", name="Preview beside").click()
    shown(form).get_by_text("Some words").wait_for()

    form.locator("#id_title").fill("")

    shown(form).get_by_text("The preview needs these mended first").wait_for()
    form.locator("#id_title").fill("Mended")
    shown(form).get_by_role("heading", name="Mended").wait_for()
    form.refused[:] = [words for words in form.refused if "422" not in words]


def test_form_fits_a_phone_and_passes_axe_with_the_panel(form):
    addresses = (form.address, form.address.split("/admin")[0] + desk_address(Article, "add"))

    # Select2 draws its fields, then they are named.
    found = [fault for address in addresses for fault in faults(form, address, wait=200)]

    assert found == []


def test_without_script_the_form_is_plain(live_server, browser, form):
    context = browser.new_context(java_script_enabled=False, storage_state=form.context.storage_state())
    plain = context.new_page()
    plain.goto(form.address)

    assert not plain.get_by_role("toolbar").first.is_visible()
    assert not plain.get_by_text("Preview beside").is_visible()
    plain.locator("#id_introduction").fill("Typed without script")
    with context.expect_page() as opened:
        plain.get_by_role("button", name="Preview", exact=True).click()
    opened.value.get_by_text("Typed without script").wait_for()
    context.close()
