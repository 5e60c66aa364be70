from django.urls import include, path

from branchweb import views
from branchweb.guide import guide
from branchweb.search import search

handler500 = "branchweb.views.server_error"

urlpatterns = [
    path("health/", views.health, name="health"),
    path("health/jobs/", views.jobs_health, name="jobs-health"),
    path("guide/", guide, name="guide"),
    path("search/", search, name="search"),
    path("api/", include("branchweb.api")),
    path("account/", include("members.urls_account")),
    path("meetings/", include("meetings.urls")),
    path("dues/", include("dues.urls")),
    path("supervision/", include("supervision.urls")),
    path("assessment/", include("assessment.urls")),
    path("letters/", include("supervision.letters.box_urls")),
    path("", include("reminders.urls")),
    path("", include("members.urls")),
]
