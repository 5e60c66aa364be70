"""Posts of party work in the demo, who took part in which course, and what a place has for party work."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal as D
from uuid import NAMESPACE_URL, UUID, uuid5

from assessment.choices import PostShare
from assessment.demo.people import county, secretaries, two_of_the_county
from assessment.models import CadrePost
from assessment.services.cadres import add_cadre_post, put_down_conditions, record_training
from members.choices import OfficeKind
from members.demo.county import HOME_BRANCH, OFFICE_BRANCH
from members.models import Member, Office, Organization, User

FULL, PART = PostShare.FULL_TIME, PostShare.PART_TIME
AT_THE_COUNTY = (
    ("县委组织部组织科科长", FULL, 100),
    ("县委组织部组织科干事", FULL, 100),
    ("县直机关工委干事", PART, 60),
)
SHARES = (20, 30, 15, 40, 25)
COURSES = (
    (150, "基层党支部书记培训班（县委党校）", D(24), "县委党校结业证"), (60, "党费收缴和党员管理业务培训", D(8), ""),
    (20, "谈心谈话和组织生活会方法", D(6), ""), (400, "新任支部书记培训班", D(32), "县委党校结业证"),
)  # fmt: skip
CONDITIONS = {
    "qinghe": (6, 5, 420, 380_000_00, 291_500_00),
    "chengguan": (3, 2, 160, 120_000_00, 88_400_00),
    "dongshan": (2, 1, 90, 60_000_00, None),
    HOME_BRANCH: (None, 1, 75, 18_000_00, 12_640_00),
    "hospital-1": (1, 1, 60, 25_000_00, 25_000_00),
    "machines": (None, 0, 0, 4_000_00, 1_200_00),
}
"""Posts planned, rooms, square metres, fen planned and spent; None: nobody has said."""


def fill(*, on: date) -> None:
    by, _second = two_of_the_county()
    leaders = _leaders(on)
    _posts(leaders, by, on)
    _courses(leaders, by, on)
    _conditions(by, on)


def _leaders(on: date) -> dict[Organization, Member]:
    """Branch → its secretary."""
    held = Office.objects.holding(on).filter(
        kind=OfficeKind.SECRETARY, organization__kind="branch", member__isnull=False
    )
    rows = held.select_related("organization", "member").order_by("organization__path")
    return {office.organization: office.member for office in rows if office.member}


def _posts(leaders: dict[Organization, Member], by: User, on: date) -> None:
    staff = Member.objects.below(Organization.objects.get(code=OFFICE_BRANCH).path).filter(party_post="").order_by("pk")
    for member, (post, share, percent) in zip(staff, AT_THE_COUNTY, strict=False):
        _post(county(), member, post, share, percent, on - timedelta(days=900), by, on)
    for number, (branch, member) in enumerate(list(leaders.items())[:12]):
        since = on - timedelta(days=500 + number)
        _post(branch, member, "党支部书记", PART, SHARES[number % len(SHARES)], since, by, on)


def _post(
    place: Organization, member: Member, post: str, share: str, percent: int, since: date, by: User, on: date
) -> None:
    row = CadrePost(
        key=_key(f"{place.code} {member.pk} {post}"), organization=place, member=member, post=post, share=share,
        percent=percent, valid_from=since,
    )  # fmt: skip
    add_cadre_post(row, on=on, by=by)


def _courses(leaders: dict[Organization, Member], by: User, on: date) -> None:
    """The county's for its secretaries, every course for some of them; each is recorded at the place of the person."""
    for turn, (days, subject, hours, certificate) in enumerate(COURSES):
        values = {"held_on": on - timedelta(days=days), "subject": subject, "hours": hours, "certificate": certificate}
        for number, (branch, member) in enumerate(leaders.items()):
            if (number + turn) % 3:
                _course(branch, [member], f"{subject} {branch.code}", values, by, on)


def _course(place: Organization, people: Iterable[Member], name: str, values: dict, by: User, on: date) -> None:
    record_training(key=_key(name), place=place, people=people, values=values, on=on, by=by)


def _conditions(by: User, on: date) -> None:
    names = ("posts_planned", "rooms", "square_metres", "budget_fen", "spent_fen")
    leaders = secretaries(on)
    for place in Organization.objects.filter(code__in=CONDITIONS):
        values = dict(zip(names, CONDITIONS[place.code], strict=True))
        put_down_conditions(place=place, year=on.year, values=values, on=on, by=leaders.get(place.code, by))


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo cadre {name}")
