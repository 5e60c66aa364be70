"""Schemes: how they are built and read from workbooks, and the facts they count; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import imports, metrics, scheme_lines, scheme_steps, schemes

UP, DOWN = {"step": -1}, {"step": 1}

urlpatterns = [
    path("schemes/", schemes.scheme_list, name="scheme-list"),
    path("schemes/new/", schemes.scheme_new, name="scheme-new"),
    path("schemes/<uuid:key>/", schemes.scheme_detail, name="scheme-detail"),
    path("schemes/<uuid:key>/edit/", schemes.scheme_edit, name="scheme-edit"),
    path("schemes/<uuid:key>/bands/", schemes.scheme_bands, name="scheme-bands"),
    path("schemes/<uuid:key>/force/", scheme_steps.scheme_force, name="scheme-force"),
    path("schemes/<uuid:key>/retire/", scheme_steps.scheme_retire, name="scheme-retire"),
    path("schemes/<uuid:key>/version/", scheme_steps.scheme_version, name="scheme-version"),
    path("schemes/<uuid:key>/copy/", scheme_steps.scheme_copy, name="scheme-copy"),
    path("schemes/<uuid:key>/export/", scheme_steps.scheme_export, name="scheme-export"),
    path("schemes/<uuid:key>/delete/", scheme_steps.scheme_delete, name="scheme-delete"),
    path("schemes/<uuid:key>/lines/new/", scheme_lines.line_new, name="scheme-line-new"),
    path("schemes/<uuid:key>/lines/<uuid:line>/edit/", scheme_lines.line_edit, name="scheme-line-edit"),
    path("schemes/<uuid:key>/lines/<uuid:line>/up/", scheme_lines.line_move, UP, name="scheme-line-up"),
    path("schemes/<uuid:key>/lines/<uuid:line>/down/", scheme_lines.line_move, DOWN, name="scheme-line-down"),
    path("schemes/<uuid:key>/lines/<uuid:line>/remove/", scheme_lines.line_remove, name="scheme-line-remove"),
    path("schemes/<uuid:key>/lines/<uuid:line>/clauses/new/", scheme_lines.clause_new, name="scheme-clause-new"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/edit/", scheme_lines.clause_edit, name="scheme-clause-edit"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/up/", scheme_lines.clause_move, UP, name="scheme-clause-up"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/down/", scheme_lines.clause_move, DOWN, name="scheme-clause-down"),
    path("schemes/<uuid:key>/clauses/<uuid:clause>/remove/", scheme_lines.clause_remove, name="scheme-clause-remove"),
    path("schemes/imports/", imports.import_list, name="scheme-import-list"),
    path("schemes/imports/new/", imports.import_new, name="scheme-import-new"),
    path("schemes/imports/samples/<slug:number>/", imports.import_sample, name="scheme-import-sample"),
    path("schemes/imports/<uuid:key>/", imports.import_detail, name="scheme-import-detail"),
    path("schemes/imports/<uuid:key>/edit/", imports.import_edit, name="scheme-import-edit"),
    path("schemes/imports/<uuid:key>/store/", imports.import_store, name="scheme-import-store"),
    path("schemes/imports/<uuid:key>/discard/", imports.import_discard, name="scheme-import-discard"),
    path("facts/", metrics.metric_list, name="metric-list"),
]
