"""Schemes from workbooks; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import imports

urlpatterns = [
    path("schemes/imports/", imports.import_list, name="scheme-import-list"),
    path("schemes/imports/new/", imports.import_new, name="scheme-import-new"),
    path("schemes/imports/samples/<slug:number>/", imports.import_sample, name="scheme-import-sample"),
    path("schemes/imports/<uuid:key>/", imports.import_detail, name="scheme-import-detail"),
    path("schemes/imports/<uuid:key>/edit/", imports.import_edit, name="scheme-import-edit"),
    path("schemes/imports/<uuid:key>/store/", imports.import_store, name="scheme-import-store"),
    path("schemes/imports/<uuid:key>/discard/", imports.import_discard, name="scheme-import-discard"),
]
