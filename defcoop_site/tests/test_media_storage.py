"""Images in an object store: kept, looked up and served through the real client, against a store that speaks S3 on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.test import SimpleTestCase, TestCase, override_settings

from defcoop_site.factories import picture_file
from defcoop_site.media_storage import FOLDER, storage_of
from publishing import images
from publishing.media import stored_name
from publishing.pictures import read_picture
from publishing.public import PublicImage


class Store(BaseHTTPRequestHandler):
    """As much of S3 as images need: PUT, GET, HEAD and DELETE of an object."""

    protocol_version = "HTTP/1.1"

    @property
    def key(self):
        return urlsplit(self.path).path

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self):
        if self.headers.get("Transfer-Encoding") == "chunked" or self.headers.get("X-Amz-Decoded-Content-Length"):
            self.server.objects[self.key] = self.read_chunks()
        else:
            self.server.objects[self.key] = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.put.append(self.key)
        self.answer(200)

    def read_chunks(self):
        """The body that is sent in pieces, each after a line with its length, and checksums behind them."""
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def do_GET(self):
        if self.key in self.server.objects:
            self.answer(200, self.server.objects[self.key])
        else:
            self.answer(404)

    do_HEAD = do_GET

    def do_DELETE(self):
        self.server.objects.pop(self.key, None)
        self.answer(204)

    def log_message(self, *arguments):
        pass


class ObjectStoreTests(TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
        self.server.objects, self.server.put = {}, []
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        keys = mock.patch.dict("os.environ", AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret")
        keys.start()
        self.addCleanup(keys.stop)
        url = f"s3://bucket/site?endpoint_url=http://127.0.0.1:{self.server.server_port}&region_name=here"
        here = override_settings(STORAGES={**settings.STORAGES, "default": storage_of(url)})
        here.enable()
        self.addCleanup(here.disable)
        self.picture = read_picture(picture_file())

    def test_picture_is_kept_once_and_comes_back_as_it_was(self):
        images.keep(self.picture)
        images.keep(self.picture)

        kept = {stored_name(self.picture.digest, *name): data for name, data in self.picture.renditions.items()}
        kept[stored_name(self.picture.digest, "full", self.picture.form)] = self.picture.full
        self.assertEqual(self.server.objects, {f"/bucket/site/{name}": data for name, data in kept.items()})
        self.assertEqual(len(self.server.put), len(kept))

    def test_file_that_was_cut_short_is_written_anew(self):
        images.keep(self.picture)
        name = stored_name(self.picture.digest, "full", self.picture.form)
        self.server.objects[f"/bucket/site/{name}"] = b"cut"

        images.keep(self.picture)

        with default_storage.open(name) as file:
            self.assertEqual(file.read(), self.picture.full)

    def test_reader_gets_the_file_and_404_where_it_is_not(self):
        images.keep(self.picture)
        (width, form), data = next(iter(self.picture.renditions.items()))
        with mock.patch.object(PublicImage.objects, "filter") as shown:
            shown.return_value.exists.return_value = True
            response = self.client.get(f"/media/{self.picture.digest}-{width}.{form}")
            missing = self.client.get(f"/media/{'0' * 64}-{width}.{form}")

        self.assertEqual((response.status_code, response.content), (200, data))
        self.assertEqual(missing.status_code, 404)


class StorageAddressTests(SimpleTestCase):
    def test_without_an_address_images_are_in_a_folder(self):
        self.assertEqual(storage_of(""), FOLDER)

    def test_address_that_names_no_bucket_stops_the_start(self):
        for url in ("https://store.example/bucket", "s3://", "bucket"):
            with self.subTest(url), self.assertRaises(ImproperlyConfigured):
                storage_of(url)
