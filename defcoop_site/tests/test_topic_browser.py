"""Topics in a real browser: choosing them by keyboard, and merging two with undo."""

import pytest

from articles.models import Article
from defcoop_site.factories import make_article, make_topic, publish_now
from publishing.check import check_public
from topics.vocabulary import Topic, TopicAlias, find

from .desk import change_address, desk_address
from .test_browser import faults, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, transactional_db, page):
    """The address of a running site with a few topics and entries, an editor signed in."""
    alliances, lift = make_topic("alliances"), make_topic("airlift")
    make_topic("neutrality")
    common = make_topic("collective defence", broader=alliances)
    TopicAlias.objects.create(topic=common, name="Mutual defence")
    promises = make_topic("security guarantees", broader=alliances)
    TopicAlias.objects.create(topic=promises, name="Security assurances")
    publish_now(make_article(title="Pact", topics=[common, alliances]))
    publish_now(make_article(title="Promise", topics=[promises, lift]))
    publish_now(make_article(title="Airlift", slug="airlift", topics=[lift], sections=[{"topics": [promises]}]))
    page.refused = []
    page.on("console", lambda message: page.refused.append(message.text) if message.type == "error" else None)
    sign_in(page, live_server.url)
    yield live_server.url
    assert page.refused == []


def test_editor_chooses_a_topic_by_keyboard(desk, page):
    article = Article.objects.get(slug="airlift")
    page.goto(f"{desk}{change_address(article)}")
    field = page.locator("#id_topics")
    before = field.input_value()
    field.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nmutual def")
    option = page.get_by_role("option", name="Mutual defence → collective defence")
    option.wait_for()
    assert "topics fit" in page.locator(".topic-options__status").inner_text()
    assert violations(page) == []

    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert option.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert field.input_value() == f"{before.strip()}\ncollective defence\n"
    page.keyboard.type("zzzz")
    page.get_by_text("No topic fits.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save draft").click()

    page.get_by_text("There is no topic “zzzz”").wait_for()
    assert violations(page) == []
    assert field.input_value().endswith("collective defence\nzzzz")
    field.fill(field.input_value().replace("zzzz", ""))
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()
    assert "collective defence" in [topic.name for topic in article.topics.all()]


def test_editor_chooses_a_topic_for_a_new_section_with_the_mouse(desk, page):
    article = Article.objects.get(slug="airlift")
    page.goto(f"{desk}{change_address(article)}")
    page.get_by_role("button", name="Add another Section").click()
    number = 1
    page.locator(f"#id_sections-{number}-title").fill("Added")
    page.locator(f"#id_sections-{number}-topics").press_sequentially("neutral")
    page.get_by_role("option", name="neutrality").click()

    assert page.locator(f"#id_sections-{number}-topics").input_value() == "neutrality\n"
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()
    assert [topic.name for topic in article.sections.get(title="Added").topics.all()] == ["neutrality"]


def test_editor_pins_what_the_panel_offers(desk, page):
    article = Article.objects.get(slug="airlift")
    page.goto(f"{desk}{change_address(article)}")
    page.get_by_text("What See also will offer", exact=True).click()
    pin = page.locator("[data-see-also=pin]").first
    key = pin.get_attribute("data-entry")
    pin.click()

    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("was changed successfully").wait_for()
    assert [(str(choice.target_id), choice.choice) for choice in article.see_also_choices.all()] == [(key, "pin")]
    page.get_by_text("What See also will offer", exact=True).click()
    page.locator("[data-see-also-panel]").get_by_text(", pinned", exact=False).first.wait_for()


def test_editor_merges_two_topics_and_undoes_it(desk, page):
    source = Topic.objects.get(name="security guarantees")
    page.goto(f"{desk}{desk_address(source, 'change', source.pk)}")
    page.get_by_role("link", name="Merge into…").click()
    page.get_by_label("Merge into").press_sequentially("mutual def")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert violations(page) == []
    page.get_by_role("button", name="Merge").click()
    page.get_by_text("is merged into").first.wait_for()
    assert violations(page) == []
    assert check_public() == []
    reader = page.context.new_page()
    reader.goto(f"{desk}/topics/security-guarantees/")
    assert reader.url == f"{desk}/topics/collective-defence/"
    assert find(["Security assurances"])["security assurances"].name == "collective defence"

    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone: “").wait_for()
    reader.goto(f"{desk}/topics/security-guarantees/")
    reader.get_by_role("heading", level=1, name="Security guarantees").wait_for()
    assert find(["Security assurances"])["security assurances"] == source
    assert check_public() == []


def test_pages_for_keeping_topics_are_accessible(desk, page):
    topic = Topic.objects.get(name="alliances")
    addresses = [desk_address(Topic, name) for name in ("changelist", "tidy", "loose")]
    addresses += [desk_address(topic, name, topic.pk) for name in ("change", "split", "merge")]
    addresses += ["/topics/", "/topics/?order=name", "/topics/alliances+neutrality/", "/topics/alliances/?narrower=no"]

    found = [fault for address in addresses for fault in faults(page, desk + address, wait=200)]

    assert found == []
