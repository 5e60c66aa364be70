from django.urls import path, register_converter
from django.urls.converters import StringConverter

from members.views import (
    account,
    audit,
    contacts,
    exports,
    groups,
    imports,
    local_rules,
    member,
    merging,
    offices,
    organizations,
    reach,
    regulations,
    retention,
    reveal,
    roster,
    situations,
    users,
)


class NameConverter(StringConverter):
    """A code or a user name: what both can be made of."""

    regex = r"[\w.@+-]+"


register_converter(NameConverter, "name")

app_name = "members"
urlpatterns = [
    # The roster and one member's pages.
    path("roster/", roster.roster_list, name="roster-list"),
    path("roster/search/", roster.roster_search, name="roster-search"),
    path("roster/export/", roster.roster_export, name="roster-export"),
    path("roster/filters/", roster.roster_filter_save, name="roster-filter-save"),
    path("roster/filters/<uuid:key>/delete/", roster.roster_filter_delete, name="roster-filter-delete"),
    path("members/<uuid:key>/reveal/", reveal.member_reveal, name="member-reveal"),
    path("members/me/", member.member_me, name="member-me"),
    path("members/me/looks/", member.member_looks, name="member-looks"),
    path("members/new/", member.member_create, name="member-create"),
    path("members/<uuid:key>/", member.member_detail, name="member-detail"),
    path("members/<uuid:key>/edit/", member.member_edit, name="member-edit"),
    path("members/<uuid:key>/photo/", member.member_photo, name="member-photo"),
    path("members/<uuid:key>/photo/change/", member.member_photo_change, name="member-photo-change"),
    path("members/<uuid:key>/photo/remove/", member.member_photo_remove, name="member-photo-remove"),
    path("members/<uuid:key>/move/", member.member_move, name="member-move"),
    path("members/<uuid:key>/merge/", merging.merge_new, name="merge-new"),
    path("merges/<uuid:key>/", merging.merge_detail, name="merge-detail"),
    path("relations/<uuid:key>/leave/", member.member_leave, name="member-leave"),
    path("relations/<uuid:key>/take-back/", member.member_take_back, name="member-take-back"),
    path("organizations/<str:code>/groups/", groups.member_groups, name="member-groups"),
    path("organizations/<str:code>/groups/place/", groups.member_group_place, name="member-group-place"),
    path("members/<uuid:key>/situations/new/", situations.situation_add, name="situation-add"),
    path("situations/<uuid:key>/", situations.situation_edit, name="situation-edit"),
    path("situations/<uuid:key>/end/", situations.situation_end, name="situation-end"),
    path("situations/<uuid:key>/remove/", situations.situation_remove, name="situation-remove"),
    # The care for those who are hard to reach.
    path("members/<uuid:key>/contact-persons/new/", contacts.contact_person_add, name="contact-person-add"),
    path("contact-persons/<uuid:key>/", contacts.contact_person_edit, name="contact-person-edit"),
    path("contact-persons/<uuid:key>/remove/", contacts.contact_person_remove, name="contact-person-remove"),
    path("members/<uuid:key>/contacts/new/", contacts.contact_add, name="contact-add"),
    path("contacts/<uuid:key>/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<uuid:key>/remove/", contacts.contact_remove, name="contact-remove"),
    path("help/", contacts.help_list, name="help-list"),
    path("members/<uuid:key>/help/new/", contacts.help_add, name="help-add"),
    path("members/<uuid:key>/help/next/", contacts.help_next, name="help-next"),
    path("help/<uuid:key>/", contacts.help_answer, name="help-answer"),
    path("help/<uuid:key>/edit/", contacts.help_edit, name="help-edit"),
    path("help/<uuid:key>/remove/", contacts.help_remove, name="help-remove"),
    path("reach/", reach.reach_list, name="reach-list"),
    path("reach/print/", reach.reach_print, name="reach-print"),
    path("reach/export/", reach.reach_export, name="reach-export"),
    # The tree.
    path("organizations/", organizations.organization_tree, name="organization-tree"),
    path("organizations/<name:code>/", organizations.organization_detail, name="organization-detail"),
    path("organizations/<name:code>/add/", organizations.organization_create, name="organization-create"),
    path("organizations/<name:code>/edit/", organizations.organization_edit, name="organization-edit"),
    path("organizations/<name:code>/move/", organizations.organization_move, name="organization-move"),
    path("organizations/<name:code>/dissolve/", organizations.organization_dissolve, name="organization-dissolve"),
    path("organizations/<name:code>/term/", organizations.organization_term, name="organization-term"),
    path("organizations/<name:code>/term/end/", organizations.organization_term_end, name="organization-term-end"),
    # Users, their offices, and what they choose for themselves.
    path("preferences/", account.preference_edit, name="preference-edit"),
    path("alive/", account.session_alive, name="session-alive"),
    path("look/", account.look_switch, name="look-switch"),
    path("users/", users.user_list, name="user-list"),
    path("new-user/", users.user_create, name="user-create"),
    path("users/<name:username>/", users.user_detail, name="user-detail"),
    path("users/<name:username>/member/", users.user_member, name="user-member"),
    path("users/<name:username>/password/", users.user_password, name="user-password"),
    path("users/<name:username>/codes/", users.user_codes, name="user-codes"),
    path("users/<name:username>/sign-out/", users.user_sign_out, name="user-sign-out"),
    path("users/<name:username>/access/", users.user_access, name="user-access"),
    path("users/<name:username>/offices/", offices.office_give, name="office-give"),
    path("offices/requests/", offices.office_requests, name="office-requests"),
    path("offices/requests/<uuid:key>/", offices.office_request, name="office-request"),
    path("offices/<uuid:key>/end/", offices.office_end, name="office-end"),
    path("offices/<uuid:key>/hand-over/", offices.office_hand_over, name="office-hand-over"),
    # Roster imports.
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/template/", imports.import_template, name="import-template"),
    path("imports/<uuid:key>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:key>/progress/", imports.import_progress, name="import-progress"),
    path("imports/<uuid:key>/columns/", imports.import_columns, name="import-columns"),
    path("imports/<uuid:key>/confirm/", imports.import_confirm, name="import-confirm"),
    path("imports/<uuid:key>/cancel/", imports.import_cancel, name="import-cancel"),
    path("imports/<uuid:key>/undo/", imports.import_undo, name="import-undo"),
    path("imports/<uuid:key>/refused/", imports.import_refused, name="import-refused"),
    # Workbooks made in the background.
    path("exports/<uuid:key>/file/", exports.export_file, name="export-file"),
    path("exports/<uuid:key>/cancel/", exports.export_cancel, name="export-cancel"),
    path("exports/<uuid:key>/retry/", exports.export_retry, name="export-retry"),
    path("exports/<uuid:key>/agree/", exports.export_agree, name="export-agree"),
    # Regulations and local rules.
    path("regulations/", regulations.regulation_list, name="regulation-list"),
    path("regulations/try/<slug:what>/", regulations.regulation_try, name="regulation-try"),
    path("regulations/local/", local_rules.local_rule_list, name="regulation-local-list"),
    path("regulations/local/<uuid:key>/end/", local_rules.local_rule_end, name="regulation-local-end"),
    path("regulations/<str:key>/", regulations.regulation_detail, name="regulation-detail"),
    path("regulations/<str:key>/local/", local_rules.local_rule_add, name="regulation-local-add"),
    # What is on record, and how long it is kept.
    path("audit/", audit.audit_list, name="audit-list"),
    path("retention/", retention.retention_list, name="retention-list"),
]
