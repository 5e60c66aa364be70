"""One member's pages, and the care for those who are hard to reach; part of the namespace `members`."""

from django.urls import path

from members.views import contacts, groups, member, merging, reach, situations

urlpatterns = [
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
]
