from django.urls import path

from dues.views import bill_rows, bills

urlpatterns = [
    path("bills/", bills.bill_list, name="bill-list"),
    path("bills/new/", bills.bill_new, name="bill-new"),
    path("bills/<uuid:key>/", bills.bill_detail, name="bill-detail"),
    path("bills/<uuid:key>/post/", bills.bill_post, name="bill-post"),
    path("bills/<uuid:key>/aside/", bills.bill_aside, name="bill-aside"),
    path("bills/<uuid:key>/again/", bills.bill_again, name="bill-again"),
    path("bills/rows/", bill_rows.row_list, name="bill-row-list"),
    path("bills/rows/<uuid:key>/", bill_rows.row_detail, name="bill-row-detail"),
    path("bills/rows/<uuid:key>/decide/", bill_rows.row_decide, name="bill-row-decide"),
    path("bills/rows/<uuid:key>/aside/", bill_rows.row_aside, name="bill-row-aside"),
    path("bills/rows/<uuid:key>/take-up/", bill_rows.row_take_up, name="bill-row-take-up"),
    path("bills/rows/<uuid:key>/undo/", bill_rows.row_undo, name="bill-row-undo"),
]
