"""Inspectors' keys and declared relatives. The passphrase is asked for each time."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.fields import opened
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form
from members.pages.steps import Step, form_page
from supervision.choices import KeyState
from supervision.letters.forms import (
    ApprovalForm,
    FingerprintForm,
    FirstApprovalForm,
    NewKeyForm,
    OtherPassphraseForm,
    RelativeForm,
    ShortWithdrawalForm,
    WithdrawalForm,
)
from supervision.letters.key_services import approve_first_key, approve_key, change_passphrase, make_key, withdraw_key
from supervision.letters.models import DeclaredRelative, InspectorKey
from supervision.letters.queries import (
    KEYS,
    approval_way,
    keys_of_inspectors,
    lines_of,
    may_be_approved,
    own_places,
    trusted_keys,
    withdrawal_way,
)
from supervision.letters.rules import fingerprint_of
from supervision.letters.services import declare_relative, remove_relative

page = require_http_methods(FORM_METHODS)
FORMS = {"own": ApprovalForm, "recovery": FirstApprovalForm}
WITHDRAWALS = {"own": WithdrawalForm, "recovery": ShortWithdrawalForm}
EITHER = requires(Capability.READ_LETTERS, Capability.APPROVE_KEYS)


@EITHER
@require_safe
def key_list(request: PageRequest) -> HttpResponse:
    """My keys, and those of others that wait for me or are in use."""
    context = {"lines": lines_of(request.user, on=request.today), "places": own_places(request.user)}
    return render(request, "supervision/letters/key_list.html", context)


@requires(Capability.READ_LETTERS)
@sensitive_post_parameters()
@page
def key_make(request: PageRequest) -> HttpResponse:
    """A pair of keys under a passphrase that nobody can reset."""
    form = NewKeyForm(request.POST if request.method == "POST" else None, places=own_places(request.user))
    act = partial(make_key, user=request.user, on=request.today)
    warning = _(
        "Nobody can reset this passphrase: not the administrator, not a new password. If it is lost, letters that are "
        "there open only to your colleagues, and you make a new key."
    )
    return form_page(
        request,
        form,
        lambda typed: act(organization=typed["organization"], passphrase=typed["passphrase"]),
        Step(_("Make my key"), _("Make the key"), _("The key is made. It waits for a second person's approval.")),
        **_to_keys(),
        notice=f"{warning} {_('Write it on paper and keep it in a safe, not beside the computer.')}",
    )


def _to_keys() -> dict[str, Any]:
    here = reverse("supervision:key-list")
    return {"then": here, "crumbs": [(_("Inspectors' keys"), here)]}


@requires(Capability.APPROVE_KEYS)
@sensitive_post_parameters()
@page
def key_approve(request: PageRequest, key: UUID) -> HttpResponse:
    """The second person asks the inspector for the fingerprint, by voice, compares, and signs."""
    row = get_in_scope(request, KEYS, pk=key)
    if not may_be_approved(row, trusted_keys()) or row.user_id == request.user.pk:
        raise Http404
    printed = fingerprint_of(row.public_key)
    way = approval_way(request.user, row, keys_of_inspectors(on=request.today))
    form = FORMS.get(way, FingerprintForm)(request.POST if request.method == "POST" else None, fingerprint=printed)
    if form.is_valid() and try_on_form(form, lambda: _approve(request, row, form.cleaned_data)):
        messages.success(request, _("The key is approved: from now on letters are sealed to it."))
        return redirect("supervision:key-list")
    context = {"form": form, "key": row, "beginning": printed[:-4], "way": way}
    return render(request, "supervision/letters/key_approve.html", context)


def _approve(request: PageRequest, row: InspectorKey, given: dict[str, Any]) -> None:
    if private := given.get("private"):
        approve_first_key(key=row, private=private, on=request.today, by=request.user)
    else:
        approve_key(key=row, passphrase=given.get("passphrase", ""), on=request.today, by=request.user)


@EITHER
@sensitive_post_parameters()
@page
def key_withdraw(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own key, or somebody's who has left the office."""
    row = get_in_scope(request, KEYS.exclude(state=KeyState.WITHDRAWN), pk=key)
    way = withdrawal_way(request.user, row, keys_of_inspectors(on=request.today))
    form = WITHDRAWALS.get(way, WithdrawalForm)(request.POST if request.method == "POST" else None)
    lead = _(
        "No letter is sealed to the key of %(name)s any longer, for good. Whoever needs one again makes a new one."
    )
    notice = _(
        "Without this key fewer than two could read letters, or you have no approved key of your own. So it takes the "
        "recovery key: let the two people who keep its halves type them in here. Simpler: first let another "
        "inspector's key be approved."
    )
    done, question = _("The key is withdrawn: nothing is sealed to it any longer."), _("Withdraw this key for good?")
    return form_page(
        request,
        form,
        lambda typed: _withdraw(request, row, typed),
        Step(_("Withdraw a key"), _("Withdraw"), done, question, danger=True),
        **_to_keys() | {"then": partial(_warned, request)},
        lead=lead % {"name": row.user.get_full_name()},
        notice=notice if way == "recovery" else "",
    )


def _withdraw(request: PageRequest, row: InspectorKey, given: dict[str, Any]) -> int:
    proofs = {"passphrase": given.get("passphrase", ""), "private": given.get("private", b"")}
    return withdraw_key(key=row, on=request.today, by=request.user, reason=given["reason"], **proofs)


def _warned(request: PageRequest, short: int) -> str:
    """Back to the keys; `short`: how many letters have too few readers now."""
    if short:
        messages.warning(request, _("Some letters have fewer than two readers now: a reader has to seal them anew."))
    return reverse("supervision:key-list")


@requires(Capability.READ_LETTERS)
@sensitive_post_parameters()
@page
def key_passphrase(request: PageRequest, key: UUID) -> HttpResponse:
    """Another passphrase for the same key, with the one until now."""
    row = get_in_scope(
        request, InspectorKey.objects.filter(user=request.user.pk).exclude(state=KeyState.WITHDRAWN), pk=key
    )
    form = OtherPassphraseForm(request.POST if request.method == "POST" else None)
    act = partial(change_passphrase, key=row, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(old=typed["old"], new=typed["new"]),
        Step(_("Other passphrase"), _("Change"), _("The passphrase is changed. The old one opens nothing any more.")),
        **_to_keys(),
        lead=_("The key stays the same, and so do all letters. Nobody can reset the new passphrase either."),
    )


@requires(Capability.READ_LETTERS)
@require_http_methods(FORM_METHODS)
def relative_list(request: PageRequest) -> HttpResponse:
    """One's own, with the form to add one."""
    form = RelativeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and try_on_form(form, lambda: declare_relative(user=request.user, **form.cleaned_data)):
        messages.success(request, _("Declared. Letters about this person don't come to you."))
        return redirect("supervision:relative-list")
    rows = DeclaredRelative.objects.visible_to(request.user).order_by("relation", "key")
    lines = [(row, opened(row.name)) for row in rows]
    return render(request, "supervision/letters/relative_list.html", {"form": form, "lines": lines})


@requires(Capability.READ_LETTERS)
@require_POST
def relative_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Who is no relative any more, or was written wrongly."""
    row = get_object_or_404(DeclaredRelative.objects.visible_to(request.user), pk=key)
    remove_relative(entry=row, by=request.user)
    messages.success(request, _("Removed. Letters that come from now on take no account of it."))
    return redirect("supervision:relative-list")
