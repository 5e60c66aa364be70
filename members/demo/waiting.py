"""What waits in the demo for a second person: an office, and a workbook with private values."""

from datetime import date

from members.choices import OfficeKind
from members.demo.county import HOME_BRANCH
from members.exporting.roster_kind import NAME, parameters_of
from members.models import Member, Organization, User
from members.queries.standing import standing_of
from members.services.exports import ask_export
from members.services.office_requests import ask_for_office

TOWN, TOWN_BRANCH = "chengguan", "chengguan-office"
DECIDED, WHY = "城关镇党委会议决定", "为老党员核对医保信息"


def put_to_second_persons(*, on: date) -> None:
    """The inspector may confirm the office, the organization officer may agree to the workbook."""
    _ask_for_office(_logged_in(OfficeKind.ADMINISTRATOR, on), on)
    _ask_for_workbook(_logged_in(OfficeKind.SECRETARY, on))


def _ask_for_office(by: User, on: date) -> None:
    free = Member.objects.filter(roster_path=Organization.objects.get(code=TOWN_BRANCH).path, party_post="")
    member = free.filter(user__isnull=True).in_roster_order()[0]
    ask_for_office(
        user=User.objects.create_user("town_staff", display_name=member.name, member=member),
        kind=OfficeKind.COMMITTEE_STAFF,
        organization=Organization.objects.get(code=TOWN),
        on=on,
        decided_by=DECIDED,
        by=by,
    )


def _ask_for_workbook(by: User) -> None:
    home = Organization.objects.get(code=HOME_BRANCH)
    ask_export(
        kind=NAME,
        parameters=parameters_of(query="", private=True, reason=WHY),
        organization=home,
        total=Member.objects.below(home.path).count(),
        by=by,
        covers=[home.code],
        needs_agreement=True,
    )


def _logged_in(username: str, on: date) -> User:
    user = User.objects.get(username=username)
    user.standing = standing_of(user, on=on)
    return user
