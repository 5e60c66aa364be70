"""The roster and one member's pages; part of the namespace `members`."""

from django.urls import path

from members.views import groups, member, merging, reveal, roster, situations

urlpatterns = [
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
]
