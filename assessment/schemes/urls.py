"""Schemes: how they are built and read from workbooks, and the facts they count; part of the namespace `assessment`."""

from django.urls import path

from assessment.schemes import import_views, line_views, views

UP, DOWN = {"step": -1}, {"step": 1}

urlpatterns = [
    path("schemes/", views.scheme_list, name="scheme-list"),
    path("schemes/new/", views.scheme_new, name="scheme-new"),
    path("schemes/<uuid:key>/", views.scheme_detail, name="scheme-detail"),
    path("schemes/<uuid:key>/edit/", views.scheme_edit, name="scheme-edit"),
    path("schemes/<uuid:key>/bands/", views.scheme_bands, name="scheme-bands"),
    path("schemes/<uuid:key>/force/", views.scheme_force, name="scheme-force"),
    path("schemes/<uuid:key>/retire/", views.scheme_retire, name="scheme-retire"),
    path("schemes/<uuid:key>/version/", views.scheme_version, name="scheme-version"),
    path("schemes/<uuid:key>/copy/", views.scheme_copy, name="scheme-copy"),
    path("schemes/<uuid:key>/export/", views.scheme_export, name="scheme-export"),
    path("schemes/<uuid:key>/delete/", views.scheme_delete, name="scheme-delete"),
    path("schemes/<uuid:key>/lines/new/", line_views.line_new, name="scheme-line-new"),
    path("schemes/<uuid:key>/lines/<uuid:line>/edit/", line_views.line_edit, name="scheme-line-edit"),
    path("schemes/<uuid:key>/lines/<uuid:line>/up/", line_views.line_move, UP, name="scheme-line-up"),
    path("schemes/<uuid:key>/lines/<uuid:line>/down/", line_views.line_move, DOWN, name="scheme-line-down"),
    path("schemes/<uuid:key>/lines/<uuid:line>/remove/", line_views.line_remove, name="scheme-line-remove"),
    path("schemes/<uuid:key>/lines/<uuid:line>/clauses/new/", line_views.clause_new, name="scheme-clause-new"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/edit/", line_views.clause_edit, name="scheme-clause-edit"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/up/", line_views.clause_move, UP, name="scheme-clause-up"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/down/", line_views.clause_move, DOWN, name="scheme-clause-down"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/remove/", line_views.clause_remove, name="scheme-clause-remove"),
    path("schemes/imports/", import_views.import_list, name="scheme-import-list"),
    path("schemes/imports/new/", import_views.import_new, name="scheme-import-new"),
    path("schemes/imports/samples/<slug:number>/", import_views.import_sample, name="scheme-import-sample"),
    path("schemes/imports/<uuid:key>/", import_views.import_detail, name="scheme-import-detail"),
    path("schemes/imports/<uuid:key>/edit/", import_views.import_edit, name="scheme-import-edit"),
    path("schemes/imports/<uuid:key>/store/", import_views.import_store, name="scheme-import-store"),
    path("schemes/imports/<uuid:key>/discard/", import_views.import_discard, name="scheme-import-discard"),
    path("facts/", views.metric_list, name="metric-list"),
]
