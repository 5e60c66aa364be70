from django.urls import path

from supervision.problems import inspection_views, views
from supervision.problems.rules import STEPS

urlpatterns = [
    path("problems/", views.problem_list, name="problem-list"),
    path("problems/of-my-branch/", views.problem_list, name="problem-mine"),
    path("problems/export/", views.problem_export, name="problem-export"),
    path("problems/new/", views.problem_add, name="problem-add"),
    path("problems/counts/", views.problem_counts, name="problem-counts"),
    path("problems/counts/export/", views.problem_counts_export, name="problem-counts-export"),
    path("problems/<uuid:key>/", views.problem_detail, name="problem-detail"),
    path("problems/<uuid:key>/assign/", views.problem_assign, name="problem-assign"),
    path("problems/<uuid:key>/evidence/<uuid:step>/", views.problem_evidence, name="problem-evidence"),
    *(
        path(f"problems/<uuid:key>/{kind}/", views.problem_step, {"kind": kind}, name=f"problem-{kind}")
        for kind in STEPS
    ),
    path("inspections/", inspection_views.inspection_list, name="inspection-list"),
    path("inspections/export/", inspection_views.inspection_export, name="inspection-export"),
    path("inspections/new/", inspection_views.inspection_new, name="inspection-new"),
    path("inspections/<uuid:key>/", inspection_views.inspection_detail, name="inspection-detail"),
    path("inspections/<uuid:key>/findings/", inspection_views.inspection_findings, name="inspection-findings"),
    path("problems/<uuid:key>/take-out/", inspection_views.finding_take_out, name="finding-take-out"),
    path("inspections/<uuid:key>/hand-over/", inspection_views.inspection_hand_over, name="inspection-hand-over"),
    path("inspections/<uuid:key>/close/", inspection_views.inspection_close, name="inspection-close"),
]
