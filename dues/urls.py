from django.urls import path

from dues.arrears import views as arrears_views
from dues.bills import views as bills_views
from dues.books import views as books_views
from dues.charging import relief_views
from dues.charging import views as charging_views
from dues.payments import list_views
from dues.payments import views as payments_views
from dues.upwards import use_views
from dues.upwards import views as upwards_views

app_name = "dues"
urlpatterns = [
    # The grid, one member's dues, arrears and their reviews.
    path("", arrears_views.grid, name="grid"),
    path("mine/", arrears_views.mine, name="mine"),
    path("members/<uuid:key>/", arrears_views.member_detail, name="member-detail"),
    path("members/<uuid:key>/reason/", arrears_views.reason_add, name="reason-add"),
    path("members/<uuid:key>/quarterly/", arrears_views.arrangement_add, name="arrangement-add"),
    path("members/<uuid:key>/review/", arrears_views.review_open, name="review-open"),
    path("arrears/", arrears_views.arrears, name="arrears"),
    path("arrears/reasons/<uuid:key>/end/", arrears_views.reason_end, name="reason-end"),
    path("arrears/quarterly/<uuid:key>/end/", arrears_views.arrangement_end, name="arrangement-end"),
    path("arrears/reviews/<uuid:key>/", arrears_views.review, name="review"),
    path("arrears/reviews/<uuid:key>/talk/", arrears_views.review_talk, name="review-talk"),
    path("arrears/reviews/<uuid:key>/decision/", arrears_views.review_decision, name="review-decision"),
    path("arrears/reviews/<uuid:key>/report/", arrears_views.review_report, name="review-report"),
    path("arrears/reviews/<uuid:key>/answer/", arrears_views.review_answer, name="review-answer"),
    path("arrears/reviews/<uuid:key>/close/", arrears_views.review_close, name="review-close"),
    # Bases, reductions and waivers, charging.
    path("bases/", charging_views.basis_list, name="basis-list"),
    path("bases/<str:code>/<int:year>/keep/", charging_views.basis_keep_all, name="basis-keep-all"),
    path("bases/<str:code>/<int:year>/take-over/", charging_views.basis_take_over, name="basis-take-over"),
    path("members/<uuid:member>/bases/<int:year>/keep/", charging_views.basis_keep, name="basis-keep"),
    path("members/<uuid:member>/bases/<int:year>/", charging_views.basis_fix, name="basis-fix"),
    path("members/<uuid:key>/bases/", charging_views.basis_history, name="basis-history"),
    path("reliefs/", relief_views.relief_list, name="relief-list"),
    path("reliefs/new/<uuid:member>/", relief_views.relief_new, name="relief-new"),
    path("reliefs/<uuid:key>/", relief_views.relief_detail, name="relief-detail"),
    path("reliefs/<uuid:key>/approve/", relief_views.relief_approve, name="relief-approve"),
    path("reliefs/<uuid:key>/decline/", relief_views.relief_decline, name="relief-decline"),
    path("reliefs/<uuid:key>/end/", relief_views.relief_end, name="relief-end"),
    path("charging/", charging_views.charging, name="charging"),
    path("charging/<str:code>/<int:year>/charge/", charging_views.charge, name="charging-charge"),
    path("charging/<str:code>/<int:year>/<int:month>/close/", charging_views.close, name="charging-close"),
    # Money that came in, and its receipts.
    path("payments/", list_views.payment_list, name="payment-list"),
    path("payments/export/", list_views.payment_export, name="payment-export"),
    path("payments/new/<uuid:member>/", payments_views.payment_new, name="payment-new"),
    path("payments/new/<uuid:member>/effect/", payments_views.payment_effect, name="payment-effect"),
    path("payments/waiting/", payments_views.proposal_list, name="proposal-list"),
    path("payments/waiting/<uuid:key>/confirm/", payments_views.proposal_confirm, name="proposal-confirm"),
    path("payments/waiting/<uuid:key>/decline/", payments_views.proposal_decline, name="proposal-decline"),
    path("payments/<uuid:key>/", payments_views.payment_detail, name="payment-detail"),
    path("payments/<uuid:key>/reverse/", payments_views.payment_reverse, name="payment-reverse"),
    path("collect/", payments_views.collect, name="collect"),
    path("collect/store/", payments_views.collect_store, name="collect-store"),
    path("receipts/print/", list_views.receipt_print, name="receipt-print"),
    path("receipts/<uuid:key>/", list_views.receipt_detail, name="receipt-detail"),
    path("verify/<str:token>/", list_views.receipt_verify, name="receipt-verify"),
    # Bills and statements.
    path("bills/", bills_views.bill_list, name="bill-list"),
    path("bills/new/", bills_views.bill_new, name="bill-new"),
    path("bills/<uuid:key>/", bills_views.bill_detail, name="bill-detail"),
    path("bills/<uuid:key>/post/", bills_views.bill_post, name="bill-post"),
    path("bills/<uuid:key>/aside/", bills_views.bill_aside, name="bill-aside"),
    path("bills/<uuid:key>/again/", bills_views.bill_again, name="bill-again"),
    path("bills/rows/", bills_views.row_list, name="bill-row-list"),
    path("bills/rows/<uuid:key>/", bills_views.row_detail, name="bill-row-detail"),
    path("bills/rows/<uuid:key>/decide/", bills_views.row_decide, name="bill-row-decide"),
    path("bills/rows/<uuid:key>/aside/", bills_views.row_aside, name="bill-row-aside"),
    path("bills/rows/<uuid:key>/take-up/", bills_views.row_take_up, name="bill-row-take-up"),
    path("bills/rows/<uuid:key>/undo/", bills_views.row_undo, name="bill-row-undo"),
    # Ledgers that branches kept before, and the one that they keep now.
    path("ledgers/", books_views.ledger_list, name="ledger-list"),
    path("ledgers/new/", books_views.ledger_new, name="ledger-new"),
    path("ledgers/year/", books_views.ledger_year, name="ledger-year"),
    path("ledgers/year/export/", books_views.ledger_export, name="ledger-export"),
    path("ledgers/year/bases/", books_views.ledger_bases, name="ledger-bases"),
    path("ledgers/<uuid:key>/", books_views.ledger_detail, name="ledger-detail"),
    path("ledgers/<uuid:key>/confirm/", books_views.ledger_confirm, name="ledger-confirm"),
    path("ledgers/<uuid:key>/undo/", books_views.ledger_undo, name="ledger-undo"),
    path("ledgers/<uuid:key>/refused/", books_views.ledger_refused, name="ledger-refused"),
    # Handing up and use.
    path("overview/", upwards_views.overview, name="overview"),
    path("overview/export/", upwards_views.overview_export, name="overview-export"),
    path("remittances/", upwards_views.remittance_list, name="remittance-list"),
    path("remittances/new/", upwards_views.remittance_new, name="remittance-new"),
    path("remittances/<uuid:key>/confirm/", upwards_views.remittance_confirm, name="remittance-confirm"),
    path("remittances/<uuid:key>/take-back/", upwards_views.remittance_take_back, name="remittance-take-back"),
    path("large/", upwards_views.large_list, name="large-list"),
    path("large/new/", upwards_views.large_new, name="large-new"),
    path("large/<uuid:key>/", upwards_views.large_detail, name="large-detail"),
    path("large/<uuid:key>/<slug:step>/", upwards_views.large_step, name="large-step"),
    path("uses/", use_views.use_list, name="use-list"),
    path("uses/new/", use_views.use_new, name="use-new"),
    path("uses/<uuid:key>/remove/", use_views.use_remove, name="use-remove"),
    path("disclosure/", use_views.disclosure, name="disclosure"),
    path("published/", use_views.publication_list, name="publication-list"),
    path("disclosure/<uuid:key>/", use_views.disclosure_detail, name="disclosure-detail"),
]
