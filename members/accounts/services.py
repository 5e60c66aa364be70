"""People who can log in, and the offices from which everything they may see and do follows.

`by` is the administrator, or a word for the shell, which may everything. An administrator gives offices only in the
subtrees where users are managed, and never to themselves.
"""

from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.utils import reset as forget_failures
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from knox.models import AuthToken

from audit.services import record
from members.accounts.queries import manages, manages_all, places_of
from members.choices import Capability, OfficeKind, OrganizationKind
from members.models.member import Member
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.offices import takes_two_people
from members.organizations.rules import office_fits
from members.refused import Refused

LONGEST_TOKEN = 366
"""Days."""
PASSWORD_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # noqa: S105 - without those that are mistaken for others


def one_time_password() -> str:
    """Twelve characters in groups of four, easy to read out: about 59 bits."""
    return "-".join(get_random_string(4, PASSWORD_LETTERS) for group in range(3))


def create_user(
    *,
    username: str,
    password: str,
    by: User | str,
    display_name: str = "",
    member: Member | None = None,
    must_change_password: bool = False,
) -> User:
    """Somebody who can log in. Raises Refused for a name that is taken or a password that is too weak."""
    user = User(username=User.normalize_username(username), display_name=display_name, member=member)
    user.must_change_password = must_change_password
    _refuse_bad_name(user)
    refuse_weak_password(password, user)
    _refuse_taken_member(user, member)
    _refuse_member_elsewhere(member, by)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record(action="create_user", by=by, subject=user, organization_code=_code_of(member))
    except IntegrityError as error:
        raise Refused(_taken(user.username), "username") from error
    return user


@transaction.atomic
def link_member(*, user: User, member: Member | None, by: User | str) -> None:
    """Say which member the user is, or that they are none. With it come the member's own rows and offices."""
    _refuse_for_oneself(user, by)
    _refuse_half_managed(user, by)
    _refuse_member_elsewhere(member, by)
    _refuse_taken_member(user, member)
    before = User.objects.select_for_update(of=("self",)).select_related("member").get(pk=user.pk).member
    user.member = member
    if before == member:
        return
    user.save(update_fields=["member"])
    record(
        action="link_member", by=by, subject=user, organization_code=_code_of(member or before),
        changes=[("member", before and before.key, member and member.key)],
    )  # fmt: skip


def give_office(
    *, user: User, kind: OfficeKind, organization: Organization, on: date | None, decided_by: str, by: User | str
) -> Office:
    """Give the office from that day on (`None`: since an unknown day). Everything it opens is open from then on.

    On the pages, one that takes two people is asked for and confirmed instead (`office_requests`). Raises Refused.
    """
    refuse_office_to(user, kind, organization, by)
    if isinstance(by, User) and takes_two_people(kind, OrganizationKind(organization.kind)):
        raise Refused(_("This office takes two people: ask for it, and somebody of another office confirms it."))
    return put_in_office(user=user, kind=kind, organization=organization, on=on, decided_by=decided_by, by=by)


def put_in_office(
    *,
    user: User,
    kind: OfficeKind,
    organization: Organization,
    on: date | None,
    decided_by: str,
    by: User | str,
    asked_by: User | None = None,
) -> Office:
    """The office itself, once it is settled that it may be given. `asked_by`: where `by` is the second person."""
    try:
        with transaction.atomic():
            office = Office.objects.create(
                user=user,
                member=user.member,
                kind=kind,
                organization=organization,
                valid_from=on,
                decided_by=decided_by,
            )
            _record_office("give_office", office, by, asked_by=asked_by)
    except IntegrityError as error:
        raise Refused(_("This office is held there already. End it first.")) from error
    return office  # fmt: skip


def refuse_office_to(user: User, kind: OfficeKind, organization: Organization, by: User | str) -> None:
    """Refused where that person can't give that office there, whether alone or with a second person."""
    _refuse_for_oneself(user, by)
    _refuse_outside(organization, by)
    _refuse_unfitting(kind, organization)


@transaction.atomic
def end_office(*, office: Office, on: date, by: User | str, reason: str = "") -> None:
    """End the office; that day is the first one without it."""
    _refuse_outside(office.organization, by)
    take_from_office(office=office, on=on, by=by, reason=reason)


@transaction.atomic
def take_from_office(*, office: Office, on: date, by: User | str, reason: str) -> None:
    """The end itself, once it is settled that it may be ended. Raises Refused."""
    office = Office.objects.select_for_update(of=("self",)).select_related("organization").get(pk=office.pk)
    if office.valid_until and office.valid_until <= on:
        raise Refused(_("The office has ended on %(day)s already.") % {"day": office.valid_until})
    if office.valid_from and on < office.valid_from:
        raise Refused(_("The office began on %(day)s; it can't end before.") % {"day": office.valid_from})
    office.valid_until = on
    office.save(update_fields=["valid_until"])
    _record_office("end_office", office, by, reason)


@transaction.atomic
def hand_over(*, office: Office, to: User, on: date, decided_by: str, by: User | str) -> Office:
    """End the office of one and begin that of another on the same day."""
    if office.user_id == to.pk:
        raise Refused(_("Hand the office over to somebody else."))
    end_office(office=office, on=on, by=by, reason=decided_by)
    return give_office(
        user=to, kind=OfficeKind(office.kind), organization=office.organization, on=on, decided_by=decided_by, by=by
    )


