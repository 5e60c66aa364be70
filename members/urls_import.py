"""Roster imports; part of the namespace `members`."""

from django.urls import path

from members.views import imports

urlpatterns = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/template/", imports.import_template, name="import-template"),
    path("imports/<uuid:key>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:key>/progress/", imports.import_progress, name="import-progress"),
    path("imports/<uuid:key>/columns/", imports.import_columns, name="import-columns"),
    path("imports/<uuid:key>/confirm/", imports.import_confirm, name="import-confirm"),
    path("imports/<uuid:key>/cancel/", imports.import_cancel, name="import-cancel"),
    path("imports/<uuid:key>/undo/", imports.import_undo, name="import-undo"),
    path("imports/<uuid:key>/refused/", imports.import_refused, name="import-refused"),
]
