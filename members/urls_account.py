"""The pages of allauth that we want, under their own names; signing up and resetting by e-mail are not among them."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.urls import path

from members.policy import public, signed_in

urlpatterns = [
    path("login/", public(account.login), name="account_login"),
    path("logout/", public(account.logout), name="account_logout"),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("password/", signed_in(account.password_change), name="account_change_password"),
    path("confirm/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("codes/", signed_in(mfa.index), name="mfa_index"),
    path("codes/enter/", public(mfa.authenticate), name="mfa_authenticate"),
    path("codes/confirm/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("codes/on/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("codes/off/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/recovery/", signed_in(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/recovery/new/", signed_in(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("codes/recovery/file/", signed_in(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("sessions/", signed_in(sessions.list_usersessions), name="usersessions_list"),
]
