"""Practices worth sharing; part of the namespace `assessment`."""

from django.urls import URLPattern, path

from assessment.views import adoptions, practices

urlpatterns: list[URLPattern] = [
    path("practices/", practices.practice_list, name="practice-list"),
    path("practices/start/", practices.practice_start, name="practice-start"),
    path("practices/new/", practices.practice_new, name="practice-new"),
    path("practices/<uuid:key>/", practices.practice_detail, name="practice-detail"),
    path("practices/<uuid:key>/edit/", practices.practice_edit, name="practice-edit"),
    path("practices/<uuid:key>/publish/", practices.practice_publish, name="practice-publish"),
    path("practices/<uuid:key>/withdraw/", practices.practice_withdraw, name="practice-withdraw"),
    path("practices/<uuid:key>/remove/", practices.practice_remove, name="practice-remove"),
    path("practices/<uuid:key>/adopt/", adoptions.practice_adopt, name="practice-adopt"),
    path("adoptions/<uuid:key>/edit/", adoptions.adoption_edit, name="adoption-edit"),
    path("adoptions/<uuid:key>/stop/", adoptions.adoption_stop, name="adoption-stop"),
]
