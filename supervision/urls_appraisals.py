from django.urls import path

from supervision.views import appraisal_counts, appraisal_people, appraisals, appraisals_own, ballots

urlpatterns = [
    path("appraisals/", appraisals.round_list, name="round-list"),
    path("appraisals/export/", appraisals.round_export, name="round-export"),
    path("appraisals/open/", appraisals.round_open, name="round-open"),
    path("appraisals/below/", appraisal_counts.round_below, name="round-below"),
    path("appraisals/below/export/", appraisal_counts.round_below_export, name="round-below-export"),
    path("appraisals/mine/", appraisals_own.appraisal_mine, name="appraisal-mine"),
    path("appraisals/<uuid:key>/", appraisals.round_detail, name="round-detail"),
    path("appraisals/<uuid:key>/on/", appraisals.round_on, name="round-on"),
    path("appraisals/<uuid:key>/back/", appraisals.round_back, name="round-back"),
    path("appraisals/<uuid:key>/count/", ballots.round_count, name="round-count"),
    path("appraisals/<uuid:key>/count/anew/", ballots.round_count_anew, name="round-count-anew"),
    path("appraisals/<uuid:key>/paper/", ballots.round_on_paper, name="round-on-paper"),
    path("appraisals/<uuid:key>/ballot-paper/", ballots.round_ballot_paper, name="round-ballot-paper"),
    path("appraisals/<uuid:key>/own/", appraisals_own.appraisal_own, name="appraisal-own"),
    path("appraisals/<uuid:key>/own/text/", appraisals_own.appraisal_text, name="appraisal-text"),
    path("appraisals/<uuid:key>/own/of/<uuid:about>/", appraisals_own.appraisal_of, name="appraisal-of"),
    path("appraisals/<uuid:key>/own/ballot/", appraisals_own.appraisal_ballot, name="appraisal-ballot"),
    path("appraisals/<uuid:key>/own/result/", appraisals_own.appraisal_result, name="appraisal-result"),
    path("appraisals/of/<uuid:key>/", appraisal_people.appraisee_detail, name="appraisee-detail"),
    path("appraisals/of/<uuid:key>/text/", appraisal_people.appraisee_text, name="appraisee-text"),
    path("appraisals/of/<uuid:key>/said/", appraisal_people.appraisee_said, name="appraisee-said"),
    path("appraisals/of/<uuid:key>/opinion/", appraisal_people.appraisee_opinion, name="appraisee-opinion"),
    path("appraisals/of/<uuid:key>/told/", appraisal_people.appraisee_told, name="appraisee-told"),
    path("appraisals/of/<uuid:key>/help/", appraisal_people.appraisee_help, name="appraisee-help"),
    path("appraisals/of/<uuid:key>/sheet/", appraisal_people.appraisee_sheet, name="appraisee-sheet"),
]
