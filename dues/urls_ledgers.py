"""Ledgers that branches kept before, and the one that they keep now; part of the namespace `dues`."""

from django.urls import path

from dues.views import ledger_year, ledgers

urlpatterns = [
    path("ledgers/", ledgers.ledger_list, name="ledger-list"),
    path("ledgers/new/", ledgers.ledger_new, name="ledger-new"),
    path("ledgers/year/", ledger_year.ledger_year, name="ledger-year"),
    path("ledgers/year/export/", ledger_year.ledger_export, name="ledger-export"),
    path("ledgers/year/bases/", ledger_year.ledger_bases, name="ledger-bases"),
    path("ledgers/<uuid:key>/", ledgers.ledger_detail, name="ledger-detail"),
    path("ledgers/<uuid:key>/confirm/", ledgers.ledger_confirm, name="ledger-confirm"),
    path("ledgers/<uuid:key>/undo/", ledgers.ledger_undo, name="ledger-undo"),
    path("ledgers/<uuid:key>/refused/", ledgers.ledger_refused, name="ledger-refused"),
]
