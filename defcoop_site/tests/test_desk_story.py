"""The whole story of an entry on the desk, with two accounts and a reader. With SCREENSHOTS=folder it also makes the pictures of docs/editing.md."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from articles.models import Article, Section
from defcoop_site.factories import make_agreement, make_article, make_source, make_topic, publish_now
from publishing.audit import AuditEvent
from publishing.check import check_public
from publishing.models import Entry

from .desk import change_address, desk_address, make_editor
from .test_browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST, SECOND = "Aircraft carry what cannot wait.", "Aircraft carry what cannot wait, at a price."


def picture(page, name):
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        drawn = Image.open(BytesIO(page.screenshot()))
        drawn.quantize(64).save(Path(folder) / f"{name}.png", optimize=True)


@pytest.fixture
def people(live_server, transactional_db, new_context):
    """{name: a page on which this person is signed in} and the reader's; no page's policy refused anything."""
    faults, pages = [], {}
    for name, role in (("ada", "contributor"), ("cleo", "publisher"), ("reader", "")):
        page = new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.refused, page.site = faults, live_server.url
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: dialog.accept())
        pages[name] = page
        if role:
            make_editor(name).groups.add(Group.objects.get(name=role))
            page.goto(f"{live_server.url}/admin/login/")
            page.get_by_label("Username").fill(name)
            page.get_by_label("Password").fill("a long password 73")
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{live_server.url}/admin/")
    yield pages
    assert [fault for fault in faults if "410" not in fault and "404" not in fault] == []


def go(page, address):
    page.goto(page.site + address)
    page.wait_for_load_state("load")


def press(page, button, said):
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_text(said).first.wait_for()


def follow(page, link):
    page.get_by_role("link", name=link, exact=True).first.click()
    page.wait_for_load_state("load")


def write_draft(ada):
    """Ada writes an article, completes a link by typing, looks at the preview and submits it."""
    go(ada, "/admin/articles/article/add/")
    ada.locator("#id_title").press_sequentially("Airlift for allies")
    ada.locator("#id_summary").fill(FIRST)
    area = ada.locator("#id_introduction")
    area.click()
    area.press_sequentially("Members share aircraft under the [[Airlift Ag")
    ada.locator("[data-completion] [role=option]").first.wait_for()
    picture(ada, "completion")
    area.press("Enter")
    area.press_sequentially(" [@charter].")
    assert area.input_value() == "Members share aircraft under the [[Airlift Agreement]] [@charter]."
    press(ada, "Save draft", "was added successfully")
    article = Article.objects.get(title="Airlift for allies")
    assert article.slug == "airlift-for-allies"
    ada.get_by_role("button", name="Preview beside").click()
    ada.frame_locator("iframe").first.get_by_text("Preview of what is in the form").wait_for()
    picture(ada, "preview")
    ada.get_by_role("button", name="Preview beside").click()
    press(ada, "Submit for review", "Submitted for review.")
    return article


def review(ada, cleo, article):
    """Cleo asks for a change, Ada makes it, Cleo approves."""
    go(cleo, "/admin/")
    follow(cleo, "Airlift for allies")
    assert violations(cleo) == []
    cleo.get_by_label("Comment:").fill("Short and clear.")
    press(cleo, "Comment", "Comment kept.")
    cleo.get_by_label("Comment:").fill("At what price?")
    picture(cleo, "review")
    press(cleo, "Request changes", "Changes requested.")
    go(ada, change_address(article))
    ada.get_by_text("Next: change what the review asks for").wait_for()
    ada.locator("#id_summary").fill(SECOND)
    press(ada, "Submit for review", "Submitted for review.")
    go(cleo, desk_address(article, "review", article.pk))
    cleo.get_by_text("At what price?").first.wait_for()
    press(cleo, "Approve", "Approved.")


def publish_later(cleo, reader, article):
    """Cleo chooses a time; readers see nothing before it, and the page after."""
    follow_to = desk_address(article, "schedule", article.pk)
    go(cleo, follow_to)
    due = timezone.now() + timedelta(hours=2)
    cleo.get_by_label("Publish at").fill(f"{due:%Y-%m-%dT%H:%M}")
    picture(cleo, "schedule")
    press(cleo, "Publish at this time", "to be published on")
    call_command("run_due")
    go(reader, "/articles/airlift-for-allies/")

    assert not reader.get_by_text(SECOND).count()
    with time_machine.travel(due + timedelta(minutes=1)):
        call_command("run_due")
    go(reader, "/articles/airlift-for-allies/")
    reader.get_by_text(SECOND).first.wait_for()
    assert reader.get_by_role("link", name="Airlift Agreement").count()


def edit_live_page(ada, reader, article):
    """A saved change of the live page is nothing that a reader sees."""
    go(ada, change_address(article))
    ada.locator("#id_summary").fill("A draft that nobody should read yet.")
    press(ada, "Save draft", "was changed successfully")
    ada.get_by_text("live, with unpublished changes").first.wait_for()
    reader.reload()
    assert reader.get_by_text(SECOND).first.is_visible()
    assert not reader.get_by_text("nobody should read").count()


def meet_conflict(ada, cleo, article):
    """Both change the standfirst, Cleo first. Ada is asked, and nothing of either is lost."""
    go(ada, change_address(article))
    go(cleo, change_address(article))
    cleo.locator("#id_summary").fill("As Cleo has it.")
    press(cleo, "Save draft", "was changed successfully")
    ada.locator("#id_summary").fill("As Ada has it.")
    ada.locator("#id_title").fill("Airlift among allies")
    ada.get_by_role("button", name="Save draft").click()
    ada.get_by_role("heading", name="Choose what is to stay").wait_for()
    assert violations(ada) == []
    picture(ada, "conflict")
    ada.get_by_role("radio", name="Keep mine").first.check()
    press(ada, "Save draft", "Both changes are in it now")
    saved = Article.objects.get(pk=article.pk)
    assert (saved.summary, saved.title) == ("As Ada has it.", "Airlift among allies")
    contents = [snapshot.content["summary"] for snapshot in article.snapshots.all()]
    assert "As Cleo has it." in contents


def compare_and_restore(ada, article):
    """The history says what changed, and an older snapshot comes back as the draft."""
    go(ada, desk_address(article, "history", article.pk))
    picture(ada, "history")
    ada.get_by_role("link", name="Changes").first.click()
    ada.locator("ins", has_text="Ada").first.wait_for()
    assert violations(ada) == []
    picture(ada, "diff")
    ada.go_back()
    press(ada, "Restore 2", "Restored snapshot 2 as the draft")
    assert Article.objects.get(pk=article.pk).summary == SECOND


def rename(ada, cleo, reader, article):
    """The page moves, and its old address leads there."""
    go(ada, change_address(article))
    ada.locator("#id_slug").fill("allied-airlift")
    press(ada, "Save draft", "was changed successfully")
    go(cleo, change_address(article))
    cleo.get_by_label("Public note").fill("Moved to a shorter address.")
    press(cleo, "Publish", "Published.")
    go(reader, "/articles/airlift-for-allies/")
    assert reader.url.endswith("/articles/allied-airlift/")


def unpublish_with_retargeting(cleo, reader, article, other):
    """The page leads elsewhere, and so does the link that another page had to it."""
    go(cleo, desk_address(article, "unpublish", article.pk))
    cleo.get_by_label("Redirected: the address leads to another entry").check()
    cleo.locator("select[name=target]").select_option(label="Sea lift")
    cleo.get_by_label("Ports").check()
    cleo.locator("[name=publish_at_once]").check()
    assert violations(cleo) == []
    picture(cleo, "unpublish")
    press(cleo, "Unpublish", "The page is no longer live.")
    assert f"[[{other.title}|" in Section.objects.get(article__title="Ports").body
    go(reader, "/articles/allied-airlift/")
    assert reader.url.endswith(f"/articles/{other.slug}/")


def trash_and_bring_back(cleo, article):
    """Deleted is not gone: it comes back with its address and history."""
    go(cleo, change_address(article))
    follow(cleo, "Move to trash…")
    press(cleo, "Move to trash", "trash")
    go(cleo, change_address(article))
    cleo.get_by_text("It is purged in").wait_for()
    assert violations(cleo) == []
    picture(cleo, "trash")
    press(cleo, "Bring back", "back")
    entry = Entry.objects.get(pk=article.pk)
    assert (entry.slug, entry.state, entry.in_trash) == ("allied-airlift", Entry.State.REDIRECTED, False)
    assert entry.snapshots.count() > 5


def test_from_the_first_word_to_the_trash_and_back(people):
    ada, cleo, reader = people["ada"], people["cleo"], people["reader"]
    topic = make_topic("airlift")
    make_source("charter", title="A charter")
    publish_now(make_agreement(title="Airlift Agreement", topics=[topic]))
    other = publish_now(make_article(title="Sea lift", topics=[topic]))

    article = write_draft(ada)
    review(ada, cleo, article)
    publish_later(cleo, reader, article)
    edit_live_page(ada, reader, article)
    meet_conflict(ada, cleo, article)
    compare_and_restore(ada, article)
    rename(ada, cleo, reader, article)
    body = "From the ports, see [[Airlift for allies]]."
    publish_now(make_article(title="Ports", topics=[topic], sections=[{"title": "Quays", "body": body}]))
    unpublish_with_retargeting(cleo, reader, article, other)
    trash_and_bring_back(cleo, article)

    assert check_public() == []
    done = set(AuditEvent.objects.filter(entry=article.pk).values_list("action", flat=True))
    assert {"publish", "unpublish", "restore", "trash", "bring-back"} <= done
