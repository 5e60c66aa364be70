from django.urls import path

from supervision.appraisals import member_views, views

urlpatterns = [
    path("appraisals/", views.round_list, name="round-list"),
    path("appraisals/export/", views.round_export, name="round-export"),
    path("appraisals/open/", views.round_open, name="round-open"),
    path("appraisals/below/", views.round_below, name="round-below"),
    path("appraisals/below/export/", views.round_below_export, name="round-below-export"),
    path("appraisals/mine/", member_views.appraisal_mine, name="appraisal-mine"),
    path("appraisals/<uuid:key>/", views.round_detail, name="round-detail"),
    path("appraisals/<uuid:key>/on/", views.round_on, name="round-on"),
    path("appraisals/<uuid:key>/back/", views.round_back, name="round-back"),
    path("appraisals/<uuid:key>/count/", views.round_count, name="round-count"),
    path("appraisals/<uuid:key>/count/anew/", views.round_count_anew, name="round-count-anew"),
    path("appraisals/<uuid:key>/paper/", views.round_on_paper, name="round-on-paper"),
    path("appraisals/<uuid:key>/ballot-paper/", views.round_ballot_paper, name="round-ballot-paper"),
    path("appraisals/<uuid:key>/own/", member_views.appraisal_own, name="appraisal-own"),
    path("appraisals/<uuid:key>/own/text/", member_views.appraisal_text, name="appraisal-text"),
    path("appraisals/<uuid:key>/own/of/<uuid:about>/", member_views.appraisal_of, name="appraisal-of"),
    path("appraisals/<uuid:key>/own/ballot/", member_views.appraisal_ballot, name="appraisal-ballot"),
    path("appraisals/<uuid:key>/own/result/", member_views.appraisal_result, name="appraisal-result"),
    path("appraisals/of/<uuid:key>/", member_views.appraisee_detail, name="appraisee-detail"),
    path("appraisals/of/<uuid:key>/text/", member_views.appraisee_text, name="appraisee-text"),
    path("appraisals/of/<uuid:key>/said/", member_views.appraisee_said, name="appraisee-said"),
    path("appraisals/of/<uuid:key>/opinion/", member_views.appraisee_opinion, name="appraisee-opinion"),
    path("appraisals/of/<uuid:key>/told/", member_views.appraisee_told, name="appraisee-told"),
    path("appraisals/of/<uuid:key>/help/", member_views.appraisee_help, name="appraisee-help"),
    path("appraisals/of/<uuid:key>/sheet/", member_views.appraisee_sheet, name="appraisee-sheet"),
]
