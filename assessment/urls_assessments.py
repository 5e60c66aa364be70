"""Branches assessed: points, values, objections, publication, views of others; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import (
    assessment_detail,
    assessment_export,
    assessments,
    objections,
    satisfaction,
    scheme_preview,
    values,
    views_given,
)

urlpatterns = [
    path("assessments/", assessments.assessment_list, name="assessment-list"),
    path("assessments/begin/", assessments.assessment_begin, name="assessment-begin"),
    path("assessments/anew/", assessments.assessment_anew, name="assessment-anew"),
    path("assessments/together/<slug:step>/", assessments.assessment_together, name="assessment-together"),
    path("assessments/progress/", assessments.assessment_progress, name="assessment-progress"),
    path("assessments/export/", assessment_export.assessment_export, name="assessment-export"),
    path("assessments/<uuid:key>/", assessment_detail.assessment_detail, name="assessment-detail"),
    path("assessments/<uuid:key>/compute/", assessment_detail.assessment_compute, name="assessment-compute"),
    path("assessments/<uuid:key>/show/", assessment_detail.assessment_show, name="assessment-show"),
    path("assessments/<uuid:key>/publish/", assessment_detail.assessment_publish, name="assessment-publish"),
    path("assessments/<uuid:key>/lock/", assessment_detail.assessment_lock, name="assessment-lock"),
    path("assessments/<uuid:key>/grade/", assessment_detail.assessment_grade, name="assessment-grade"),
    path("assessments/<uuid:key>/values/", values.value_list, name="value-list"),
    path("assessments/<uuid:key>/values/nothing/", values.value_nothing, name="value-nothing"),
    path("assessments/<uuid:key>/values/confirm/", values.value_confirm, name="value-confirm"),
    path("assessments/<uuid:key>/values/clause/<uuid:clause>/", values.value_new, name="value-new"),
    path("assessments/<uuid:key>/values/points/<uuid:indicator>/", values.value_points, name="value-points"),
    path("assessments/<uuid:key>/object/<uuid:indicator>/", objections.objection_new, name="objection-new"),
    path("values/<uuid:key>/refuse/", values.value_refuse, name="value-refuse"),
    path("values/<uuid:key>/file/", values.value_file, name="value-file"),
    path("objections/<uuid:key>/answer/", objections.objection_answer, name="objection-answer"),
    path("views/", views_given.view_list, name="view-list"),
    path("views/<uuid:key>/of/<str:code>/", views_given.view_give, name="view-give"),
    path("satisfaction/", satisfaction.satisfaction_mine, name="satisfaction-mine"),
    path("satisfaction/<uuid:key>/", satisfaction.satisfaction_answer, name="satisfaction-answer"),
    path("schemes/<uuid:key>/preview/", scheme_preview.scheme_preview, name="scheme-preview"),
]
