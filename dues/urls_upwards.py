from django.urls import path

from dues.views import large, overview, remittances, uses

urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("overview/export/", overview.overview_export, name="overview-export"),
    path("remittances/", remittances.remittance_list, name="remittance-list"),
    path("remittances/new/", remittances.remittance_new, name="remittance-new"),
    path("remittances/<uuid:key>/confirm/", remittances.remittance_confirm, name="remittance-confirm"),
    path("remittances/<uuid:key>/take-back/", remittances.remittance_take_back, name="remittance-take-back"),
    path("large/", large.large_list, name="large-list"),
    path("large/new/", large.large_new, name="large-new"),
    path("large/<uuid:key>/", large.large_detail, name="large-detail"),
    path("large/<uuid:key>/<slug:step>/", large.large_step, name="large-step"),
    path("uses/", uses.use_list, name="use-list"),
    path("uses/new/", uses.use_new, name="use-new"),
    path("uses/<uuid:key>/remove/", uses.use_remove, name="use-remove"),
    path("disclosure/", uses.disclosure, name="disclosure"),
    path("published/", uses.publication_list, name="publication-list"),
    path("disclosure/<uuid:key>/", uses.disclosure_detail, name="disclosure-detail"),
]
