"""Offices that take two people on the pages: an administrator asks, somebody of another office confirms.

Who may confirm holds an office with CONFIRM_OFFICES there or above; an administrator's doesn't have it. Whoever asked,
and whoever it is for, doesn't confirm; neither does a log-in that the asking person set up a few days ago, because its
password may still be known to them.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from audit.models import Entry
from audit.services import record
from members.accounts.services import give_office, hand_over, put_in_office, refuse_office_to, take_from_office
from members.choices import Capability, OfficeKind, OfficeRequestState, OrganizationKind
from members.models.office import Office, OfficeRequest
from members.models.organization import Organization
from members.models.user import User
from members.offices import takes_two_people
from members.refused import Refused

WAITS = gettext_lazy("This office takes two people. It waits for somebody of another office to confirm it.")
SETTING_UP = ("create_user", "reset_password", "remove_codes", "link_member")
UNTOUCHED_FOR = timedelta(days=7)


def give_or_ask(
    *, user: User, kind: OfficeKind, organization: Organization, on: date, decided_by: str, by: User
) -> Office | OfficeRequest:
    """Give the office, or ask the second person where it takes two. Raises Refused."""
    given = {"user": user, "kind": kind, "organization": organization, "on": on, "decided_by": decided_by, "by": by}
    if takes_two_people(kind, OrganizationKind(organization.kind)):
        return ask_for_office(**given)  # type: ignore[arg-type]
    return give_office(**given)  # type: ignore[arg-type]


def hand_over_or_ask(*, office: Office, to: User, on: date, decided_by: str, by: User) -> Office | OfficeRequest:
    """End the office of one and begin that of another, or ask the second person to. Raises Refused."""
    kind, organization = OfficeKind(office.kind), office.organization
    if not takes_two_people(kind, OrganizationKind(organization.kind)):
        return hand_over(office=office, to=to, on=on, decided_by=decided_by, by=by)
    if office.user_id == to.pk:
        raise Refused(_("Hand the office over to somebody else."))
    return ask_for_office(
        user=to, kind=kind, organization=organization, on=on, decided_by=decided_by, by=by, replaces=office
    )


def ask_for_office(
    *,
    user: User,
    kind: OfficeKind,
    organization: Organization,
    on: date,
    decided_by: str,
    by: User,
    replaces: Office | None = None,
) -> OfficeRequest:
    """Asked twice is once. Raises Refused."""
    refuse_office_to(user, kind, organization, by)
    if Office.objects.held_by(user).filter(kind=kind, organization=organization, valid_until=None).exists():
        raise Refused(_("This office is held there already. End it first."))
    asked = OfficeRequest.objects.waiting().filter(user=user, kind=kind, organization=organization)
    if stored := asked.first():
        return stored
    try:
        with transaction.atomic():
            request = OfficeRequest.objects.create(
                user=user,
                kind=kind,
                organization=organization,
                valid_from=on,
                decided_by=decided_by,
                replaces=replaces,
                asked_by=by,
                asked_on=timezone.localdate(),
            )
            _record("ask_for_office", request, by)
    except IntegrityError:  # the other click of a double click was quicker
        return asked.get()
    return request  # fmt: skip


@transaction.atomic
def confirm_office(*, request: OfficeRequest, on: date, by: User) -> None:
    """The second person's yes: the office begins. A request that is settled stays as it is. Raises Refused."""
    held = _held(request)
    if held is None:
        return
    _refuse_confirming(held, by)
    refuse_office_to(held.user, OfficeKind(held.kind), held.organization, "two people")
    _settle(held, OfficeRequestState.CONFIRMED, on, by)
    if held.replaces:
        take_from_office(office=held.replaces, on=held.valid_from, by=by, reason=held.decided_by)
    put_in_office(
        user=held.user, kind=OfficeKind(held.kind), organization=held.organization, on=held.valid_from,
        decided_by=held.decided_by, by=by, asked_by=held.asked_by,
    )  # fmt: skip


@transaction.atomic
def refuse_office(*, request: OfficeRequest, on: date, by: User) -> None:
    """The second person's no. Raises Refused."""
    if held := _settled_by(request, OfficeRequestState.REFUSED, Capability.CONFIRM_OFFICES, on, by):
        _record("refuse_office", held, by)


@transaction.atomic
def withdraw_office(*, request: OfficeRequest, on: date, by: User) -> None:
    """Taken back by who manages users there. Raises Refused."""
    if held := _settled_by(request, OfficeRequestState.WITHDRAWN, Capability.MANAGE_USERS, on, by):
        _record("withdraw_office", held, by)


def may_confirm(request: OfficeRequest, by: User) -> bool:
    try:
        _refuse_confirming(request, by)
    except Refused:
        return False
    return True


def _refuse_confirming(request: OfficeRequest, by: User) -> None:
    if not by.access.may(Capability.CONFIRM_OFFICES, request.organization.path):
        raise Refused(_("Your office doesn't confirm offices there."))
    if any(_is_same(by, one) for one in (request.asked_by, request.user)):
        raise Refused(_("Somebody else confirms it: neither who asked nor who is to hold the office."))
    if _set_up_lately(by, request.asked_by):
        raise Refused(
            _("Who asks set your log-in up anew less than seven days ago, so somebody else confirms this office.")
        )


def _is_same(one: User, other: User) -> bool:
    return one.pk == other.pk or (one.member_id is not None and one.member_id == other.member_id)


def _set_up_lately(user: User, by: User) -> bool:
    entries = Entry.objects.about("members.User", user.pk).filter(action__in=SETTING_UP, actor=by.username)
    return entries.filter(at__gt=timezone.now() - UNTOUCHED_FOR).exists()


def _settled_by(
    request: OfficeRequest, state: OfficeRequestState, capability: Capability, on: date, by: User
) -> OfficeRequest | None:
    """The request, settled without an office by who may; None where it was settled before."""
    held = _held(request)
    if held is None:
        return None
    if not by.access.may(capability, held.organization.path):
        raise Refused(_("Your office doesn't settle this request."))
    _settle(held, state, on, by)
    return held


def _held(request: OfficeRequest) -> OfficeRequest | None:
    rows = OfficeRequest.objects.waiting().select_for_update(of=("self",))
    return rows.select_related("organization", "user__member", "asked_by", "replaces").filter(pk=request.pk).first()


def _settle(request: OfficeRequest, state: OfficeRequestState, on: date, by: User) -> None:
    request.state, request.settled_by, request.settled_on = state, by, on
    request.save(update_fields=["state", "settled_by", "settled_on"])


def _record(action: str, request: OfficeRequest, by: User) -> None:
    details = {"kind": request.kind, "user": request.user.username}
    code = request.organization.code
    record(action=action, by=by, subject=request, organization_code=code, reason=request.decided_by, details=details)
