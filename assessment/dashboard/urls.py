"""The committee's dashboard, its heat table and files; part of the namespace `assessment`."""

from django.urls import path

from assessment.dashboard import detail_views, views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/workbook/", detail_views.dashboard_export, name="dashboard-export"),
    path("dashboard/heat/", detail_views.heat, name="heat"),
    path("dashboard/heat/workbook/", detail_views.heat_export, name="heat-export"),
    path("dashboard/records/", detail_views.figure_records, name="figure-records"),
    path("dashboard/records/workbook/", detail_views.figure_records_export, name="figure-records-export"),
    path("dashboard/need/", views.need_list, name="need-list"),
    path("dashboard/need/workbook/", views.need_export, name="need-export"),
]
