from django.urls import include, path

app_name = "supervision"
urlpatterns = [
    path("", include("supervision.duty_urls")),
    path("", include("supervision.suggestions.urls")),
    path("", include("supervision.talks.urls")),
    path("", include("supervision.self_checks.urls")),
    path("", include("supervision.problems.urls")),
    path("", include("supervision.matters.urls")),
    path("", include("supervision.appraisals.urls")),
    path("", include("supervision.reports.urls")),
    path("", include("supervision.letters.urls")),
]
