"""Branches assessed: points, values, objections, publication, views of others; part of the namespace `assessment`."""

from django.urls import path

from assessment.assessments import judging_views, views

urlpatterns = [
    path("assessments/", views.assessment_list, name="assessment-list"),
    path("assessments/begin/", views.assessment_begin, name="assessment-begin"),
    path("assessments/anew/", views.assessment_anew, name="assessment-anew"),
    path("assessments/together/<slug:step>/", views.assessment_together, name="assessment-together"),
    path("assessments/progress/", views.assessment_progress, name="assessment-progress"),
    path("assessments/export/", views.assessment_export, name="assessment-export"),
    path("assessments/<uuid:key>/", views.assessment_detail, name="assessment-detail"),
    path("assessments/<uuid:key>/compute/", views.assessment_compute, name="assessment-compute"),
    path("assessments/<uuid:key>/show/", views.assessment_show, name="assessment-show"),
    path("assessments/<uuid:key>/publish/", views.assessment_publish, name="assessment-publish"),
    path("assessments/<uuid:key>/lock/", views.assessment_lock, name="assessment-lock"),
    path("assessments/<uuid:key>/grade/", views.assessment_grade, name="assessment-grade"),
    path("assessments/<uuid:key>/values/", judging_views.value_list, name="value-list"),
    path("assessments/<uuid:key>/values/nothing/", judging_views.value_nothing, name="value-nothing"),
    path("assessments/<uuid:key>/values/confirm/", judging_views.value_confirm, name="value-confirm"),
    path("assessments/<uuid:key>/values/clause/<uuid:clause>/", judging_views.value_new, name="value-new"),
    path("assessments/<uuid:key>/values/points/<uuid:indicator>/", judging_views.value_points, name="value-points"),
    path("assessments/<uuid:key>/object/<uuid:indicator>/", judging_views.objection_new, name="objection-new"),
    path("values/<uuid:key>/refuse/", judging_views.value_refuse, name="value-refuse"),
    path("values/<uuid:key>/file/", judging_views.value_file, name="value-file"),
    path("objections/<uuid:key>/answer/", judging_views.objection_answer, name="objection-answer"),
    path("views/", judging_views.view_list, name="view-list"),
    path("views/<uuid:key>/of/<str:code>/", judging_views.view_give, name="view-give"),
    path("satisfaction/", judging_views.satisfaction_mine, name="satisfaction-mine"),
    path("satisfaction/<uuid:key>/", judging_views.satisfaction_answer, name="satisfaction-answer"),
    path("schemes/<uuid:key>/preview/", judging_views.scheme_preview, name="scheme-preview"),
]
