from django.urls import include, path

app_name = "supervision"
urlpatterns = [
    path("", include("supervision.urls_duties")),
    path("", include("supervision.urls_suggestions")),
    path("", include("supervision.urls_talks")),
    path("", include("supervision.urls_self_checks")),
    path("", include("supervision.urls_problems")),
    path("", include("supervision.urls_matters")),
    path("", include("supervision.urls_appraisals")),
    path("", include("supervision.urls_reports")),
    path("", include("supervision.urls_letters")),
]
