from django.urls import path

from supervision import duties
from supervision.appraisals import member_views
from supervision.appraisals import views as appraisals_views
from supervision.letters import key_views
from supervision.letters import views as letters_views
from supervision.matters import views as matters_views
from supervision.problems import inspection_views
from supervision.problems import views as problems_views
from supervision.problems.rules import STEPS
from supervision.reports import views as reports_views
from supervision.self_checks import views as self_checks_views
from supervision.suggestions import views as suggestions_views
from supervision.talks import views as talks_views

app_name = "supervision"
urlpatterns = [
    path("duties/<str:code>/do/", duties.duty_do, name="duty-do"),
    # Suggestions of members.
    path("suggestions/", suggestions_views.suggestion_list, name="suggestion-list"),
    path("suggestions/export/", suggestions_views.suggestion_export, name="suggestion-export"),
    path("suggestions/record/", suggestions_views.suggestion_record, name="suggestion-record"),
    path("suggestions/below/", suggestions_views.suggestion_below, name="suggestion-below"),
    path("suggestions/below/export/", suggestions_views.suggestion_below_export, name="suggestion-below-export"),
    path("suggestions/mine/", suggestions_views.suggestion_mine, name="suggestion-mine"),
    path("suggestions/new/", suggestions_views.suggestion_new, name="suggestion-new"),
    path("suggestions/help/", suggestions_views.suggestion_help, name="suggestion-help"),
    path("suggestions/<uuid:key>/", suggestions_views.suggestion_detail, name="suggestion-detail"),
    path("suggestions/<uuid:key>/answer/", suggestions_views.suggestion_answer, name="suggestion-answer"),
    path("suggestions/<uuid:key>/remove/", suggestions_views.suggestion_remove, name="suggestion-remove"),
    path("suggestions/<uuid:key>/settled/", suggestions_views.suggestion_settle, name="suggestion-settle"),
    path("suggestions/<uuid:key>/withdraw/", suggestions_views.suggestion_withdraw, name="suggestion-withdraw"),
    # Talks.
    path("talks/", talks_views.talk_list, name="talk-list"),
    path("talks/export/", talks_views.talk_export, name="talk-export"),
    path("talks/year/", talks_views.talk_year, name="talk-year"),
    path("talks/year/export/", talks_views.talk_year_export, name="talk-year-export"),
    path("talks/mine/", talks_views.talk_mine, name="talk-mine"),
    path("talks/new/", talks_views.talk_new, name="talk-new"),
    path("talks/<uuid:key>/", talks_views.talk_detail, name="talk-detail"),
    path("talks/<uuid:key>/correct/", talks_views.talk_correct, name="talk-correct"),
    path("talks/<uuid:key>/remove/", talks_views.talk_remove, name="talk-remove"),
    path("talks/<uuid:key>/note/", talks_views.talk_note, name="talk-note"),
    # Lists for self-checks, and the checks.
    path("checklists/", self_checks_views.checklist_list, name="checklist-list"),
    path("checklists/new/", self_checks_views.checklist_new, name="checklist-new"),
    path("checklists/<uuid:key>/", self_checks_views.checklist_detail, name="checklist-detail"),
    path("checklists/<uuid:key>/edit/", self_checks_views.checklist_edit, name="checklist-edit"),
    path("checklists/<uuid:key>/end/", self_checks_views.checklist_end, name="checklist-end"),
    path("self-checks/", self_checks_views.self_check_mine, name="self-check-mine"),
    path("self-checks/shared/", self_checks_views.self_check_shared, name="self-check-shared"),
    path("self-checks/new/<uuid:key>/", self_checks_views.self_check_new, name="self-check-new"),
    path("self-checks/<uuid:key>/", self_checks_views.self_check_detail, name="self-check-detail"),
    path("self-checks/<uuid:key>/edit/", self_checks_views.self_check_edit, name="self-check-edit"),
    path("self-checks/<uuid:key>/share/", self_checks_views.self_check_share, name="self-check-share"),
    path("self-checks/<uuid:key>/take-back/", self_checks_views.self_check_take_back, name="self-check-take-back"),
    path("self-checks/<uuid:key>/remove/", self_checks_views.self_check_remove, name="self-check-remove"),
    # Problems to be put right, and inspections.
    path("problems/", problems_views.problem_list, name="problem-list"),
    path("problems/of-my-branch/", problems_views.problem_list, name="problem-mine"),
    path("problems/export/", problems_views.problem_export, name="problem-export"),
    path("problems/new/", problems_views.problem_add, name="problem-add"),
    path("problems/counts/", problems_views.problem_counts, name="problem-counts"),
    path("problems/counts/export/", problems_views.problem_counts_export, name="problem-counts-export"),
    path("problems/<uuid:key>/", problems_views.problem_detail, name="problem-detail"),
    path("problems/<uuid:key>/assign/", problems_views.problem_assign, name="problem-assign"),
    path("problems/<uuid:key>/evidence/<uuid:step>/", problems_views.problem_evidence, name="problem-evidence"),
    *(
        path(f"problems/<uuid:key>/{kind}/", problems_views.problem_step, {"kind": kind}, name=f"problem-{kind}")
        for kind in STEPS
    ),
    path("inspections/", inspection_views.inspection_list, name="inspection-list"),
    path("inspections/export/", inspection_views.inspection_export, name="inspection-export"),
    path("inspections/new/", inspection_views.inspection_new, name="inspection-new"),
    path("inspections/<uuid:key>/", inspection_views.inspection_detail, name="inspection-detail"),
    path("inspections/<uuid:key>/findings/", inspection_views.inspection_findings, name="inspection-findings"),
    path("problems/<uuid:key>/take-out/", inspection_views.finding_take_out, name="finding-take-out"),
    path("inspections/<uuid:key>/hand-over/", inspection_views.inspection_hand_over, name="inspection-hand-over"),
    path("inspections/<uuid:key>/close/", inspection_views.inspection_close, name="inspection-close"),
    # Major matters.
    path("matters/", matters_views.matter_list, name="matter-list"),
    path("matters/of-my-branch/", matters_views.matter_list, name="matter-mine"),
    path("matters/export/", matters_views.matter_export, name="matter-export"),
    path("matters/new/", matters_views.matter_new, name="matter-new"),
    path("matters/counts/", matters_views.matter_counts, name="matter-counts"),
    path("matters/counts/export/", matters_views.matter_counts_export, name="matter-counts-export"),
    path("matters/<uuid:key>/", matters_views.matter_detail, name="matter-detail"),
    path("matters/<uuid:key>/edit/", matters_views.matter_edit, name="matter-edit"),
    path("matters/<uuid:key>/remove/", matters_views.matter_remove, name="matter-remove"),
    path("matters/<uuid:key>/opinion/", matters_views.matter_step, {"step": "opinion"}, name="matter-opinion"),
    path("matters/<uuid:key>/decision/", matters_views.matter_step, {"step": "decision"}, name="matter-decision"),
    path("matters/<uuid:key>/execution/", matters_views.matter_step, {"step": "execution"}, name="matter-execution"),
    path("matters/<uuid:key>/review/", matters_views.matter_step, {"step": "review"}, name="matter-review"),
    # Democratic appraisals.
    path("appraisals/", appraisals_views.round_list, name="round-list"),
    path("appraisals/export/", appraisals_views.round_export, name="round-export"),
    path("appraisals/open/", appraisals_views.round_open, name="round-open"),
    path("appraisals/below/", appraisals_views.round_below, name="round-below"),
    path("appraisals/below/export/", appraisals_views.round_below_export, name="round-below-export"),
    path("appraisals/mine/", member_views.appraisal_mine, name="appraisal-mine"),
    path("appraisals/<uuid:key>/", appraisals_views.round_detail, name="round-detail"),
    path("appraisals/<uuid:key>/on/", appraisals_views.round_on, name="round-on"),
    path("appraisals/<uuid:key>/back/", appraisals_views.round_back, name="round-back"),
    path("appraisals/<uuid:key>/count/", appraisals_views.round_count, name="round-count"),
    path("appraisals/<uuid:key>/count/anew/", appraisals_views.round_count_anew, name="round-count-anew"),
    path("appraisals/<uuid:key>/paper/", appraisals_views.round_on_paper, name="round-on-paper"),
    path("appraisals/<uuid:key>/ballot-paper/", appraisals_views.round_ballot_paper, name="round-ballot-paper"),
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
    # Reports of branches and committees.
    path("reports/", reports_views.report_list, name="report-list"),
    path("reports/workbook/", reports_views.report_export, name="report-export"),
    path("reports/new/<str:code>/", reports_views.report_new, name="report-new"),
    path("reports/records/<str:figure>/", reports_views.report_records, name="report-records"),
    path("reports/<uuid:key>/", reports_views.report_detail, name="report-detail"),
    path("reports/<uuid:key>/judgement/", reports_views.report_judgement, name="report-judgement"),
    path("reports/<uuid:key>/adopt/", reports_views.report_adopt, name="report-adopt"),
    path("reports/<uuid:key>/word/", reports_views.report_word, name="report-word"),
    path("reports/<uuid:key>/<slug:act>/", reports_views.report_step, name="report-step"),
    # Sealed letters, for inspectors and custodians; their writers' pages are in `letters.box_urls`.
    path("letters/", letters_views.letter_list, name="letter-list"),
    path("letters/counts/", letters_views.letter_counts, name="letter-counts"),
    path("letters/keys/", key_views.key_list, name="key-list"),
    path("letters/keys/make/", key_views.key_make, name="key-make"),
    path("letters/keys/<uuid:key>/approve/", key_views.key_approve, name="key-approve"),
    path("letters/keys/<uuid:key>/withdraw/", key_views.key_withdraw, name="key-withdraw"),
    path("letters/keys/<uuid:key>/passphrase/", key_views.key_passphrase, name="key-passphrase"),
    path("letters/relatives/", key_views.relative_list, name="relative-list"),
    path("letters/relatives/<uuid:key>/remove/", key_views.relative_remove, name="relative-remove"),
    path("letters/files/<uuid:key>/", letters_views.letter_file, name="letter-file"),
    path("letters/<uuid:key>/", letters_views.letter_read, name="letter-read"),
    path("letters/names/", letters_views.name_list, name="name-list"),
    path("letters/names/<uuid:key>/", letters_views.name_decide, name="name-decide"),
    path("letters/<uuid:key>/ask-name/", letters_views.letter_ask_name, name="letter-ask-name"),
    path("letters/<uuid:key>/answer/", letters_views.letter_answer, name="letter-answer"),
    path("letters/<uuid:key>/accept/", letters_views.letter_accept, name="letter-accept"),
    path("letters/<uuid:key>/refuse/", letters_views.letter_refuse, name="letter-refuse"),
    path("letters/<uuid:key>/close/", letters_views.letter_close, name="letter-close"),
    path("letters/<uuid:key>/result/", letters_views.letter_result, name="letter-result"),
    path("letters/<uuid:key>/step-back/", letters_views.letter_step_back, name="letter-step-back"),
    path("letters/<uuid:key>/reseal/", letters_views.letter_reseal, name="letter-reseal"),
]
