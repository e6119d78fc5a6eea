"""The reader's question, on a phone and without script: is Finland bound to defend Turkey, since when, says who?"""

import pytest

from .test_browser import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
PAGES = [
    "/between/",
    "/between/?a=korea&b=nobody",
    "/between/finland/turkey/",
    "/between/finland/japan/?on=2000",
    "/actors/nato/?on=1990-10-03",
    "/agreements/north-atlantic-treaty/?on=1955-05-07",
    "/agreements/?on=1950",
    "/actors/france/?on=nonsense",
    "/agreements/compare/?a=north-atlantic-treaty&a=rio-treaty",
    "/agreements/exits/",
]


@pytest.fixture
def site(live_server, first_content):
    return live_server.url


def test_question_is_answered_from_the_front_page_in_four_steps(site, browser):
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(site)

    page.get_by_role("link", name="Between two actors").click()
    page.get_by_label("One actor").fill("Finland")
    page.get_by_label("The other").fill("Turkey")
    page.get_by_role("button", name="Show").click()

    answer = page.locator(".standfirst").inner_text()
    assert "Finland and Turkey are bound to defend each other." in answer
    assert "By North Atlantic Treaty, article 5, since 4 April 2023" in answer
    note = page.locator(".standfirst .cite a").first.get_attribute("href")
    assert "The North Atlantic Treaty" in page.locator(note).inner_text()
    assert page.locator(f"{note} a").first.get_attribute("href").startswith("https://")

    # The day before the accession it is answered otherwise.
    page.get_by_label("As of").fill("2023-04-03")
    page.get_by_role("button", name="Show").click()

    assert "Neither of Finland and Turkey is bound to defend the other." in page.locator(".standfirst").inner_text()
    page.get_by_role("link", name="Return to today").click()
    assert "bound to defend each other" in page.locator(".standfirst").inner_text()
    page.context.close()


def test_pages_in_time_complete_names_are_accessible_and_fit_the_screen(site, page):
    page.goto(f"{site}/between/")
    page.get_by_label("One actor").press_sequentially("finl")
    page.locator("#side-a-names option", has_text="Finland").wait_for(state="attached")

    page.refused = []
    found = [fault for address in PAGES for fault in faults(page, site + address)]

    assert found == []


def test_folded_history_prints_unfolded(site, page):
    page.goto(f"{site}/agreements/npt/")
    history = page.locator(".history dd").last
    assert not history.is_visible()

    page.emulate_media(media="print")

    assert history.is_visible()
