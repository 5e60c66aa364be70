from django.urls import path

from reminders.views import calls, inbox, messages

urlpatterns = [
    path("", messages.message_list, name="message-list"),
    path("export/", messages.message_export, name="message-export"),
    path("<uuid:key>/", messages.message_detail, name="message-detail"),
    path("<uuid:key>/again/", messages.message_again, name="message-again"),
    path("calls/", calls.call_list, name="call-list"),
    path("calls/<uuid:key>/", calls.call_record, name="call-record"),
    path("mine/", inbox.inbox, name="inbox"),
    path("mine/<uuid:key>/", inbox.inbox_message, name="inbox-message"),
    path("mine/<uuid:key>/answer/", inbox.inbox_answer, name="inbox-answer"),
]
