from django.urls import path

from reminders.views import channels, wordings

SLOT = "<str:code>/<slug:kind>/<slug:told>/<slug:language>/"

urlpatterns = [
    path("wordings/", wordings.wording_list, name="wording-list"),
    path(f"wordings/{SLOT}", wordings.wording_edit, name="wording-edit"),
    path(f"wordings/{SLOT}give-back/", wordings.wording_give_back, name="wording-give-back"),
    path("channels/", channels.channel_list, name="channel-list"),
    path("channels/new/", channels.channel_add, name="channel-add"),
    path("channels/<uuid:key>/", channels.channel_edit, name="channel-edit"),
    path("channels/<uuid:key>/try/", channels.channel_try, name="channel-try"),
    path("channels/<uuid:key>/stop/", channels.channel_stop, name="channel-stop"),
]
