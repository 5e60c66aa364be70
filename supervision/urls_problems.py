from django.urls import path

from supervision.rules.problems import STEPS
from supervision.views import inspections, problem_counts, problem_steps, problems

urlpatterns = [
    path("problems/", problems.problem_list, name="problem-list"),
    path("problems/of-my-branch/", problems.problem_list, name="problem-mine"),
    path("problems/export/", problems.problem_export, name="problem-export"),
    path("problems/new/", problems.problem_add, name="problem-add"),
    path("problems/counts/", problem_counts.problem_counts, name="problem-counts"),
    path("problems/counts/export/", problem_counts.problem_counts_export, name="problem-counts-export"),
    path("problems/<uuid:key>/", problems.problem_detail, name="problem-detail"),
    path("problems/<uuid:key>/assign/", problem_steps.problem_assign, name="problem-assign"),
    path("problems/<uuid:key>/evidence/<uuid:step>/", problem_steps.problem_evidence, name="problem-evidence"),
    *(
        path(f"problems/<uuid:key>/{kind}/", problem_steps.problem_step, {"kind": kind}, name=f"problem-{kind}")
        for kind in STEPS
    ),
    path("inspections/", inspections.inspection_list, name="inspection-list"),
    path("inspections/export/", inspections.inspection_export, name="inspection-export"),
    path("inspections/new/", inspections.inspection_new, name="inspection-new"),
    path("inspections/<uuid:key>/", inspections.inspection_detail, name="inspection-detail"),
    path("inspections/<uuid:key>/findings/", inspections.inspection_findings, name="inspection-findings"),
    path("problems/<uuid:key>/take-out/", inspections.finding_take_out, name="finding-take-out"),
    path("inspections/<uuid:key>/hand-over/", inspections.inspection_hand_over, name="inspection-hand-over"),
    path("inspections/<uuid:key>/close/", inspections.inspection_close, name="inspection-close"),
]
