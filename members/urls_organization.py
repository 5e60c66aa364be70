"""The tree, its users and its offices; part of the namespace `members`."""

from django.urls import path

from members.views import offices, organizations, users

urlpatterns = [
    path("organizations/", organizations.organization_tree, name="organization-tree"),
    path("organizations/<str:code>/", organizations.organization_detail, name="organization-detail"),
    path("organizations/<str:code>/add/", organizations.organization_create, name="organization-create"),
    path("organizations/<str:code>/edit/", organizations.organization_edit, name="organization-edit"),
    path("organizations/<str:code>/move/", organizations.organization_move, name="organization-move"),
    path("organizations/<str:code>/dissolve/", organizations.organization_dissolve, name="organization-dissolve"),
    path("organizations/<str:code>/term/", organizations.organization_term, name="organization-term"),
    path("organizations/<str:code>/term/end/", organizations.organization_term_end, name="organization-term-end"),
    path("users/", users.user_list, name="user-list"),
    path("new-user/", users.user_create, name="user-create"),
    path("users/<str:username>/", users.user_detail, name="user-detail"),
    path("users/<str:username>/member/", users.user_member, name="user-member"),
    path("users/<str:username>/password/", users.user_password, name="user-password"),
    path("users/<str:username>/codes/", users.user_codes, name="user-codes"),
    path("users/<str:username>/sign-out/", users.user_sign_out, name="user-sign-out"),
    path("users/<str:username>/access/", users.user_access, name="user-access"),
    path("users/<str:username>/offices/", offices.office_give, name="office-give"),
    path("offices/<uuid:key>/end/", offices.office_end, name="office-end"),
    path("offices/<uuid:key>/hand-over/", offices.office_hand_over, name="office-hand-over"),
]
