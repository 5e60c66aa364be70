from django.urls import include, path

from members.views import account, audit, local_rules, regulations, retention, reveal, roster

app_name = "members"

urlpatterns = [
    path("preferences/", account.preference_edit, name="preference-edit"),
    path("alive/", account.session_alive, name="session-alive"),
    path("look/", account.look_switch, name="look-switch"),
    path("roster/", roster.roster_list, name="roster-list"),
    path("roster/search/", roster.roster_search, name="roster-search"),
    path("roster/export/", roster.roster_export, name="roster-export"),
    path("roster/filters/", roster.roster_filter_save, name="roster-filter-save"),
    path("roster/filters/<uuid:key>/delete/", roster.roster_filter_delete, name="roster-filter-delete"),
    path("", include("members.urls_member")),
    path("", include("members.urls_organization")),
    path("", include("members.urls_import")),
    path("", include("members.urls_export")),
    path("audit/", audit.audit_list, name="audit-list"),
    path("retention/", retention.retention_list, name="retention-list"),
    path("members/<uuid:key>/reveal/", reveal.member_reveal, name="member-reveal"),
    path("regulations/", regulations.regulation_list, name="regulation-list"),
    path("regulations/try/<slug:what>/", regulations.regulation_try, name="regulation-try"),
    path("regulations/local/", local_rules.local_rule_list, name="regulation-local-list"),
    path("regulations/local/<uuid:key>/end/", local_rules.local_rule_end, name="regulation-local-end"),
    path("regulations/<str:key>/", regulations.regulation_detail, name="regulation-detail"),
    path("regulations/<str:key>/local/", local_rules.local_rule_add, name="regulation-local-add"),
]
