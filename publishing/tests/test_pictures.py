"""Uploaded files: what is refused before it is decoded, and what is left of what is taken."""

import hashlib
import io
import struct
import zlib
from unittest import mock

from django.core.files.base import ContentFile
from django.test import SimpleTestCase
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from defcoop_site.factories import picture_file
from publishing import pictures
from publishing.pictures import PictureError, read_picture

GPS = 0x8825
SCRIPT = b"<script>alert(1)</script>"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width, height):
    """A PNG of a few bytes that says that it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )
    return ContentFile(data, name="bomb.png")


def animation(form):
    frames, written = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")], io.BytesIO()
    frames[0].save(written, form, save_all=True, append_images=frames[1:])
    return ContentFile(written.getvalue(), name="moving")


def opened(data):
    return Image.open(io.BytesIO(data))


class RefusalTests(SimpleTestCase):
    def assert_refused(self, file, words):
        with (
            mock.patch.object(pictures, "_clean", side_effect=AssertionError("decoded")),
            self.assertRaisesMessage(PictureError, words),
        ):
            read_picture(file)

    def test_too_many_pixels_are_refused_from_the_header_alone(self):
        for width, height in (
            (6000, 5001),
            (16_001, 1),
            (1, 16_001),
            (10_000, 10_000),
            (30_000, 30_000),
            (2**31 - 1, 2**31 - 1),
        ):
            with self.subTest((width, height)):
                self.assert_refused(png_of_size(width, height), "at most 30 million pixels")

    def test_webp_that_says_it_is_large_is_refused_too(self):
        lossless = "524946461a000000574542505650384c0e0000002ffebfff0f071011fd0f4444ff03"  # 16,383 by 16,383 pixels in 34 bytes

        self.assert_refused(ContentFile(bytes.fromhex(lossless)), "at most 30 million pixels")

    def test_message_says_how_large_the_image_is(self):
        self.assert_refused(png_of_size(6000, 5001), "This image has 6000 by 5001 pixels.")

    def test_too_many_bytes_are_refused_unread(self):
        file = ContentFile(b"")
        file.size = pictures.MOST_BYTES + 1

        self.assert_refused(file, "The file has 21 MB; 20 are the most.")

    def test_what_is_no_image_is_refused_whatever_its_name_says(self):
        svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
        for data, words in (
            (svg, "This is an SVG drawing"),
            (b"\xef\xbb\xbf<SVG onload=alert(1)>", "This is an SVG drawing"),
            (b"", "no image that can be read here"),
            (b"GIF89a" + SCRIPT, "no image that can be read here"),
            (b"<html>" + SCRIPT, "no image that can be read here"),
            (b"%PDF-1.7", "no image that can be read here"),
            (b"\x89PNG\r\n\x1a\n", "no image that can be read here"),
            (b"\xff\xd8\xff\xe0", "no image that can be read here"),
        ):
            with self.subTest(data[:20]):
                self.assert_refused(ContentFile(data, name="innocent.png"), words)

    def test_other_formats_of_images_are_refused(self):
        for form in ("GIF", "BMP", "TIFF", "ICO"):
            with self.subTest(form):
                file = picture_file(form)
                self.assert_refused(file, "Upload a JPEG, PNG, WebP or AVIF file.")

    def test_moving_images_are_refused(self):
        for form in ("PNG", "WEBP", "AVIF"):
            with self.subTest(form):
                file = animation(form)
                self.assert_refused(file, "The image moves.")

    def test_damaged_file_is_refused(self):
        for form in ("JPEG", "PNG", "WEBP", "AVIF"):
            whole = picture_file(form, size=(300, 200)).read()
            for data in (whole[: len(whole) * 2 // 3], whole[:-30]):
                with self.subTest(form, size=len(data)), self.assertRaises(PictureError):
                    read_picture(ContentFile(data))

    def test_compressed_bomb_behind_a_small_header_is_refused_or_harmless(self):
        header = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
        text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000))
        data = (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + text
            + chunk(b"IDAT", zlib.compress(b"\0" * 310))
            + chunk(b"IEND", b"")
        )

        with self.assertRaises(PictureError):
            read_picture(ContentFile(data))


class FormatTests(SimpleTestCase):
    def test_pillow_without_a_format_stops_the_start_with_one_line(self):
        self.assertEqual(pictures.check_formats(None), [])
        with mock.patch.object(pictures.features, "check", side_effect=lambda name: name != "avif"):
            [error] = pictures.check_formats(None)

        self.assertEqual(error.msg, "Pillow cannot write AVIF on this machine.")


class ReadTests(SimpleTestCase):
    def test_every_format_is_taken_by_its_content_and_drawn_anew(self):
        for form, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif")):
            with self.subTest(form):
                file = picture_file(form, size=(900, 450))
                file.name = "wrong.svg"

                picture = read_picture(file)

                self.assertEqual((picture.width, picture.height, picture.form), (900, 450, ending))
                self.assertEqual(picture.digest, hashlib.sha256(picture.full).hexdigest())
                self.assertEqual(
                    set(picture.renditions), {(width, name) for width in (400, 800, 900) for name in ("avif", "webp")}
                )
                for (width, name), data in picture.renditions.items():
                    self.assertEqual((opened(data).format, opened(data).size), (name.upper(), (width, width // 2)))

    def test_photograph_with_a_second_exposure_behind_it_is_its_first(self):
        picture = read_picture(animation("MPO"))

        self.assertEqual((picture.form, opened(picture.full).format), ("jpg", "JPEG"))
        red, _green, blue = opened(picture.full).getpixel((4, 4))
        self.assertGreater(red, blue)

    def test_camera_turned_image_stands_upright(self):
        for form in ("JPEG", "WEBP", "PNG"):
            with self.subTest(form):
                exif = Image.Exif()
                exif[0x0112] = 6  # turned by a quarter
                picture = read_picture(picture_file(form, size=(120, 80), exif=exif))

                self.assertEqual((picture.width, picture.height), (80, 120))

    def test_nothing_that_a_camera_or_an_attacker_wrote_is_kept(self):
        exif = Image.Exif()
        exif[0x010E] = "secret words"
        exif.get_ifd(GPS)[2] = (52.0, 31.0, 0.0)
        words = PngInfo()
        words.add_text("Comment", "secret words")
        words.add_itxt("XML:com.adobe.xmp", "secret words")
        files = [
            picture_file("JPEG", exif=exif, comment=b"secret words", xmp=b"secret words"),
            picture_file("PNG", exif=exif, pnginfo=words),
            picture_file("WEBP", exif=exif, xmp=b"secret words"),
            picture_file("AVIF", exif=exif, xmp=b"secret words"),
        ]
        for file in files:
            with self.subTest(file.name):
                data = file.read()
                self.assertIn(b"secret words", data)

                picture = read_picture(ContentFile(data + SCRIPT if b"ftyp" not in data[:12] else data))

                for kept in (picture.full, *picture.renditions.values()):
                    self.assertNotIn(b"secret", kept)
                    self.assertNotIn(b"script", kept)
                    self.assertFalse(opened(kept).getexif())
                    self.assertFalse({"exif", "xmp", "comment", "icc_profile"} & set(opened(kept).info))

    def test_colours_of_another_space_are_brought_to_the_screens(self):
        for mode, colour in (("CMYK", (0, 255, 255, 0)), ("L", 90), ("P", 3), ("LA", (90, 100)), ("I;16", 30_000)):
            with self.subTest(mode):
                form = "JPEG" if mode == "CMYK" else "PNG"
                picture = read_picture(picture_file(form, mode=mode, colour=colour))

                self.assertIn(opened(picture.full).mode, ("RGB", "RGBA"))

    def test_sixteen_bits_of_grey_keep_their_brightness(self):
        picture = read_picture(picture_file("PNG", mode="I;16", colour=32_768))

        self.assertEqual(opened(picture.full).convert("RGB").getpixel((5, 5)), (128, 128, 128))

    def test_transparency_stays(self):
        picture = read_picture(picture_file("PNG", mode="RGBA", colour=(200, 0, 0, 0)))

        for data in (picture.full, *picture.renditions.values()):
            self.assertEqual(opened(data).convert("RGBA").getpixel((5, 5))[3], 0)

    def test_colour_profile_is_applied_and_a_broken_one_ignored(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        for icc in (profile, b"broken"):
            picture = read_picture(picture_file("JPEG", colour=(10, 100, 200), icc_profile=icc))

            red, green, blue = opened(picture.full).getpixel((5, 5))
            self.assertTrue(abs(red - 10) < 6 and abs(green - 100) < 6 and abs(blue - 200) < 6)
