from django.urls import path

from . import views

urlpatterns = [
    path("actors/", views.actor_list, name="actor_list"),
    path("actors/<slug:slug>/", views.actor_detail, name="actor_detail"),
    path("actors/<slug:slug>/v/<int:number>/", views.actor_version, name="actor_version"),
    path("agreements/", views.agreement_list, name="agreement_list"),
    path("agreements/<slug:slug>/", views.agreement_detail, name="agreement_detail"),
    path("agreements/<slug:slug>/v/<int:number>/", views.agreement_version, name="agreement_version"),
]
