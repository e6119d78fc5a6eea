"""Maps and timelines in a real browser: played through the years, with a keyboard, as axe sees them, and on every width."""

import pytest

from .test_browser import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/map/",
    "/map/?of=korea&on=1990",
    "/agreements/north-atlantic-treaty/map/?on=1953&part=europe",
    "/actors/warsaw-treaty-organization/map/?on=1980",
    "/actors/france/map/",
    "/timeline/?topic=nuclear-arms-control",
    "/agreements/north-atlantic-treaty/timeline/",
    "/actors/france/timeline/?on=1990",
]


@pytest.fixture
def site(live_server, first_content):
    return live_server.url


def test_years_are_played_or_followed_without_script_and_marks_answer_the_keyboard(site, page, browser):
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/agreements/north-atlantic-treaty/map/?on=1950")
    page.get_by_role("button", name="Play the years").click()
    page.locator(".years__shown", has_text="1952").wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play the years").wait_for()

    year = page.locator(".years__shown").inner_text()
    assert page.url.endswith(f"?on={year}")
    assert f"31 December {year}" in page.locator(".banner").inner_text()
    turkey = page.get_by_role("link", name="Turkey: in force, party since", exact=False)
    turkey.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Turkey").wait_for()
    assert page.url == f"{site}/actors/turkey/?on={year}"
    assert errors == []

    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{site}/agreements/north-atlantic-treaty/map/?on=1951")
    assert plain.get_by_role("link", name="Turkey: in force", exact=False).count() == 0
    plain.get_by_role("link", name="Year after").click()
    plain.get_by_role("link", name="Turkey: in force", exact=False).wait_for()
    plain.context.close()


def test_maps_and_timelines_are_accessible_and_fit_the_screen(site, page):
    page.refused = []
    found = [fault for address in PAGES for fault in faults(page, site + address)]

    assert found == []
