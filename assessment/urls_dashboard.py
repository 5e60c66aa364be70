"""The committee's dashboard, its heat table and files; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import dashboard, dashboard_files, figure_records, heat, need_list

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/workbook/", dashboard_files.dashboard_export, name="dashboard-export"),
    path("dashboard/heat/", heat.heat, name="heat"),
    path("dashboard/heat/workbook/", dashboard_files.heat_export, name="heat-export"),
    path("dashboard/records/", figure_records.figure_records, name="figure-records"),
    path("dashboard/records/workbook/", figure_records.figure_records_export, name="figure-records-export"),
    path("dashboard/need/", need_list.need_list, name="need-list"),
    path("dashboard/need/workbook/", need_list.need_export, name="need-export"),
]
