from django.urls import path

from members.views import account, home

app_name = "members"

urlpatterns = [
    path("", home.home, name="home"),
    path("preferences/", account.preference_edit, name="preference-edit"),
    path("look/", account.look_switch, name="look-switch"),
]
