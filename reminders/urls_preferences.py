from django.urls import path

from reminders.views import preferences

urlpatterns = [
    path("preferences/", preferences.preference_own, name="preference-own"),
    path("preferences/<uuid:key>/", preferences.preference_member, name="preference-member"),
]
