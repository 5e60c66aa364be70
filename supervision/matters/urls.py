from django.urls import path

from supervision.matters import views

urlpatterns = [
    path("matters/", views.matter_list, name="matter-list"),
    path("matters/of-my-branch/", views.matter_list, name="matter-mine"),
    path("matters/export/", views.matter_export, name="matter-export"),
    path("matters/new/", views.matter_new, name="matter-new"),
    path("matters/counts/", views.matter_counts, name="matter-counts"),
    path("matters/counts/export/", views.matter_counts_export, name="matter-counts-export"),
    path("matters/<uuid:key>/", views.matter_detail, name="matter-detail"),
    path("matters/<uuid:key>/edit/", views.matter_edit, name="matter-edit"),
    path("matters/<uuid:key>/remove/", views.matter_remove, name="matter-remove"),
    path("matters/<uuid:key>/opinion/", views.matter_step, {"step": "opinion"}, name="matter-opinion"),
    path("matters/<uuid:key>/decision/", views.matter_step, {"step": "decision"}, name="matter-decision"),
    path("matters/<uuid:key>/execution/", views.matter_step, {"step": "execution"}, name="matter-execution"),
    path("matters/<uuid:key>/review/", views.matter_step, {"step": "review"}, name="matter-review"),
]
