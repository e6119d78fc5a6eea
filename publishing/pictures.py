"""From an uploaded file to the files that we keep: looked at before it is decoded, drawn anew, without what a camera wrote into it.

Nothing of the upload itself is ever stored or sent: whatever hides in a file besides its pixels ends here.
"""

import hashlib
import io
from dataclasses import dataclass

from django.core.checks import Error
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, features

from .figures import sizes

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 30_000_000  # four bytes each while it is worked on
MOST_SIDE = 16_000
READ = ("JPEG", "PNG", "WEBP", "AVIF")
MANY_IN_ONE = "MPO"  # a camera's JPEG with a preview or a second exposure behind it; the first is the image
# Format of the full-size file by the format that came: {read: (ending, how it is written)}.
FULL = {
    "JPEG": ("jpg", {"quality": 92}),
    "PNG": ("png", {}),
    "WEBP": ("webp", {"quality": 92, "method": 2}),
    "AVIF": ("avif", {"quality": 80, "speed": 9}),
}
WRITTEN = {"avif": {"quality": 60, "speed": 6}, "webp": {"quality": 80, "method": 4}}


class PictureError(Exception):
    """A file was refused; the message says why and what to do."""


@dataclass(frozen=True)
class Picture:
    """What is kept of one upload. digest: SHA-256 of `full`, 64 hexadecimal digits; width, height: pixels of `full`;
    renditions: {(width, format): bytes}."""

    digest: str
    width: int
    height: int
    form: str
    full: bytes
    renditions: dict


def read_picture(file):
    """The Picture of an uploaded file. Raises PictureError where it is no image, too large or damaged. Its name is not looked at."""
    image = _opened(file)
    form = "JPEG" if image.format == MANY_IN_ONE else image.format
    try:
        image = _clean(image)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError) as error:
        raise PictureError(_("The file is damaged: it ends early or contradicts itself. Save it anew.")) from error
    ending, options = FULL[form]
    full = _bytes(image, form, options)
    renditions = {}
    for width, height in sizes(*image.size):
        smaller = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        for name, options in WRITTEN.items():
            renditions[width, name] = _bytes(smaller, name.upper(), options)
    return Picture(hashlib.sha256(full).hexdigest(), *image.size, ending, full, renditions)


def _opened(file):
    """The image with its header read and nothing decoded."""
    if file.size > MOST_BYTES:
        raise PictureError(
            _("The file has %(size)d MB; %(most)d are the most. Save it smaller.")
            % {"size": -(-file.size // 2**20), "most": MOST_BYTES // 2**20}
        )
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    try:
        image = Image.open(file, formats=READ)
    except Image.DecompressionBombError as error:
        raise PictureError(_too_large()) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        if b"<svg" in start.lower():
            raise PictureError(
                _("This is an SVG drawing, which can hold scripts. Save it as PNG and upload that.")
            ) from error
        raise PictureError(
            _("This is no image that can be read here. Upload a JPEG, PNG, WebP or AVIF file.")
        ) from error
    if image.width * image.height > MOST_PIXELS or max(image.size) > MOST_SIDE:
        raise PictureError(_too_large(image.size))
    if image.format != MANY_IN_ONE and getattr(image, "n_frames", 1) > 1:
        raise PictureError(_("The image moves. Upload a still one."))
    return image


def _too_large(size=None):
    named = _("This image has %(width)d by %(height)d pixels. ") % {"width": size[0], "height": size[1]} if size else ""
    return named + _("An image has at most %(most)d million pixels and %(side)s on a side. Scale it down first.") % {
        "most": MOST_PIXELS // 1_000_000,
        "side": f"{MOST_SIDE:,}",
    }


def _clean(image):
    """The decoded pixels alone: upright, in sRGB, as RGB or RGBA."""
    image.load()
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _in_srgb(image, profile, mode)
    image = image if image.mode == mode else image.convert(mode)
    image.info = {}  # what the camera wrote would be written again
    return image


def _in_srgb(image, profile, mode):
    try:
        return ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, ValueError):
        return image  # a broken profile, or one of another kind of image: the colours stay as they are


def _bytes(image, form, options):
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def check_formats(app_configs, **kwargs):
    """System check: a Pillow that was built by hand may lack a format that every page with an image names."""
    missing = ", ".join(name.upper() for name in WRITTEN if not features.check(name))
    hint = "Install Pillow from its wheels, or build it with libwebp and libavif."
    return (
        [Error(f"Pillow cannot write {missing} on this machine.", hint=hint, id="publishing.E001")] if missing else []
    )
