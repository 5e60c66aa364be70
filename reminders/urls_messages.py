from django.urls import path

from reminders.views import calls, inbox, messages, review

urlpatterns = [
    path("", messages.message_list, name="message-list"),
    path("export/", messages.message_export, name="message-export"),
    path("<uuid:key>/", messages.message_detail, name="message-detail"),
    path("<uuid:key>/again/", messages.message_again, name="message-again"),
    path("calls/", calls.call_list, name="call-list"),
    path("calls/<uuid:key>/", calls.call_record, name="call-record"),
    path("review/", review.review_list, name="review-list"),
    path("review/<str:code>/<str:kind>/", review.review_detail, name="review-detail"),
    path("review/<str:code>/<str:kind>/release/", review.review_release, name="review-release"),
    path("review/<str:code>/<str:kind>/decline/", review.review_decline, name="review-decline"),
    path("releases/<uuid:key>/take-back/", review.review_take_back, name="review-take-back"),
    path("mine/", inbox.inbox, name="inbox"),
    path("mine/<uuid:key>/", inbox.inbox_message, name="inbox-message"),
    path("mine/<uuid:key>/answer/", inbox.inbox_answer, name="inbox-answer"),
]
