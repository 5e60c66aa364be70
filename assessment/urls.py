from django.urls import include, path

app_name = "assessment"
urlpatterns = [
    path("", include("assessment.dashboard.urls")),
    path("", include("assessment.schemes.urls")),
    path("", include("assessment.assessments.urls")),
    path("", include("assessment.goals.urls")),
    path("", include("assessment.cadres.urls")),
    path("", include("assessment.practices.urls")),
]
