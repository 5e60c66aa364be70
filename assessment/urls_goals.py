"""Joint goals of party work and the unit; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import goal_counts, goal_steps, goals

urlpatterns = [
    path("goals/", goals.goal_list, name="goal-list"),
    path("goals/export/", goals.goal_export, name="goal-export"),
    path("goals/new/", goals.goal_new, name="goal-new"),
    path("goals/copy/", goals.goal_copy, name="goal-copy"),
    path("goals/counts/", goal_counts.goal_counts_page, name="goal-counts"),
    path("goals/counts/export/", goal_counts.goal_counts_export, name="goal-counts-export"),
    path("goals/<uuid:key>/", goals.goal_detail, name="goal-detail"),
    path("goals/<uuid:key>/edit/", goals.goal_edit, name="goal-edit"),
    path("goals/<uuid:key>/step/", goal_steps.goal_step, name="goal-step"),
    path("goals/<uuid:key>/check/", goal_steps.goal_check, name="goal-check"),
    path("goals/<uuid:key>/result/", goal_steps.goal_result, name="goal-result"),
]
