from django.urls import path, register_converter
from django.urls.converters import StringConverter

from members.accounts import views as accounts_views
from members.contacts import views as contacts_views
from members.exports import views as exports_views
from members.imports import views as imports_views
from members.organizations import views as organizations_views
from members.regulations import views as regulations_views
from members.roster import member_views, merge_views, views as roster_views
from members.trail import views as trail_views


class NameConverter(StringConverter):
    """A code or a user name: what both can be made of."""

    regex = r"[\w.@+-]+"


register_converter(NameConverter, "name")

app_name = "members"
urlpatterns = [
    # The roster and one member's pages.
    path("roster/", roster_views.roster_list, name="roster-list"),
    path("roster/search/", roster_views.roster_search, name="roster-search"),
    path("roster/export/", roster_views.roster_export, name="roster-export"),
    path("roster/filters/", roster_views.roster_filter_save, name="roster-filter-save"),
    path("roster/filters/<uuid:key>/delete/", roster_views.roster_filter_delete, name="roster-filter-delete"),
    path("members/<uuid:key>/reveal/", roster_views.member_reveal, name="member-reveal"),
    path("members/me/", member_views.member_me, name="member-me"),
    path("members/me/looks/", member_views.member_looks, name="member-looks"),
    path("members/new/", member_views.member_create, name="member-create"),
    path("members/<uuid:key>/", member_views.member_detail, name="member-detail"),
    path("members/<uuid:key>/edit/", member_views.member_edit, name="member-edit"),
    path("members/<uuid:key>/photo/", member_views.member_photo, name="member-photo"),
    path("members/<uuid:key>/photo/change/", member_views.member_photo_change, name="member-photo-change"),
    path("members/<uuid:key>/photo/remove/", member_views.member_photo_remove, name="member-photo-remove"),
    path("members/<uuid:key>/move/", member_views.member_move, name="member-move"),
    path("members/<uuid:key>/merge/", merge_views.merge_new, name="merge-new"),
    path("merges/<uuid:key>/", merge_views.merge_detail, name="merge-detail"),
    path("relations/<uuid:key>/leave/", member_views.member_leave, name="member-leave"),
    path("relations/<uuid:key>/take-back/", member_views.member_take_back, name="member-take-back"),
    path("organizations/<str:code>/groups/", roster_views.member_groups, name="member-groups"),
    path("organizations/<str:code>/groups/place/", roster_views.member_group_place, name="member-group-place"),
    path("members/<uuid:key>/situations/new/", roster_views.situation_add, name="situation-add"),
    path("situations/<uuid:key>/", roster_views.situation_edit, name="situation-edit"),
    path("situations/<uuid:key>/end/", roster_views.situation_end, name="situation-end"),
    path("situations/<uuid:key>/remove/", roster_views.situation_remove, name="situation-remove"),
    # The care for those who are hard to reach.
    path("members/<uuid:key>/contact-persons/new/", contacts_views.contact_person_add, name="contact-person-add"),
    path("contact-persons/<uuid:key>/", contacts_views.contact_person_edit, name="contact-person-edit"),
    path("contact-persons/<uuid:key>/remove/", contacts_views.contact_person_remove, name="contact-person-remove"),
    path("members/<uuid:key>/contacts/new/", contacts_views.contact_add, name="contact-add"),
    path("contacts/<uuid:key>/", contacts_views.contact_edit, name="contact-edit"),
    path("contacts/<uuid:key>/remove/", contacts_views.contact_remove, name="contact-remove"),
    path("help/", contacts_views.help_list, name="help-list"),
    path("members/<uuid:key>/help/new/", contacts_views.help_add, name="help-add"),
    path("members/<uuid:key>/help/next/", contacts_views.help_next, name="help-next"),
    path("help/<uuid:key>/", contacts_views.help_answer, name="help-answer"),
    path("help/<uuid:key>/edit/", contacts_views.help_edit, name="help-edit"),
    path("help/<uuid:key>/remove/", contacts_views.help_remove, name="help-remove"),
    path("reach/", contacts_views.reach_list, name="reach-list"),
    path("reach/print/", contacts_views.reach_print, name="reach-print"),
    path("reach/export/", contacts_views.reach_export, name="reach-export"),
    # The tree.
    path("organizations/", organizations_views.organization_tree, name="organization-tree"),
    path("organizations/<name:code>/", organizations_views.organization_detail, name="organization-detail"),
    path("organizations/<name:code>/add/", organizations_views.organization_create, name="organization-create"),
    path("organizations/<name:code>/edit/", organizations_views.organization_edit, name="organization-edit"),
    path("organizations/<name:code>/move/", organizations_views.organization_move, name="organization-move"),
    path(
        "organizations/<name:code>/dissolve/", organizations_views.organization_dissolve, name="organization-dissolve"
    ),
    path("organizations/<name:code>/term/", organizations_views.organization_term, name="organization-term"),
    path(
        "organizations/<name:code>/term/end/", organizations_views.organization_term_end, name="organization-term-end"
    ),
    # Users, their offices, and what they choose for themselves.
    path("preferences/", accounts_views.preference_edit, name="preference-edit"),
    path("alive/", accounts_views.session_alive, name="session-alive"),
    path("look/", accounts_views.look_switch, name="look-switch"),
    path("users/", accounts_views.user_list, name="user-list"),
    path("new-user/", accounts_views.user_create, name="user-create"),
    path("users/<name:username>/", accounts_views.user_detail, name="user-detail"),
    path("users/<name:username>/member/", accounts_views.user_member, name="user-member"),
    path("users/<name:username>/password/", accounts_views.user_password, name="user-password"),
    path("users/<name:username>/codes/", accounts_views.user_codes, name="user-codes"),
    path("users/<name:username>/sign-out/", accounts_views.user_sign_out, name="user-sign-out"),
    path("users/<name:username>/access/", accounts_views.user_access, name="user-access"),
    path("users/<name:username>/offices/", accounts_views.office_give, name="office-give"),
    path("offices/requests/", accounts_views.office_requests, name="office-requests"),
    path("offices/requests/<uuid:key>/", accounts_views.office_request, name="office-request"),
    path("offices/<uuid:key>/end/", accounts_views.office_end, name="office-end"),
    path("offices/<uuid:key>/hand-over/", accounts_views.office_hand_over, name="office-hand-over"),
    # Roster imports.
    path("imports/", imports_views.import_list, name="import-list"),
    path("imports/new/", imports_views.import_new, name="import-new"),
    path("imports/template/", imports_views.import_template, name="import-template"),
    path("imports/<uuid:key>/", imports_views.import_detail, name="import-detail"),
    path("imports/<uuid:key>/progress/", imports_views.import_progress, name="import-progress"),
    path("imports/<uuid:key>/columns/", imports_views.import_columns, name="import-columns"),
    path("imports/<uuid:key>/confirm/", imports_views.import_confirm, name="import-confirm"),
    path("imports/<uuid:key>/cancel/", imports_views.import_cancel, name="import-cancel"),
    path("imports/<uuid:key>/undo/", imports_views.import_undo, name="import-undo"),
    path("imports/<uuid:key>/refused/", imports_views.import_refused, name="import-refused"),
    # Workbooks made in the background.
    path("exports/<uuid:key>/file/", exports_views.export_file, name="export-file"),
    path("exports/<uuid:key>/cancel/", exports_views.export_cancel, name="export-cancel"),
    path("exports/<uuid:key>/retry/", exports_views.export_retry, name="export-retry"),
    path("exports/<uuid:key>/agree/", exports_views.export_agree, name="export-agree"),
    # Regulations and local rules.
    path("regulations/", regulations_views.regulation_list, name="regulation-list"),
    path("regulations/try/<slug:what>/", regulations_views.regulation_try, name="regulation-try"),
    path("regulations/local/", regulations_views.local_rule_list, name="regulation-local-list"),
    path("regulations/local/<uuid:key>/end/", regulations_views.local_rule_end, name="regulation-local-end"),
    path("regulations/<str:key>/", regulations_views.regulation_detail, name="regulation-detail"),
    path("regulations/<str:key>/local/", regulations_views.local_rule_add, name="regulation-local-add"),
    # What is on record, and how long it is kept.
    path("audit/", trail_views.audit_list, name="audit-list"),
    path("retention/", trail_views.retention_list, name="retention-list"),
]
