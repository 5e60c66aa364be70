"""Practices worth sharing; part of the namespace `assessment`."""

from django.urls import URLPattern, path

from assessment.practices import views

urlpatterns: list[URLPattern] = [
    path("practices/", views.practice_list, name="practice-list"),
    path("practices/start/", views.practice_start, name="practice-start"),
    path("practices/new/", views.practice_new, name="practice-new"),
    path("practices/<uuid:key>/", views.practice_detail, name="practice-detail"),
    path("practices/<uuid:key>/edit/", views.practice_edit, name="practice-edit"),
    path("practices/<uuid:key>/publish/", views.practice_publish, name="practice-publish"),
    path("practices/<uuid:key>/withdraw/", views.practice_withdraw, name="practice-withdraw"),
    path("practices/<uuid:key>/remove/", views.practice_remove, name="practice-remove"),
    path("practices/<uuid:key>/adopt/", views.practice_adopt, name="practice-adopt"),
    path("adoptions/<uuid:key>/edit/", views.adoption_edit, name="adoption-edit"),
    path("adoptions/<uuid:key>/stop/", views.adoption_stop, name="adoption-stop"),
]
