"""Handing dues upwards, large voluntary dues, and what dues are used for (2008 provisions, articles 11, 15 and 19)."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from dues.units import month_of, yuan
from dues.upwards.models import Disclosure, DuesUse, LargeDues, Remittance, RemittedPayment
from dues.upwards.queries import not_handed_up, year_figures
from members.models import Organization, User
from members.refused import Refused
from members.regulations.queries import in_force_at
from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.rule import LocalChoiceRequired, Rule


def remittance_rule(on: date, local: Iterable[LocalRule]) -> Rule:
    """The share a branch hands up, which only the committee above can set. Raises LocalChoiceRequired."""
    found = rule("dues.remit.ratio", on, tuple(local))
    found.number  # noqa: B018 - asks for the figure, and refuses where none is held
    return found


def share_of(collected_fen: int, ratio: Decimal) -> int:
    """The part to hand up, half up to the fen; nothing where more was taken back than came in."""
    return max(int((collected_fen * ratio).to_integral_value(rounding=ROUND_HALF_UP)), 0)


def is_large(amount_fen: int, on: date) -> bool:
    """Whether an amount given at once goes to the centre in full (article 11)."""
    return amount_fen >= rule("dues.large.threshold", on).whole * 100


@transaction.atomic
def hand_up(
    *,
    key: UUID,
    branch: Organization,
    first: date,
    last: date,
    sent_on: date,
    by: User | str,
    on: date,
    remark: str = "",
) -> Remittance:
    """Put the branch's payments of these months that no batch holds into one. The same key twice makes it once.

    Raises Refused: a day in the future, months the wrong way round, nothing to hand up, no ratio set above.
    """
    branch = Organization.objects.select_for_update().get(pk=branch.pk)
    if known := Remittance.objects.filter(pk=key).first():
        return known
    _demand_dates(first, last, sent_on, on)
    payments = list(not_handed_up(branch, first, last))
    collected = sum(payment.amount_fen for payment in payments)
    if collected <= 0:
        raise Refused(_("Nothing that came in in these months is still here: choose other months."), "last")
    ratio = _ratio(branch, sent_on)
    remittance = Remittance.objects.create(
        key=key,
        organization=branch,
        receiver=_committee_above(branch),
        first_month=first,
        last_month=last,
        collected_fen=collected,
        ratio=ratio.number,
        amount_fen=share_of(collected, ratio.number),
        rule=ratio.version[:120],
        sent_on=sent_on,
        sent_by=str(by),
        remark=remark,
    )
    RemittedPayment.objects.bulk_create(RemittedPayment(remittance=remittance, payment=one) for one in payments)
    _record("hand_up_dues", remittance, by, fen=remittance.amount_fen, payments=len(payments))
    return remittance


@transaction.atomic
def confirm_remittance(remittance: Remittance, *, received_on: date, by: User, on: date) -> Remittance:
    """The committee says that the money arrived. Twice changes nothing. Raises Refused."""
    remittance = _locked(remittance)
    if remittance.received_on:
        return remittance
    if str(by) == remittance.sent_by:
        raise Refused(_("Whoever handed the money up can't confirm that it arrived."))
    if received_on > on:
        raise Refused(_("The day lies in the future."), "received_on")
    if received_on < remittance.sent_on:
        raise Refused(_("It can't have arrived before it was handed up."), "received_on")
    remittance.received_on, remittance.received_by = received_on, str(by)
    remittance.save(update_fields=["received_on", "received_by"])
    _record("confirm_remittance", remittance, by, fen=remittance.amount_fen)
    return remittance


@transaction.atomic
def take_back_remittance(remittance: Remittance, *, reason: str, by: User) -> None:
    """Undo a batch that the committee hasn't confirmed; its payments can be handed up again. Raises Refused."""
    remittance = _locked(remittance)
    if remittance.received_on:
        raise Refused(_("The committee has confirmed it: it can't be taken back any more."))
    if not reason.strip():
        raise Refused(_("Say why it is taken back."), "reason")
    _record("take_back_remittance", remittance, by, reason=reason.strip(), fen=remittance.amount_fen)
    remittance.lines.all().delete()
    remittance.delete()


def _locked(remittance: Remittance) -> Remittance:
    found = Remittance.objects.select_for_update(of=("self",)).select_related("organization").filter(pk=remittance.pk)
    if (one := found.first()) is None:
        raise Refused(_("This batch was taken back in the meantime."))
    return one


def _demand_dates(first: date, last: date, sent_on: date, on: date) -> None:
    if last < first:
        raise Refused(_("The last month lies before the first."), "last")
    if sent_on > on:
        raise Refused(_("The day lies in the future."), "sent_on")
    if first > sent_on:
        raise Refused(_("These months haven't come yet."), "first")


