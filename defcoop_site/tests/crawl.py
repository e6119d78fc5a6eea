"""Walks the public site as a reader's browser would."""

import re

LINK = re.compile(r'<(?:a|link)\b[^>]*?\bhref="(/[^"#]*)')
NOT_PAGES = ("/static/", "/admin/", "/fr/")  # the French pages are the same ones: test_languages.py reads them


def links_in(html):
    """The addresses within the site that a page leads to, each once."""
    found = (match.replace("&amp;", "&") for match in LINK.findall(html))
    return list(dict.fromkeys(address for address in found if not address.startswith(NOT_PAGES)))


def crawl(client, start="/", combinations=30, days=10):
    """{address: response} of every page that can be reached. Of the endless combinations of topics, and of the days, only some are followed."""
    seen, waiting = (
        {},
        [start, "/robots.txt", "/sitemap.xml", "/sitemap-entries.xml", "/sitemap-topics.xml", "/feed/", "/search/?q=a"],
    )
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        if "+" in address:
            if combinations == 0:
                continue
            combinations -= 1
        if "on=" in address:
            if days == 0:
                continue
            days -= 1
        seen[address] = response = client.get(address)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            waiting += links_in(response.content.decode())
    return seen


def contents(client):
    """{address: content} of the public site with few of the endless combinations and days: test_leaks.py asks more of them, and more than pages."""
    return {address: response.content for address, response in crawl(client, combinations=4, days=2).items()}
