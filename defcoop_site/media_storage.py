"""Where the files of images are kept: MEDIA_ROOT, or the object store that MEDIA_STORAGE_URL names. Read by the settings."""

from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def storage_of(url):
    """The entry of STORAGES for s3://bucket/folder?endpoint_url=…&region_name=…, or for "". Raises ImproperlyConfigured for anything else.

    What follows the question mark are settings of django-storages' S3Storage. Keys are not among them: boto3 finds them in the environment
    (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or has them from the machine.
    """
    if not url:
        return FOLDER
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(
            "MEDIA_STORAGE_URL names no object store. For example: s3://bucket?region_name=eu-west-1"
        )
    # A file's name is the digest of what is in it, so a second writer writes the same.
    options = {"bucket_name": parts.netloc, "location": parts.path.strip("/"), "file_overwrite": True}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **dict(parse_qsl(parts.query))}}
