"""Cadres, class hours and conditions; part of the namespace `assessment`."""

from django.urls import path

from assessment.cadres import views

urlpatterns = [
    path("cadres/", views.cadre_list, name="cadre-list"),
    path("cadres/export/", views.cadre_export, name="cadre-export"),
    path("cadres/new/", views.cadre_new, name="cadre-new"),
    path("cadres/counts/", views.cadre_counts, name="cadre-counts"),
    path("cadres/counts/export/", views.cadre_counts_export, name="cadre-counts-export"),
    path("cadres/conditions/", views.conditions_edit, name="conditions-edit"),
    path("cadres/<uuid:key>/edit/", views.cadre_edit, name="cadre-edit"),
    path("cadres/<uuid:key>/end/", views.cadre_end, name="cadre-end"),
    path("trainings/", views.training_list, name="training-list"),
    path("trainings/export/", views.training_export, name="training-export"),
    path("trainings/new/", views.training_new, name="training-new"),
    path("trainings/mine/", views.training_mine, name="training-mine"),
    path("trainings/<uuid:key>/remove/", views.training_remove, name="training-remove"),
]
