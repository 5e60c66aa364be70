"""The pages of allauth that we want, under their own names; signing up and resetting by e-mail are not among them."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import public, signed_in

form = require_http_methods(["GET", "HEAD", "POST"])
page = require_safe

urlpatterns = [
    path("login/", public(form(account.login)), name="account_login"),
    path("logout/", public(form(account.logout)), name="account_logout"),
    path("inactive/", public(page(account.account_inactive)), name="account_inactive"),
    path("password/", signed_in(form(account.password_change)), name="account_change_password"),
    path("confirm/", signed_in(form(account.reauthenticate)), name="account_reauthenticate"),
    path("codes/", signed_in(page(mfa.index)), name="mfa_index"),
    path("codes/enter/", public(form(mfa.authenticate)), name="mfa_authenticate"),
    path("codes/confirm/", signed_in(form(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("codes/on/", signed_in(form(totp.activate_totp)), name="mfa_activate_totp"),
    path("codes/off/", signed_in(form(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("codes/recovery/", signed_in(page(recovery.view_recovery_codes)), name="mfa_view_recovery_codes"),
    path("codes/recovery/new/", signed_in(form(recovery.generate_recovery_codes)), name="mfa_generate_recovery_codes"),
    path("codes/recovery/file/", signed_in(page(recovery.download_recovery_codes)), name="mfa_download_recovery_codes"),
    path("sessions/", signed_in(form(sessions.list_usersessions)), name="usersessions_list"),
]
