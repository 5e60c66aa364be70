from django.urls import include, path

app_name = "reminders"
urlpatterns = [
    path("", include("reminders.urls_desk")),
    path("messages/", include("reminders.urls_messages")),
    path("a/", include("reminders.urls_answers")),
    path("messages/", include("reminders.urls_setup")),
    path("messages/", include("reminders.urls_preferences")),
    path("jobs/", include("reminders.urls_jobs")),
]