@transaction.atomic
def reset_password(*, user: User, by: User | str) -> str:
    """A new one-time password, which the user changes at the next log-in. Everywhere else they are signed out."""
    _refuse_half_managed(user, by)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _close_sessions(user)
    forget_failures(username=user.username)
    record(action="reset_password", by=by, subject=user, organization_code=_place_of(user))
    return password


@transaction.atomic
def remove_codes(*, user: User, by: User | str) -> None:
    """Take away the one-time codes of somebody who lost the phone and the recovery codes with it."""
    _refuse_for_oneself(user, by)
    _refuse_half_managed(user, by)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        return
    record(action="remove_codes", by=by, subject=user, organization_code=_place_of(user))


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User | str) -> int:
    """End every session and every API token of the user; how many there were. Without any, nothing goes on record."""
    _refuse_half_managed(user, by)
    count = _close_sessions(user)
    if not count:
        return 0
    details = {"sessions": count}
    record(action="sign_out_everywhere", by=by, subject=user, organization_code=_place_of(user), details=details)
    return count


@transaction.atomic
def set_active(*, user: User, active: bool, by: User | str, reason: str = "") -> None:
    """Let the user log in, or no longer. Offices stay as they are: they are facts about the organization."""
    _refuse_for_oneself(user, by)
    _refuse_half_managed(user, by)
    user.is_active = active
    if not User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        return
    if not active:
        _close_sessions(user)
    action = "activate_user" if active else "deactivate_user"
    record(action=action, by=by, subject=user, organization_code=_place_of(user), reason=reason)


@transaction.atomic
def create_api_token(*, user: User, days: int, by: User | str) -> str:
    """A token with which a program reads the API as the user, for 1 to 366 days. Only a digest is stored."""
    if not 1 <= days <= LONGEST_TOKEN:
        raise Refused(_("A token holds 1 to %(days)s days.") % {"days": LONGEST_TOKEN}, "days")
    if not user.is_active:
        raise Refused(_("This user can't log in, so there is no token either."))
    token: str = AuthToken.objects.create(user, expiry=timedelta(days=days))[1]
    record(action="create_api_token", by=by, subject=user, organization_code=_place_of(user), details={"days": days})
    return token


def _close_sessions(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions) + user.auth_token_set.all().delete()[0]  # type: ignore[attr-defined]


def _record_office(
    action: str, office: Office, by: User | str, reason: str = "", *, asked_by: User | None = None
) -> None:
    details = {"kind": office.kind, "user": office.user.username if office.user else ""}
    if asked_by:
        details["asked_by"] = asked_by.username
    code = office.organization.code
    record(action=action, by=by, subject=office, organization_code=code, reason=reason, details=details)


def _code_of(member: Member | None) -> str:
    """The code of the organization on whose roster the member stands; empty for none."""
    if member is None or not member.roster_path:
        return ""
    return str(Organization.objects.values_list("code", flat=True).get(path=member.roster_path))


def _place_of(user: User) -> str:
    """The code of the organization where the user holds an office or is a member: whose record an act belongs to."""
    held = Office.objects.held_by(user).order_by("-valid_from").values_list("organization__code", flat=True)
    return str(held.first() or _code_of(user.member))


def _refuse_for_oneself(user: User, by: User | str) -> None:
    if isinstance(by, User) and (by.pk == user.pk or (by.member_id and by.member_id == user.member_id)):
        raise Refused(_("Nobody changes their own rights. Ask another administrator."))


def _refuse_half_managed(user: User, by: User | str) -> None:
    """Who gets hold of a user gets everything the user may do, so all of it must lie where users are managed."""
    if isinstance(by, User) and not manages(by, user):
        raise Refused(_("This user also holds an office or is a member where you don't manage users."))


def _refuse_member_elsewhere(member: Member | None, by: User | str) -> None:
    """Being a member brings the member's own rows and offices."""
    if isinstance(by, User) and member and not manages_all(by, places_of(member=member, on=by.access.on)):
        raise Refused(_("You don't manage the users of this member's branch."), "national_id")


def _refuse_outside(organization: Organization, by: User | str) -> None:
    if isinstance(by, User) and not by.access.may(Capability.MANAGE_USERS, organization.path):
        raise Refused(_("You don't manage the users of “%(name)s”.") % {"name": organization})


def _refuse_unfitting(kind: OfficeKind, organization: Organization) -> None:
    fits = office_fits(kind, OrganizationKind(organization.kind))
    if not fits:
        raise Refused(fits.reason, "kind")
    if organization.dissolved_on:
        raise Refused(_("“%(name)s” has been dissolved. Choose another.") % {"name": organization})


def _refuse_taken_member(user: User, member: Member | None) -> None:
    if member and User.objects.filter(member=member).exclude(pk=user.pk).exists():
        raise Refused(_("This member has a user already."), "national_id")


def _refuse_bad_name(user: User) -> None:
    if User.objects.filter(username__iexact=user.username).exists():
        raise Refused(_taken(user.username), "username")
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Refused(" ".join(error.messages), next(iter(error.message_dict))) from error


def _taken(username: str) -> str:
    return _("The user name “%(name)s” is taken. Choose another.") % {"name": username}


def refuse_weak_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
