"""Several processes and machines serve one site: what is published through one is what the other shows next."""

import tempfile
from concurrent.futures import ThreadPoolExecutor

from django.core.cache import caches
from django.test import Client, TransactionTestCase

from defcoop_site.factories import make_article, publish_now
from publishing.check import check_public

from .desk import change_address, form_data, make_editor
from .servers import Served

PAGE = "/articles/straits/"


class TwoMachinesTests(TransactionTestCase):
    """Given two gunicorns of two processes each, over the run's own database and, where there is one, Redis; else over one folder."""

    def setUp(self):
        self.article = publish_now(make_article(title="First words", slug="straits"))
        self.client = Client()
        self.client.force_login(make_editor(everything=True))
        caches["default"].clear()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        pool = {"DATABASE_POOL": "4"}  # on one of them; SQLite takes no notice
        self.one, self.other = (Served(self.addCleanup, PAGE_CACHE_FOLDER=folder.name, **more) for more in (pool, {}))
        self.one.wait(), self.other.wait()

    def publish(self, title):
        data = form_data(self.client.get(change_address(self.article)))
        data |= {"title": title, "public_note": "Words.", "_publish": "1"}
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        return self.one.post(change_address(self.article), data, cookies)

    def test_what_is_published_through_one_is_rendered_once_and_is_what_both_show_next(self):
        for number in range(1, 4):
            self.assertNotIn(f"Words {number}", self.other.get(PAGE)[2])
            status, _headers, said = self.publish(f"Words {number}")
            self.assertEqual(status, 302, said)

            with ThreadPoolExecutor(8) as readers:
                pages = list(readers.map(lambda machine: machine.get(PAGE), [self.other, self.one] * 12))

            self.assertTrue(all(f"<title>Words {number}" in text for _status, _headers, text in pages))
            self.assertEqual(len({headers["X-Made"] for _status, headers, _text in pages}), 1)
        self.assertEqual(check_public(), [])
