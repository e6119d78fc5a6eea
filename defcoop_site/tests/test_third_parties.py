"""No page makes a reader's browser ask another site: each page that can be reached is read for all that a browser loads by itself, and that in turn."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.contrib.staticfiles import finders
from django.test import SimpleTestCase, TestCase

from defcoop_site.factories import (
    make_actor,
    make_agreement,
    make_article,
    make_image,
    make_source,
    make_topic,
    publish_now,
)

from .crawl import crawl

HERE = "http://testserver"
# What a browser does with a <link> by itself; it follows no other before the reader does.
LOADED = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
ADDRESSES = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src", "srcdoc"),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "body": ("background",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "base": ("href",),
}
IN_CSS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)|image-set\(\s*["']([^"']+)""")
IN_SCRIPT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\bfetch\(\s*|\bnew (?:Worker|EventSource|WebSocket)\(\s*)["'`]([^"'`]+)"""
)


class Loads(HTMLParser):
    """The addresses that a page makes a browser load."""

    def __init__(self, html):
        super().__init__()
        self.found, self.in_style = [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        names = ADDRESSES.get(tag, ())
        if tag == "link" and LOADED & set(given.get("rel", "").lower().split()):
            names = ("href", "imagesrcset")
        for name in names:
            value = given.get(name, "")
            self.found += re.findall(r"(\S+)(?:\s+[\d.]+[wx])?(?:,|$)", value) if name.endswith("srcset") else [value]
        self.found += in_css(given.get("style", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.found.append(given["content"].partition("url=")[2])
        self.in_style = tag == "style"

    def handle_data(self, data):
        if self.in_style:
            self.found += in_css(data)


def in_css(text):
    return [next(filter(None, groups)) for groups in IN_CSS.findall(text)]


def elsewhere(addresses, page):
    """Those of the addresses that lead off the site."""
    whole = [urlsplit(urljoin(page, address)) for address in addresses if address]
    return [parts.geturl() for parts in whole if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != HERE]


class CrawlTests(TestCase):
    """Given pages with all that leads to other sites: sources, links, images, a website of an actor."""

    @classmethod
    def setUpTestData(cls):
        make_source("far")
        make_image("near")
        text = (
            "[x](https://elsewhere.example/a) ![y](https://elsewhere.example/b.png) [@far]\n\n![z](image:near)\n\n"
            '<img src="https://elsewhere.example/c.png"> <script src="//elsewhere.example/d.js"></script>'
        )
        topics = [make_topic(), make_topic()]
        publish_now(make_article(introduction=text, sections=[{"body": text}], topics=topics))
        lands = [
            publish_now(make_actor(iso3=code, website="https://elsewhere.example/", body=text, topics=topics))
            for code in ("FRA", "MLT")
        ]
        parties = [{"actor": land, "in_force": "1950"} for land in lands]
        publish_now(make_agreement(in_force="1950", obligations=["defence"], parties=parties, body=text, topics=topics))

    def test_no_page_that_can_be_reached_loads_anything_from_another_site(self):
        pages = {**crawl(self.client), **{f"/fr{at}": self.client.get(f"/fr{at}") for at in ("/", "/map/", "/search/")}}
        read, loaded = 0, set()
        for address, response in pages.items():
            kind = response.headers.get("Content-Type", "")
            if kind.startswith(("text/html", "image/svg+xml", "application/xhtml+xml")):
                found = Loads(response.content.decode()).found
                with self.subTest(address):
                    self.assertEqual(elsewhere(found, HERE + address), [])
                loaded |= {urlsplit(urljoin(HERE + address, at)).path for at in found}
                read += 1
        self.assertGreater(read, 50)
        self.assertTrue(any(at.startswith("/media/") for at in loaded), "an image was among them")
        self.assert_files_load_nothing_from_elsewhere(at for at in loaded if at.startswith("/static/"))

    def assert_files_load_nothing_from_elsewhere(self, waiting):
        seen, waiting = set(), list(waiting)
        while waiting:
            address = waiting.pop()
            if address in seen:
                continue
            seen.add(address)
            name = address.removeprefix("/static/")
            text = Path(finders.find(name)).read_text(encoding="utf-8")
            found = in_css(text) if name.endswith(".css") else IN_SCRIPT.findall(text)
            with self.subTest(address):
                self.assertEqual(elsewhere(found, HERE + address), [])
            # What a script fetches by an address of the page's own, or a style finds in the page, is no file.
            paths = (urlsplit(urljoin(HERE + address, at)).path for at in found)
            waiting += [path for path in paths if path.startswith("/static/") and path.endswith((".css", ".js"))]
        self.assertTrue(any(name.endswith(".css") for name in seen))
        self.assertTrue(any(name.endswith(".js") for name in seen))


class LoadsTests(SimpleTestCase):
    def test_what_a_browser_would_load_from_elsewhere_is_found(self):
        far = "https://far.example/x"
        for html in (
            f'<link rel="stylesheet" href="{far}">',
            f'<link rel="preconnect" href="{far}">',
            f'<script src="{far}"></script>',
            '<img src="//far.example/x">',
            f'<img src="/a.png" srcset="/a.png 1x, {far} 2x">',
            f'<picture><source srcset="/a.avif 120w, {far} 240w"></picture>',
            f'<svg><image xlink:href="{far}"/></svg>',
            f'<p style="background: url({far})">',
            f'<style>@import "{far}";</style>',
            f'<meta http-equiv="refresh" content="0;url={far}">',
            f'<iframe src="{far}"></iframe>',
        ):
            with self.subTest(html):
                self.assertEqual(len(elsewhere(Loads(html).found, HERE + "/")), 1)

    def test_what_it_follows_only_if_told_to_is_not(self):
        html = (
            '<a href="https://far.example/"></a><link rel="canonical" href="https://far.example/"><img src="data:,x">'
        )

        self.assertEqual(elsewhere(Loads(html).found, HERE + "/"), [])
