"""Pages for whoever writes a sealed letter: below /letters/, without a log-in; see `branchweb.untraced`."""

from django.urls import path

from supervision.views import letterbox

app_name = "letterbox"
urlpatterns = [
    path("", letterbox.about, name="about"),
    path("write/", letterbox.write, name="write"),
    path("receipt/", letterbox.receipt, name="receipt"),
    path("add/", letterbox.add, name="add"),
    path("attach/", letterbox.attach, name="attach"),
]
