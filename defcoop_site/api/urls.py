from django.urls import path

from . import pages
from .site import api

urlpatterns = [path("", pages.api_page, name="api")]
files = [
    path("openapi.json", pages.openapi_document, name="openapi"),
    path("", pages.index, name="api_index"),
    path("", api.urls),
]
