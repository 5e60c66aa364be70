from django.urls import path

from reminders.channels import views as channels_views
from reminders.desk import views as desk_views
from reminders.jobs import views as jobs_views
from reminders.messages import views as messages_views, wording_views
from reminders.sending import views as sending_views

app_name = "reminders"
SLOT = "<str:code>/<slug:kind>/<slug:told>/<slug:language>/"

urlpatterns = [
    path("", desk_views.start, name="desk"),
    path("desk/", desk_views.desk, name="desk-below"),
    path("desk/at/<str:code>/", desk_views.desk_at, name="desk-at"),
    path("desk/at/<str:code>/not-applicable/", desk_views.not_applicable, name="desk-not-applicable"),
    path("desk/not-applicable/<uuid:key>/take-back/", desk_views.not_applicable_take_back, name="desk-take-back"),
    path("desk/branches/", desk_views.branch_list, name="desk-branch-list"),
    path("desk/branches/export/", desk_views.branch_export, name="desk-branch-export"),
    path("desk/effort/", desk_views.effort, name="desk-effort"),
    path("desk/effort/export/", desk_views.effort_export, name="desk-effort-export"),
    path("messages/", messages_views.message_list, name="message-list"),
    path("messages/export/", messages_views.message_export, name="message-export"),
    path("messages/<uuid:key>/", messages_views.message_detail, name="message-detail"),
    path("messages/<uuid:key>/again/", messages_views.message_again, name="message-again"),
    path("messages/review/", messages_views.review_list, name="review-list"),
    path("messages/review/<str:code>/<str:kind>/", messages_views.review_detail, name="review-detail"),
    path("messages/review/<str:code>/<str:kind>/release/", messages_views.review_release, name="review-release"),
    path("messages/review/<str:code>/<str:kind>/decline/", messages_views.review_decline, name="review-decline"),
    path("messages/releases/<uuid:key>/take-back/", messages_views.review_take_back, name="review-take-back"),
    path("messages/mine/", messages_views.inbox, name="inbox"),
    path("messages/mine/<uuid:key>/", messages_views.inbox_message, name="inbox-message"),
    path("messages/mine/<uuid:key>/answer/", messages_views.inbox_answer, name="inbox-answer"),
    path("a/<str:token>/", messages_views.answer_page, name="answer"),
    path("messages/wordings/", wording_views.wording_list, name="wording-list"),
    path(f"messages/wordings/{SLOT}", wording_views.wording_edit, name="wording-edit"),
    path(f"messages/wordings/{SLOT}give-back/", wording_views.wording_give_back, name="wording-give-back"),
    path("messages/channels/", channels_views.channel_list, name="channel-list"),
    path("messages/channels/new/", channels_views.channel_add, name="channel-add"),
    path("messages/channels/<uuid:key>/", channels_views.channel_edit, name="channel-edit"),
    path("messages/channels/<uuid:key>/try/", channels_views.channel_try, name="channel-try"),
    path("messages/channels/<uuid:key>/stop/", channels_views.channel_stop, name="channel-stop"),
    path("messages/preferences/", channels_views.preference_own, name="preference-own"),
    path("messages/preferences/<uuid:key>/", channels_views.preference_member, name="preference-member"),
    path("messages/calls/", sending_views.call_list, name="call-list"),
    path("messages/calls/<uuid:key>/", sending_views.call_record, name="call-record"),
    path("jobs/", jobs_views.job_list, name="job-list"),
    path("jobs/dead/<uuid:key>/again/", jobs_views.job_again, name="job-again"),
]
