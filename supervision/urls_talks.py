from django.urls import path

from supervision.views import talk_year, talks

urlpatterns = [
    path("talks/", talks.talk_list, name="talk-list"),
    path("talks/export/", talk_year.talk_export, name="talk-export"),
    path("talks/year/", talk_year.talk_year, name="talk-year"),
    path("talks/year/export/", talk_year.talk_year_export, name="talk-year-export"),
    path("talks/mine/", talks.talk_mine, name="talk-mine"),
    path("talks/new/", talks.talk_new, name="talk-new"),
    path("talks/<uuid:key>/", talks.talk_detail, name="talk-detail"),
    path("talks/<uuid:key>/correct/", talks.talk_correct, name="talk-correct"),
    path("talks/<uuid:key>/remove/", talks.talk_remove, name="talk-remove"),
    path("talks/<uuid:key>/note/", talks.talk_note, name="talk-note"),
]