def _ratio(branch: Organization, on: date) -> Rule:
    try:
        return remittance_rule(on, in_force_at(branch.path, on=on))
    except LocalChoiceRequired as missing:
        raise Refused(
            _("The committee above hasn't set its ratio yet: ask it to record the local rule “%(rule)s”.")
            % {"rule": missing.rule.title}
        ) from missing


def _committee_above(branch: Organization) -> Organization:
    above = Organization.objects.filter(path=branch.parent_path).first()
    if above is None:
        raise Refused(_("There is no committee above this branch."))
    return above


def _record(action: str, remittance: Remittance, by: User | str, reason: str = "", **details: int) -> None:
    code = remittance.organization.code
    record(action=action, by=by, subject=remittance, organization_code=code, reason=reason, details=details)


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
    _record_large("record_large_dues", large, by, fen=large.amount_fen)
    return large


@transaction.atomic
def send_up(large: LargeDues, *, sent_up_on: date, profile: str, by: User, on: date) -> None:
    """The branch hands it up, with a short profile of the member. Twice changes nothing. Raises Refused."""
    large = _lock_large(large)
    if large.sent_up_on:
        return
    _demand_day(sent_up_on, large.given_on, on, "sent_up_on")
    if not profile.strip():
        raise Refused(_("The committee passes on a short profile of the member: write two or three lines."), "profile")
    _record_step("send_up_large_dues", large, by, sent_up_on=sent_up_on, profile=profile.strip())


@transaction.atomic
def take_in(large: LargeDues, *, received_on: date, by: User, on: date) -> None:
    """The committee says that it has the money. Twice changes nothing. Raises Refused."""
    large = _lock_large(large)
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
    large = _lock_large(large)
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
    large = _lock_large(large)
    if large.handed_over_on:
        return
    if not large.centre_receipt or large.received_on is None:
        raise Refused(_("The centre's receipt hasn't come yet."), "handed_over_on")
    _demand_day(handed_over_on, large.received_on, on, "handed_over_on")
    _record_step("hand_over_centre_receipt", large, by, handed_over_on=handed_over_on)


def _lock_large(large: LargeDues) -> LargeDues:
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
    _record_large(action, large, by)


def _record_large(action: str, large: LargeDues, by: User, **details: int) -> None:
    record(action=action, by=by, subject=large, organization_code=large.organization.code, details=details)


@transaction.atomic
def record_use(use: DuesUse, *, by: User, on: date) -> DuesUse:
    """Store what dues were spent for. The same key twice stores it once. Raises Refused.

    Only the five kinds of article 19 exist; article 20 asks for a decision made together, before the money is spent.
    """
    if known := DuesUse.objects.filter(pk=use.pk).first():
        return known
    if use.used_on > on:
        raise Refused(_("The day lies in the future."), "used_on")
    if use.decided_on > use.used_on:
        raise Refused(_("The decision comes before the money is spent (article 20)."), "decided_on")
    use.recorded_by = str(by)
    use.save(force_insert=True)
    _record_use("record_dues_use", use, by)
    return use


@transaction.atomic
def remove_use(use: DuesUse, *, reason: str, by: User) -> None:
    """Take out what was recorded by mistake; the trail keeps that it was there. Twice is once. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Say why it is taken out."), "reason")
    if DuesUse.objects.filter(pk=use.pk).delete()[0]:
        _record_use("remove_dues_use", use, by, reason.strip())


@transaction.atomic
def disclose(
    *, organization: Organization, year: int, way: str, place: str, disclosed_on: date, by: User, on: date
) -> Disclosure:
    """Publish the year's figures as they stand now, with how, where and when the members were told. The same day twice
    stores it once. Raises Refused."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if disclosed_on > on:
        raise Refused(_("The day lies in the future."), "disclosed_on")
    if month_of(disclosed_on) < date(year, 1, 1):
        raise Refused(_("The year hadn't begun on that day."), "disclosed_on")
    if not place.strip():
        raise Refused(_("Say where it was published, or at which meeting."), "place")
    figures = year_figures(organization.path, year, on=on).as_dict()
    found, made = Disclosure.objects.get_or_create(
        organization=organization,
        year=year,
        disclosed_on=disclosed_on,
        defaults={
            "way": way,
            "place": place.strip(),
            "figures": figures,
            "disclosed_by": str(by),
        },
    )
    if made:
        record(
            action="disclose_dues",
            by=by,
            subject=found,
            organization_code=organization.code,
            details={"year": year, "way": way},
        )
    return found


def _record_use(action: str, use: DuesUse, by: User, reason: str = "") -> None:
    record(
        action=action,
        by=by,
        subject=use,
        organization_code=use.organization.code,
        reason=reason,
        details={"kind": use.kind, "fen": use.amount_fen},
    )
