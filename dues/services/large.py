"""A thousand yuan and more given at once: to the centre in full, step by step (2008 provisions, article 11)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import LargeDues
from dues.rules.payment import yuan
from dues.rules.upwards import is_large
from members.models import User
from members.services.refused import Refused
from rulebook.book import rule

STEPS = ("sent_up_on", "received_on", "centre_receipt", "handed_over_on")
"""Handed up by the branch, taken by the committee, the centre's receipt has come, the member has it."""


@transaction.atomic
def record_large(large: LargeDues, *, by: User, on: date) -> LargeDues:
    """Store that a member gave so much. The same key twice stores it once. Raises Refused."""
    if known := LargeDues.objects.filter(pk=large.pk).first():
        return known
    if large.given_on > on:
        raise Refused(_("The day lies in the future."), "given_on")
    if not is_large(large.amount_fen, large.given_on):
        threshold = rule("dues.large.threshold", large.given_on)
        sentence = _("Below %(threshold)s yuan it is a payment like others, with a voluntary part.")
        raise Refused(sentence % {"threshold": yuan(threshold.whole * 100)}, "amount_fen")
    large.recorded_by = str(by)
    large.save(force_insert=True)
    _record("record_large_dues", large, by, fen=large.amount_fen)
    return large


@transaction.atomic
def send_up(large: LargeDues, *, sent_up_on: date, profile: str, by: User, on: date) -> None:
    """The branch hands it up, with a short profile of the member. Twice changes nothing. Raises Refused."""
    large = _locked(large)
    if large.sent_up_on:
        return
    _demand_day(sent_up_on, large.given_on, on, "sent_up_on")
    if not profile.strip():
        raise Refused(_("The committee passes on a short profile of the member: write two or three lines."), "profile")
    _record_step("send_up_large_dues", large, by, sent_up_on=sent_up_on, profile=profile.strip())


@transaction.atomic
def take_in(large: LargeDues, *, received_on: date, by: User, on: date) -> None:
    """The committee says that it has the money. Twice changes nothing. Raises Refused."""
    large = _locked(large)
    if large.received_on:
        return
    if large.sent_up_on is None:
        raise Refused(_("The branch hasn't handed it up yet."), "received_on")
    if str(by) == large.recorded_by:
        raise Refused(_("Whoever took the money from the member can't confirm that it arrived."))
    _demand_day(received_on, large.sent_up_on, on, "received_on")
    _record_step("take_in_large_dues", large, by, received_on=received_on, received_by=str(by))


@transaction.atomic
def note_receipt(large: LargeDues, *, number: str, by: User) -> None:
    """The receipt of the centre's organization department has come. Twice changes nothing. Raises Refused."""
    large = _locked(large)
    if large.centre_receipt:
        return
    if large.received_on is None:
        raise Refused(_("The committee hasn't confirmed the money yet."), "number")
    if not number.strip():
        raise Refused(_("Write the number that stands on the receipt."), "number")
    _record_step("note_centre_receipt", large, by, centre_receipt=number.strip())


@transaction.atomic
def hand_over(large: LargeDues, *, handed_over_on: date, by: User, on: date) -> None:
    """The member has the centre's receipt. Twice changes nothing. Raises Refused."""
    large = _locked(large)
    if large.handed_over_on:
        return
    if not large.centre_receipt or large.received_on is None:
        raise Refused(_("The centre's receipt hasn't come yet."), "handed_over_on")
    _demand_day(handed_over_on, large.received_on, on, "handed_over_on")
    _record_step("hand_over_centre_receipt", large, by, handed_over_on=handed_over_on)


def _locked(large: LargeDues) -> LargeDues:
    return LargeDues.objects.select_for_update(of=("self",)).select_related("organization").get(pk=large.pk)


def _demand_day(day: date, earliest: date, on: date, field: str) -> None:
    if day > on:
        raise Refused(_("The day lies in the future."), field)
    if day < earliest:
        raise Refused(_("The step before was on %(day)s.") % {"day": f"{earliest:%Y-%m-%d}"}, field)


def _record_step(action: str, large: LargeDues, by: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(large, name, value)
    large.save(update_fields=list(values))
    _record(action, large, by)


def _record(action: str, large: LargeDues, by: User, **details: int) -> None:
    record(action=action, by=by, subject=large, organization_code=large.organization.code, details=details)
