"""Joint goals of party work and the unit; part of the namespace `assessment`."""

from django.urls import path

from assessment.goals import views

urlpatterns = [
    path("goals/", views.goal_list, name="goal-list"),
    path("goals/export/", views.goal_export, name="goal-export"),
    path("goals/new/", views.goal_new, name="goal-new"),
    path("goals/copy/", views.goal_copy, name="goal-copy"),
    path("goals/counts/", views.goal_counts_page, name="goal-counts"),
    path("goals/counts/export/", views.goal_counts_export, name="goal-counts-export"),
    path("goals/<uuid:key>/", views.goal_detail, name="goal-detail"),
    path("goals/<uuid:key>/edit/", views.goal_edit, name="goal-edit"),
    path("goals/<uuid:key>/step/", views.goal_step, name="goal-step"),
    path("goals/<uuid:key>/check/", views.goal_check, name="goal-check"),
    path("goals/<uuid:key>/result/", views.goal_result, name="goal-result"),
]
