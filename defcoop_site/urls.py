"""Every address of the site."""

from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path, register_converter
from django.views.decorators.http import require_safe

from publishing.media import media
from publishing.negotiation import FormConverter, TableFormConverter
from publishing.report_pages import report_error
from publishing.share_pages import shared_draft, shared_file
from publishing.views import name_detail

from . import entry_forms, readiness, views
from .feeds import LatestFeed
from .sitemaps import SITEMAPS

register_converter(FormConverter, "form")
register_converter(TableFormConverter, "table")

RENDITION = r"([0-9a-f]{64})-([1-9][0-9]{0,3})\.(avif|webp)"  # digest, width, format

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("articles.urls")),
    path("", include("actors.urls")),
    path("", include("topics.urls")),
    path("<slug:section>/<slug:slug>.<form:form>", entry_forms.entry_form, name="entry_form"),
    path("<slug:section>/<slug:slug>/v/<int:number>.<form:form>", entry_forms.version_form, name="version_form"),
    path("<slug:section>/<slug:slug>/v/<int:number>/cite/", entry_forms.version_cite, name="version_cite"),
    path("<slug:section>/<slug:slug>/history/", entry_forms.entry_history, name="entry_history"),
    path("<slug:section>/<slug:slug>/history/<int:number>/", entry_forms.entry_changes, name="entry_changes"),
    path("names/<str:name>/", name_detail, name="name_detail"),
    path("search/", views.search_results, name="search"),
    path("search/names/", views.search_names, name="search_names"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("about/", views.about, name="about"),
    path("about/editorial-policy/", views.about, {"name": "editorial_policy"}, name="editorial_policy"),
    path("about/accessibility/", views.about, {"name": "accessibility"}, name="accessibility"),
    path("feed/", require_safe(LatestFeed()), name="feed"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    re_path(rf"^media/{RENDITION}$", media, name="media"),
    path("share/<str:token>/", shared_draft, name="share"),
    re_path(rf"^share/([^/]+)/media/{RENDITION}$", shared_file, name="shared_file"),
    path("healthz", views.health, name="health"),
    path("readyz", readiness.ready, name="ready"),
    path("admin/", admin.site.urls),
    path("<slug:section>/<slug:slug>/report/", report_error, name="report"),  # after the desk’s own page of this form
]

handler400 = "defcoop_site.views.bad_request"
handler403 = "defcoop_site.views.permission_denied"
handler404 = "defcoop_site.views.page_not_found"
handler500 = "defcoop_site.errors.server_error"
