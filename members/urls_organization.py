"""The tree, its users and its offices; part of the namespace `members`."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from members.views import offices, organizations, users


class NameConverter(StringConverter):
    """A code or a user name: what both can be made of."""

    regex = r"[\w.@+-]+"


register_converter(NameConverter, "name")

urlpatterns = [
    path("organizations/", organizations.organization_tree, name="organization-tree"),
    path("organizations/<name:code>/", organizations.organization_detail, name="organization-detail"),
    path("organizations/<name:code>/add/", organizations.organization_create, name="organization-create"),
    path("organizations/<name:code>/edit/", organizations.organization_edit, name="organization-edit"),
    path("organizations/<name:code>/move/", organizations.organization_move, name="organization-move"),
    path("organizations/<name:code>/dissolve/", organizations.organization_dissolve, name="organization-dissolve"),
    path("organizations/<name:code>/term/", organizations.organization_term, name="organization-term"),
    path("organizations/<name:code>/term/end/", organizations.organization_term_end, name="organization-term-end"),
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
]
