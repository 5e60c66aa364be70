from django.urls import path

from supervision.talks import views

urlpatterns = [
    path("talks/", views.talk_list, name="talk-list"),
    path("talks/export/", views.talk_export, name="talk-export"),
    path("talks/year/", views.talk_year, name="talk-year"),
    path("talks/year/export/", views.talk_year_export, name="talk-year-export"),
    path("talks/mine/", views.talk_mine, name="talk-mine"),
    path("talks/new/", views.talk_new, name="talk-new"),
    path("talks/<uuid:key>/", views.talk_detail, name="talk-detail"),
    path("talks/<uuid:key>/correct/", views.talk_correct, name="talk-correct"),
    path("talks/<uuid:key>/remove/", views.talk_remove, name="talk-remove"),
    path("talks/<uuid:key>/note/", views.talk_note, name="talk-note"),
]
