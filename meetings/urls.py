from django.urls import include, path

from meetings.views import attendance_imports, elections, exclusions, minutes, votes

app_name = "meetings"
urlpatterns = [
    path("", include("meetings.urls_meeting")),
    path("", include("meetings.urls_planning")),
    path("<uuid:key>/quorum/", votes.quorum, name="quorum"),
    path("<uuid:key>/votes/", votes.vote_list, name="vote-list"),
    path("<uuid:key>/votes/add/", votes.vote_add, name="vote-add"),
    path("votes/<uuid:key>/", votes.vote_detail, name="vote-detail"),
    path("votes/<uuid:key>/count/", votes.vote_count, name="vote-count"),
    path("votes/<uuid:key>/count-anew/", votes.vote_count_anew, name="vote-count-anew"),
    path("votes/<uuid:key>/withdraw/", votes.vote_withdraw, name="vote-withdraw"),
    path("<uuid:key>/elections/add/", elections.election_add, name="election-add"),
    path("votes/<uuid:key>/again/", elections.election_again, name="election-again"),
    path("elections/", elections.election_list, name="election-list"),
    path("elections/<uuid:key>/", elections.election_approve, name="election-approve"),
    path("imports/", attendance_imports.import_list, name="import-list"),
    path("imports/new/", attendance_imports.import_new, name="import-new"),
    path("imports/<uuid:key>/", attendance_imports.import_detail, name="import-detail"),
    path("imports/<uuid:key>/confirm/", attendance_imports.import_confirm, name="import-confirm"),
    path("imports/<uuid:key>/undo/", attendance_imports.import_undo, name="import-undo"),
    path("<uuid:key>/minutes/", minutes.minutes_detail, name="minutes"),
    path("<uuid:key>/minutes/draft/", minutes.minutes_draft, name="minutes-draft"),
    path("<uuid:key>/minutes/edit/", minutes.minutes_edit, name="minutes-edit"),
    path("<uuid:key>/minutes/sign/", minutes.minutes_sign, name="minutes-sign"),
    path("<uuid:key>/minutes/correct/", minutes.minutes_correct, name="minutes-correct"),
    path("<uuid:key>/minutes/word/", minutes.minutes_word, name="minutes-word"),
    path("<uuid:key>/exclusions/", exclusions.exclusion_list, name="exclusion-list"),
    path("<uuid:key>/exclusions/add/", exclusions.exclusion_add, name="exclusion-add"),
    path("<uuid:key>/exclusions/<uuid:exclusion>/", exclusions.exclusion_edit, name="exclusion-edit"),
    path("<uuid:key>/exclusions/<uuid:exclusion>/remove/", exclusions.exclusion_remove, name="exclusion-remove"),
]
