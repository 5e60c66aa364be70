"""Workbooks made in the background; part of the namespace `members`."""

from django.urls import path

from members.views import exports

urlpatterns = [
    path("exports/<uuid:key>/file/", exports.export_file, name="export-file"),
    path("exports/<uuid:key>/cancel/", exports.export_cancel, name="export-cancel"),
    path("exports/<uuid:key>/retry/", exports.export_retry, name="export-retry"),
    path("exports/<uuid:key>/agree/", exports.export_agree, name="export-agree"),
]
