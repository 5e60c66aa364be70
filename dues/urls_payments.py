"""Money that came in and its receipts; part of the namespace `dues`."""

from django.urls import path

from dues.views import collecting, payment_list, payments, proposals, receipts

urlpatterns = [
    path("payments/", payment_list.payment_list, name="payment-list"),
    path("payments/export/", payment_list.payment_export, name="payment-export"),
    path("payments/new/<uuid:member>/", payments.payment_new, name="payment-new"),
    path("payments/new/<uuid:member>/effect/", payments.payment_effect, name="payment-effect"),
    path("payments/waiting/", proposals.proposal_list, name="proposal-list"),
    path("payments/waiting/<uuid:key>/confirm/", proposals.proposal_confirm, name="proposal-confirm"),
    path("payments/waiting/<uuid:key>/decline/", proposals.proposal_decline, name="proposal-decline"),
    path("payments/<uuid:key>/", payments.payment_detail, name="payment-detail"),
    path("payments/<uuid:key>/reverse/", payments.payment_reverse, name="payment-reverse"),
    path("collect/", collecting.collect, name="collect"),
    path("collect/store/", collecting.collect_store, name="collect-store"),
    path("receipts/print/", receipts.receipt_print, name="receipt-print"),
    path("receipts/<uuid:key>/", receipts.receipt_detail, name="receipt-detail"),
    path("verify/<str:token>/", receipts.receipt_verify, name="receipt-verify"),
]
