from django.urls import path

from . import map_views, time_views, timeline_views, views

urlpatterns = [
    path("about/terms/", views.term_list, name="term_list"),
    path("actors/", views.actor_list, name="actor_list"),
    path("actors/<slug:slug>/", views.actor_detail, name="actor_detail"),
    path("actors/<slug:slug>/map/", map_views.actor_map, name="actor_map"),
    path("actors/<slug:slug>/timeline/", timeline_views.actor_timeline, name="actor_timeline"),
    path("actors/<slug:slug>/v/<int:number>/", views.actor_version, name="actor_version"),
    path("agreements/", views.agreement_list, name="agreement_list"),
    path("agreements/compare/", time_views.agreement_compare, name="agreement_compare"),
    path("agreements/exits/", time_views.agreement_exits, name="agreement_exits"),
    path("agreements/<slug:slug>/", views.agreement_detail, name="agreement_detail"),
    path("agreements/<slug:slug>/map/", map_views.agreement_map, name="agreement_map"),
    path("agreements/<slug:slug>/timeline/", timeline_views.agreement_timeline, name="agreement_timeline"),
    path("agreements/<slug:slug>/v/<int:number>/", views.agreement_version, name="agreement_version"),
    path("between/", time_views.between_choose, name="between"),
    path("between/names/", time_views.between_names, name="between_names"),
    path("between/<slug:first>/<slug:second>/", time_views.between_detail, name="between_detail"),
    path("map/", map_views.map_index, name="map"),
    path("timeline/", timeline_views.timeline, name="timeline"),
]
files = [
    path("actors.<table:file>", views.actor_list, name="actor_list_form"),
    path("actors/<slug:slug>/map.<table:file>", map_views.actor_map, name="actor_map_form"),
    path("actors/<slug:slug>/timeline.<table:file>", timeline_views.actor_timeline, name="actor_timeline_form"),
    path(
        "actors/<slug:slug>/timeline/curve.<table:file>",
        timeline_views.actor_timeline,
        {"which": 1},
        name="actor_timeline_curve",
    ),
    path("agreements.<table:file>", views.agreement_list, name="agreement_list_form"),
    path("agreements/compare.<table:file>", time_views.agreement_compare, name="agreement_compare_form"),
    path("agreements/exits.<table:file>", time_views.agreement_exits, name="agreement_exits_form"),
    path(
        "agreements/exits/causes.<table:file>", time_views.agreement_exits, {"which": 1}, name="agreement_exits_causes"
    ),
    path("agreements/<slug:slug>/map.<table:file>", map_views.agreement_map, name="agreement_map_form"),
    path(
        "agreements/<slug:slug>/timeline.<table:file>",
        timeline_views.agreement_timeline,
        name="agreement_timeline_form",
    ),
    path(
        "agreements/<slug:slug>/timeline/curve.<table:file>",
        timeline_views.agreement_timeline,
        {"which": 1},
        name="agreement_timeline_curve",
    ),
    path("between/<slug:first>/<slug:second>.<table:file>", time_views.between_detail, name="between_form"),
    path("map.<table:file>", map_views.map_index, name="map_form"),
    path("timeline.<table:file>", timeline_views.timeline, name="timeline_form"),
    path("timeline/curve.<table:file>", timeline_views.timeline, {"which": 1}, name="timeline_curve"),
]
