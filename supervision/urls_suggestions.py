from django.urls import path

from supervision.views import suggestion_counts, suggestions, suggestions_own

urlpatterns = [
    path("suggestions/", suggestions.suggestion_list, name="suggestion-list"),
    path("suggestions/export/", suggestions.suggestion_export, name="suggestion-export"),
    path("suggestions/record/", suggestions.suggestion_record, name="suggestion-record"),
    path("suggestions/below/", suggestion_counts.suggestion_below, name="suggestion-below"),
    path("suggestions/below/export/", suggestion_counts.suggestion_below_export, name="suggestion-below-export"),
    path("suggestions/mine/", suggestions_own.suggestion_mine, name="suggestion-mine"),
    path("suggestions/new/", suggestions_own.suggestion_new, name="suggestion-new"),
    path("suggestions/help/", suggestions_own.suggestion_help, name="suggestion-help"),
    path("suggestions/<uuid:key>/", suggestions_own.suggestion_detail, name="suggestion-detail"),
    path("suggestions/<uuid:key>/answer/", suggestions.suggestion_answer, name="suggestion-answer"),
    path("suggestions/<uuid:key>/remove/", suggestions.suggestion_remove, name="suggestion-remove"),
    path("suggestions/<uuid:key>/settled/", suggestions_own.suggestion_settle, name="suggestion-settle"),
    path("suggestions/<uuid:key>/withdraw/", suggestions_own.suggestion_withdraw, name="suggestion-withdraw"),
]
