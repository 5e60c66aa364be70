"""Supervision reports of branches and committees; part of the namespace `supervision`."""

from django.urls import path

from supervision.views import report_files, reports

urlpatterns = [
    path("reports/", reports.report_list, name="report-list"),
    path("reports/workbook/", report_files.report_export, name="report-export"),
    path("reports/new/<str:code>/", reports.report_new, name="report-new"),
    path("reports/records/<str:figure>/", report_files.report_records, name="report-records"),
    path("reports/<uuid:key>/", reports.report_detail, name="report-detail"),
    path("reports/<uuid:key>/judgement/", reports.report_judgement, name="report-judgement"),
    path("reports/<uuid:key>/adopt/", reports.report_adopt, name="report-adopt"),
    path("reports/<uuid:key>/word/", report_files.report_word, name="report-word"),
    path("reports/<uuid:key>/<slug:act>/", reports.report_step, name="report-step"),
]
