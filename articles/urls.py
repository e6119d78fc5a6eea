from django.urls import path

from . import views

urlpatterns = [
    path("articles/", views.article_list, name="article_list"),
    path("articles/<slug:slug>/", views.article_detail, name="article_detail"),
    path("articles/<slug:slug>/v/<int:number>/", views.article_version, name="article_version"),
]
files = [
    path("articles.<table:file>", views.article_list, name="article_list_form"),
]
