from django.urls import include, path

app_name = "dues"
urlpatterns = [
    path("", include("dues.urls_members")),
    path("", include("dues.urls_charging")),
    path("", include("dues.urls_payments")),
    path("", include("dues.urls_bills")),
    path("", include("dues.urls_ledgers")),
    path("", include("dues.urls_upwards")),
]
