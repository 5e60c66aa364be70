from django.urls import path

from reminders.views import jobs

urlpatterns = [
    path("", jobs.job_list, name="job-list"),
    path("dead/<uuid:key>/again/", jobs.job_again, name="job-again"),
]
