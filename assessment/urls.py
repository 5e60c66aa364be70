from django.urls import include, path

app_name = "assessment"
urlpatterns = [
    path("", include("assessment.urls_dashboard")),
    path("", include("assessment.urls_schemes")),
    path("", include("assessment.urls_assessments")),
    path("", include("assessment.urls_goals")),
    path("", include("assessment.urls_cadres")),
    path("", include("assessment.urls_practices")),
]
