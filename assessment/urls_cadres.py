"""Cadres, class hours and conditions; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import cadres, conditions, trainings

urlpatterns = [
    path("cadres/", cadres.cadre_list, name="cadre-list"),
    path("cadres/export/", cadres.cadre_export, name="cadre-export"),
    path("cadres/new/", cadres.cadre_new, name="cadre-new"),
    path("cadres/counts/", conditions.cadre_counts, name="cadre-counts"),
    path("cadres/counts/export/", conditions.cadre_counts_export, name="cadre-counts-export"),
    path("cadres/conditions/", conditions.conditions_edit, name="conditions-edit"),
    path("cadres/<uuid:key>/edit/", cadres.cadre_edit, name="cadre-edit"),
    path("cadres/<uuid:key>/end/", cadres.cadre_end, name="cadre-end"),
    path("trainings/", trainings.training_list, name="training-list"),
    path("trainings/export/", trainings.training_export, name="training-export"),
    path("trainings/new/", trainings.training_new, name="training-new"),
    path("trainings/mine/", trainings.training_mine, name="training-mine"),
    path("trainings/<uuid:key>/remove/", trainings.training_remove, name="training-remove"),
]
