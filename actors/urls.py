from django.urls import path

from . import map_views, time_views, timeline_views, views

urlpatterns = [
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
    path("actors.<table:form>", views.actor_list_form, name="actor_list_form"),
    path("agreements.<table:form>", views.agreement_list_form, name="agreement_list_form"),
]
