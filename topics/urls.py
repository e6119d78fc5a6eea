from django.urls import path

from . import views

urlpatterns = [
    path("topics/", views.topic_list, name="topic_list"),
    path("topics/<str:slugs>/", views.topic_detail, name="topic_detail"),
]
files = [
    path("topics.<table:file>", views.topic_list, name="topic_list_form"),
    path("topics/<str:slugs>.<table:file>", views.topic_detail, name="topic_detail_form"),
    path("topics/<str:slugs>/feed/", views.topic_feed, name="topic_feed"),
]
