"""Nothing typed is lost, in a real browser: a crash, an ended session, two editors at one entry, and the same without script."""

import pytest

from articles.models import Article, Section
from defcoop_site.factories import make_article, make_topic, publish_now
from publishing.buffers import FormBuffer

from .desk import change_address, desk_address, make_editor
from .test_browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long password 73"


@pytest.fixture
def desk(live_server, transactional_db, new_context):
    """open_as(name, **options) -> a page on which a new editor of this name is signed in; faults: what the pages' policies refused."""
    faults = []

    def open_as(name, **options):
        context = new_context(**options)
        page = context.new_page()
        page.refused = faults
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if name not in open_as.known:
            open_as.known.add(name)
            make_editor(name, everything=True)
        page.goto(f"{live_server.url}/admin/login/")
        sign_in(page, name)
        page.wait_for_url(f"{live_server.url}/admin/")
        return page

    open_as.known, open_as.url = set(), live_server.url
    yield open_as
    assert faults == []


def sign_in(page, name):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def make_entry():
    return publish_now(
        make_article(
            title="Airlift",
            sections=[{"title": "One", "body": "Aircraft carry troops."}, {"title": "Two", "body": "Ships do too."}],
            topics=[make_topic("airlift")],
        )
    )


def open_form(page, desk, article):
    page.goto(desk.url + change_address(article))
    page.wait_for_load_state("load")


def add_section(page, title, body):
    page.get_by_role("link", name="Add another Section").or_(
        page.get_by_role("button", name="Add another Section")
    ).click()
    page.locator("input[name=sections-2-title]").fill(title)
    page.locator("textarea[name=sections-2-body]").fill(body)


def sections(article):
    return list(Section.objects.filter(article=article).values_list("title", "body"))


def test_words_survive_a_crash_and_another_browser(desk):
    article = make_entry()
    page = desk("ada")
    open_form(page, desk, article)
    page.locator("textarea[name=sections-0-body]").fill("Aircraft carry troops and stores.")
    page.locator("input[name=sections-1-DELETE]").check()
    add_section(page, "Three", "Typed before the crash.")
    page.get_by_text("Kept unsaved at").wait_for()
    page.context.close()

    page = desk("ada")
    open_form(page, desk, article)
    page.get_by_text("and did not save it.").wait_for()
    before = sections(article)
    assert violations(page) == []
    page.get_by_role("link", name="See what differs").click()
    page.get_by_role("heading", name="Section: Three").wait_for()
    assert page.locator("ins", has_text="stores").count() == 1
    assert violations(page) == []
    page.get_by_role("button", name="Take it up").press("Enter")
    page.get_by_text("It is not saved yet.").wait_for()
    assert page.locator("textarea[name=sections-2-body]").input_value() == "Typed before the crash."
    assert page.locator("input[name=sections-1-DELETE]").is_checked()
    assert sections(article) == before
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()

    assert sections(article) == [("One", "Aircraft carry troops and stores."), ("Three", "Typed before the crash.")]
    page.wait_for_timeout(500)
    assert not FormBuffer.objects.exclude(typed_at=None).exists()
    assert page.locator("[data-buffer-offer]").is_hidden()


def test_browser_keeps_what_the_server_never_got(desk):
    article = make_entry()
    page = desk("ada")
    open_form(page, desk, article)
    keep = "**" + desk_address(article, "keep", article.pk)
    page.route(keep, lambda route: route.fulfill(status=204))
    page.locator("textarea[name=sections-0-body]").fill("Only in this browser.")
    for _ in range(40):
        page.wait_for_timeout(250)
        if page.evaluate("Object.keys(localStorage).some((name) => name.startsWith('desk-typed:'))"):
            break
    other = page.context.new_page()
    page.close(run_before_unload=False)

    other.refused = page.refused
    open_form(other, desk, article)
    other.get_by_text("and did not save it.").wait_for()
    other.get_by_role("link", name="See what differs").click()

    other.locator("ins", has_text="Only in this browser.").wait_for()


def test_leaving_a_changed_form_asks(desk):
    article = make_entry()
    page = desk("ada")
    open_form(page, desk, article)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.goto(desk.url + "/admin/")
    unchanged = list(asked)
    open_form(page, desk, article)
    page.locator("#id_title").fill("Changed")
    page.get_by_role("link", name="Editorial desk").click()
    page.wait_for_url(desk.url + "/admin/")
    changed = list(asked)
    open_form(page, desk, article)
    page.locator("#id_summary").fill("Saved.")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()

    assert (unchanged, changed, asked) == ([], ["beforeunload"], ["beforeunload"])


@pytest.mark.parametrize("script", [True, False])
def test_ended_session_leads_to_the_sign_in_and_back(desk, script):
    article = make_entry()
    page = desk("ada", java_script_enabled=script)
    open_form(page, desk, article)
    page.locator("textarea[name=sections-0-body]").fill("First line.\nSecond “line”.")
    page.locator("input[name=sections-1-DELETE]").check()
    if script:
        add_section(page, "Three", "A new row.")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("You are signed out. Nothing you typed is lost").wait_for()
    if script:
        assert violations(page) == []
    sign_in(page, "ada")
    page.get_by_text("not saved yet: save it now").wait_for()
    assert sections(article)[0] == ("One", "Aircraft carry troops.")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()

    expected = [("One", "First line.\nSecond “line”.")] + ([("Three", "A new row.")] if script else [])
    assert sections(article) == expected


@pytest.mark.parametrize("script", [True, False])
def test_two_editors_see_each_other_and_choose(desk, script):
    article = make_entry()
    ada = desk("ada")
    open_form(ada, desk, article)
    ben = desk("ben", java_script_enabled=script)
    ada.wait_for_timeout(1000)
    open_form(ben, desk, article)
    ben.get_by_text("ada has this open").wait_for()
    if script:
        ada.get_by_text("ben has this open").wait_for(timeout=20_000)
    ada.locator("textarea[name=sections-0-body]").fill("Aircraft carry troops and stores.")
    ada.locator("#id_title").fill("Strategic airlift")
    ada.get_by_role("button", name="Save draft").click()
    ada.get_by_text("was changed successfully").wait_for()
    ben.locator("textarea[name=sections-0-body]").fill("Aircraft carry soldiers.")
    if script:
        ben.get_by_text("ada saved this entry at").wait_for(timeout=20_000)

    ben.get_by_role("button", name="Save draft").click()
    ben.get_by_role("heading", name="Choose what is to stay").wait_for()
    if script:
        assert violations(ben) == []
    ben.get_by_role("radio", name="Take theirs").press("Space")
    ben.get_by_role("button", name="Save draft").press("Enter")
    ben.get_by_text("Both changes are in it now").wait_for()

    assert sections(article)[0] == ("One", "Aircraft carry troops and stores.")
    assert Article.objects.get(pk=article.pk).title == "Strategic airlift"
