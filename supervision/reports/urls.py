"""Supervision reports of branches and committees; part of the namespace `supervision`."""

from django.urls import path

from supervision.reports import views

urlpatterns = [
    path("reports/", views.report_list, name="report-list"),
    path("reports/workbook/", views.report_export, name="report-export"),
    path("reports/new/<str:code>/", views.report_new, name="report-new"),
    path("reports/records/<str:figure>/", views.report_records, name="report-records"),
    path("reports/<uuid:key>/", views.report_detail, name="report-detail"),
    path("reports/<uuid:key>/judgement/", views.report_judgement, name="report-judgement"),
    path("reports/<uuid:key>/adopt/", views.report_adopt, name="report-adopt"),
    path("reports/<uuid:key>/word/", views.report_word, name="report-word"),
    path("reports/<uuid:key>/<slug:act>/", views.report_step, name="report-step"),
]
