from django.urls import path

from supervision.suggestions import views

urlpatterns = [
    path("suggestions/", views.suggestion_list, name="suggestion-list"),
    path("suggestions/export/", views.suggestion_export, name="suggestion-export"),
    path("suggestions/record/", views.suggestion_record, name="suggestion-record"),
    path("suggestions/below/", views.suggestion_below, name="suggestion-below"),
    path("suggestions/below/export/", views.suggestion_below_export, name="suggestion-below-export"),
    path("suggestions/mine/", views.suggestion_mine, name="suggestion-mine"),
    path("suggestions/new/", views.suggestion_new, name="suggestion-new"),
    path("suggestions/help/", views.suggestion_help, name="suggestion-help"),
    path("suggestions/<uuid:key>/", views.suggestion_detail, name="suggestion-detail"),
    path("suggestions/<uuid:key>/answer/", views.suggestion_answer, name="suggestion-answer"),
    path("suggestions/<uuid:key>/remove/", views.suggestion_remove, name="suggestion-remove"),
    path("suggestions/<uuid:key>/settled/", views.suggestion_settle, name="suggestion-settle"),
    path("suggestions/<uuid:key>/withdraw/", views.suggestion_withdraw, name="suggestion-withdraw"),
]
