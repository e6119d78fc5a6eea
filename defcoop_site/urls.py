"""Every address of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path, re_path, register_converter
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

import actors.urls
import articles.urls
import topics.urls
from publishing.media import media
from publishing.report_pages import report_error
from publishing.share_pages import shared_draft, shared_file
from publishing.views import name_detail

from . import entry_forms, readiness, views
from .api import urls as api_urls
from .card_pages import entry_card, site_card, topic_card
from .exports.pages import ExportConverter, data, data_file, data_latest, data_version
from .feeds import LatestFeed, SectionFeed, actor_feed
from .sitemaps import SITEMAPS

register_converter(ExportConverter, "export")

RENDITION = r"([0-9a-f]{64})-([1-9][0-9]{0,3})\.(avif|webp)"  # digest, width, format

# For readers: in English at these addresses, in each other language behind its code (/fr/articles/).
pages = [
    path("", views.home, name="home"),
    path("", include("articles.urls")),
    path("", include("actors.urls")),
    path("", include("topics.urls")),
    path("<slug:section>/<slug:slug>/v/<int:number>/cite/", entry_forms.version_cite, name="version_cite"),
    path("<slug:section>/<slug:slug>/history/", entry_forms.entry_history, name="entry_history"),
    path("<slug:section>/<slug:slug>/history/<int:number>/", entry_forms.entry_changes, name="entry_changes"),
    path("<slug:section>/<slug:slug>/report/", report_error, name="report"),
    path("names/<str:name>/", name_detail, name="name_detail"),
    path("search/", views.search_results, name="search"),
    path("search/names/", views.search_names, name="search_names"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("api/", include(api_urls)),
    path("data/", data, name="data"),
    path("data/<export:export>/", data_version, name="data_version"),
    path("about/", views.about, name="about"),
    path("about/editorial-policy/", views.about, {"name": "editorial_policy"}, name="editorial_policy"),
    path("about/accessibility/", views.about, {"name": "accessibility"}, name="accessibility"),
]
# For programs, and for those who edit: one address each.
urlpatterns = [
    path("", include(articles.urls.files)),
    path("", include(actors.urls.files)),
    path("", include(topics.urls.files)),
    path("api/v1/", include(api_urls.files)),
    path("search.<table:file>", views.search_results, name="search_form"),
    path("names/<str:name>.<table:file>", name_detail, name="name_detail_form"),
    path("<slug:section>/<slug:slug>/history.<table:file>", entry_forms.entry_history, name="entry_history_form"),
    path("<slug:section>/<slug:slug>.<form:form>", entry_forms.entry_form, name="entry_form"),
    path("<slug:section>/<slug:slug>/v/<int:number>.<form:form>", entry_forms.version_form, name="version_form"),
    path("data/latest/", data_latest, name="data_latest"),
    path("data/latest/<path:path>", data_latest, name="data_latest_file"),
    path("data/<export:export>/<path:path>", data_file, name="data_file"),
    path("feed/", require_safe(LatestFeed()), name="feed"),
    path("articles/feed/", require_safe(SectionFeed("article")), name="article_feed"),
    path("actors/feed/", require_safe(SectionFeed("actor")), name="actors_feed"),
    path("agreements/feed/", require_safe(SectionFeed("agreement")), name="agreement_feed"),
    path("actors/<slug:slug>/feed/", actor_feed, name="actor_feed"),
    path(
        "sitemap.xml",
        require_safe(sitemap_views.index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_part"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml", require_safe(sitemap_views.sitemap), {"sitemaps": SITEMAPS}, name="sitemap_part"
    ),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
    path("card.png", site_card, name="site_card"),
    path("topics/<slug:slug>/card.png", topic_card, name="topic_card"),
    path("<slug:section>/<slug:slug>/card.png", entry_card, name="card"),
    re_path(rf"^media/{RENDITION}$", media, name="media"),
    path("share/<str:token>/", shared_draft, name="share"),
    re_path(rf"^share/([^/]+)/media/{RENDITION}$", shared_file, name="shared_file"),
    path("healthz", views.health, name="health"),
    path("readyz", readiness.ready, name="ready"),
    path("admin/language/", set_language, name="set_language"),
    path("admin/", include("publishing.sign_in_urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(*pages, prefix_default_language=False),
]

handler400 = "defcoop_site.views.bad_request"
handler403 = "defcoop_site.views.permission_denied"
handler404 = "defcoop_site.views.page_not_found"
handler429 = "defcoop_site.views.too_many_requests"
handler500 = "defcoop_site.errors.server_error"
