from django.urls import path

from supervision.views import matter_counts, matter_steps, matters

urlpatterns = [
    path("matters/", matters.matter_list, name="matter-list"),
    path("matters/of-my-branch/", matters.matter_list, name="matter-mine"),
    path("matters/export/", matters.matter_export, name="matter-export"),
    path("matters/new/", matters.matter_new, name="matter-new"),
    path("matters/counts/", matter_counts.matter_counts, name="matter-counts"),
    path("matters/counts/export/", matter_counts.matter_counts_export, name="matter-counts-export"),
    path("matters/<uuid:key>/", matters.matter_detail, name="matter-detail"),
    path("matters/<uuid:key>/edit/", matters.matter_edit, name="matter-edit"),
    path("matters/<uuid:key>/remove/", matters.matter_remove, name="matter-remove"),
    path("matters/<uuid:key>/opinion/", matter_steps.matter_step, {"step": "opinion"}, name="matter-opinion"),
    path("matters/<uuid:key>/decision/", matter_steps.matter_step, {"step": "decision"}, name="matter-decision"),
    path("matters/<uuid:key>/execution/", matter_steps.matter_step, {"step": "execution"}, name="matter-execution"),
    path("matters/<uuid:key>/review/", matter_steps.matter_step, {"step": "review"}, name="matter-review"),
]
