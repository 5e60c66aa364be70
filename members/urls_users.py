"""Users, their offices, and what they choose for themselves; part of the namespace `members`."""

from django.urls import path

from members.views import account, offices, users

urlpatterns = [
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
]
