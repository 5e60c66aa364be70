"""The grid, one member's dues, arrears and their reviews; part of the namespace `dues`."""

from django.urls import path

from dues.views import arrears, grid, members, reviews

urlpatterns = [
    path("", grid.grid, name="grid"),
    path("mine/", members.mine, name="mine"),
    path("members/<uuid:key>/", members.member_detail, name="member-detail"),
    path("members/<uuid:key>/reason/", arrears.reason_add, name="reason-add"),
    path("members/<uuid:key>/quarterly/", arrears.arrangement_add, name="arrangement-add"),
    path("members/<uuid:key>/review/", reviews.review_open, name="review-open"),
    path("arrears/", arrears.arrears, name="arrears"),
    path("arrears/reasons/<uuid:key>/end/", arrears.reason_end, name="reason-end"),
    path("arrears/quarterly/<uuid:key>/end/", arrears.arrangement_end, name="arrangement-end"),
    path("arrears/reviews/<uuid:key>/", reviews.review, name="review"),
    path("arrears/reviews/<uuid:key>/talk/", reviews.review_talk, name="review-talk"),
    path("arrears/reviews/<uuid:key>/decision/", reviews.review_decision, name="review-decision"),
    path("arrears/reviews/<uuid:key>/report/", reviews.review_report, name="review-report"),
    path("arrears/reviews/<uuid:key>/answer/", reviews.review_answer, name="review-answer"),
    path("arrears/reviews/<uuid:key>/close/", reviews.review_close, name="review-close"),
]
