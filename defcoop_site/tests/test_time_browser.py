"""The reader's question, on a phone and without script: is Finland bound to defend Turkey, since when, says who?"""

import pytest
from django.conf import settings
from django.test import Client

from defcoop_site.seed import seed

from .test_browser import violations

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
def site(live_server, transactional_db):
    seed(settings.BASE_DIR / "fixtures")
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
    page.context.close()


def test_day_before_the_accession_answers_otherwise(site, browser):
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(f"{site}/between/finland/turkey/")

    page.get_by_label("As of").fill("2023-04-03")
    page.get_by_role("button", name="Show").click()

    assert "Neither of Finland and Turkey is bound to defend the other." in page.locator(".standfirst").inner_text()
    page.get_by_role("link", name="Return to today").click()
    assert "bound to defend each other" in page.locator(".standfirst").inner_text()
    page.context.close()


def test_script_completes_names(site, page):
    page.goto(f"{site}/between/")
    page.get_by_label("One actor").press_sequentially("finl")
    page.wait_for_function("document.querySelector('#side-a-names option')?.value === 'Finland'")


def test_pages_in_time_are_accessible_and_fit_the_screen(site, page):
    page.refused = []
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for address in PAGES:
            for width in (320, 390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(site + address)
                if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    faults.append((address, width, "scrolls sideways"))
                if width == 390 or (width == 1280 and scheme == "light"):
                    faults += [(address, width, scheme, *violation) for violation in violations(page)]

    assert faults == []


def test_fixtures_answer_known_questions(site):
    client = Client()

    def members(organisation, day):
        return {row.name for row in client.get(f"/actors/{organisation}/?on={day}").context["members"]}

    assert len(members("nato", "1990-10-03")) == 16
    assert members("nato", "1949-08-24") == members("nato", "1952-02-17")
    assert len(members("nato", "2024-03-07")) == 32
    germany = client.get("/agreements/north-atlantic-treaty/?on=1955-05-07").context["parties"]
    assert [party.status for party in germany if party.name == "Federal Republic of Germany"] == ["unknown"]
