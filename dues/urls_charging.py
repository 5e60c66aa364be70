from django.urls import path

from dues.views import bases, charging, reliefs

urlpatterns = [
    path("bases/", bases.basis_list, name="basis-list"),
    path("bases/<str:code>/<int:year>/keep/", bases.basis_keep_all, name="basis-keep-all"),
    path("members/<uuid:member>/bases/<int:year>/keep/", bases.basis_keep, name="basis-keep"),
    path("members/<uuid:member>/bases/<int:year>/", bases.basis_fix, name="basis-fix"),
    path("members/<uuid:key>/bases/", bases.basis_history, name="basis-history"),
    path("reliefs/", reliefs.relief_list, name="relief-list"),
    path("reliefs/new/<uuid:member>/", reliefs.relief_new, name="relief-new"),
    path("reliefs/<uuid:key>/", reliefs.relief_detail, name="relief-detail"),
    path("reliefs/<uuid:key>/approve/", reliefs.relief_approve, name="relief-approve"),
    path("reliefs/<uuid:key>/decline/", reliefs.relief_decline, name="relief-decline"),
    path("reliefs/<uuid:key>/end/", reliefs.relief_end, name="relief-end"),
    path("charging/", charging.charging, name="charging"),
    path("charging/<str:code>/<int:year>/charge/", charging.charge, name="charging-charge"),
    path("charging/<str:code>/<int:year>/<int:month>/close/", charging.close, name="charging-close"),
]
