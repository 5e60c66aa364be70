"""Pages for whoever writes a sealed letter: below /letters/, without a log-in; see `branchweb.middleware`."""

from django.urls import path

from supervision.letters import box_views

app_name = "letterbox"
urlpatterns = [
    path("", box_views.about, name="about"),
    path("write/", box_views.write, name="write"),
    path("receipt/", box_views.receipt, name="receipt"),
    path("add/", box_views.add, name="add"),
    path("attach/", box_views.attach, name="attach"),
]
