from django.urls import path

from . import views

urlpatterns = [
    path("articles/", views.article_list, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("tags/<slug:slug>/", views.tag, name="tag"),
    path("search/", views.search, name="search"),
]
