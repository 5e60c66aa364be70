"""The list of those expected at a meeting, before and after it is frozen."""

from datetime import date

from django.db.models import Q

from meetings.choices import NOT_EXPECTED, MeetingKind
from meetings.models import Exclusion, Expected, Meeting
from meetings.rules.expected import not_counted
from members.choices import AffiliationKind, OfficeKind, OrganizationKind
from members.models import Affiliation, Member, Office, Organization, Situation
from members.models.member import MemberQuerySet
from members.paths import subtree

COMMITTEE_OFFICES = (
    OfficeKind.SECRETARY,
    OfficeKind.DEPUTY_SECRETARY,
    OfficeKind.ORGANIZATION_OFFICER,
    OfficeKind.PUBLICITY_OFFICER,
    OfficeKind.DISCIPLINE_OFFICER,
    OfficeKind.COMMITTEE_MEMBER,
)
SEATS = (*COMMITTEE_OFFICES, OfficeKind.COMMITTEE_SECRETARY)
ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
"""Whatever meets there is the committee, wherever its members have their branch; its staff has no seat."""
COMMITTEE_POST = Q(party_post__contains="书记") | Q(party_post__contains="委员")
"""How a roster names the committee's members where no offices are recorded."""


def roll(meeting: Meeting) -> list[Expected]:
    """Everybody who would be on the list if the meeting opened now, unsaved, in roster order, guests at the end.

    Belonging, situations and approvals are those of the meeting's day. Five queries, whatever the size.
    """
    affiliations = _affiliations(meeting)
    member_ids = [affiliation.member_id for affiliation in affiliations]
    situations = _situations(meeting, member_ids)
    excluded = {one.member_id for one in Exclusion.objects.filter(meeting=meeting) if one.is_approved}
    return [
        as_expected(
            meeting, affiliation, situations.get(affiliation.member_id, set()), affiliation.member_id in excluded
        )
        for affiliation in affiliations
    ]


def on_the_sheet(meeting: Meeting) -> tuple[list[Expected], list[Expected]]:
    """Who signs: those who should attend, and the guests; before the opening as the list would be now."""
    listed = list(meeting.expected.order_by("pk")) if meeting.opened_at else roll(meeting)
    expected = [one for one in listed if one.not_counted not in NOT_EXPECTED]
    return expected, [one for one in listed if one.is_guest]


def _affiliations(meeting: Meeting) -> list[Affiliation]:
    is_above = meeting.organization.kind in ABOVE
    place = Q() if is_above else subtree("organization__path", [meeting.organization.path])
    here = (
        Affiliation.objects.holding(meeting.day)
        .filter(place)
        .select_related("member", "organization")
        .order_by("organization__path", "member__name_key", "member_id")
    )
    if is_above or meeting.kind == MeetingKind.COMMITTEE_MEETING:
        here = here.filter(member__in=_committee(meeting))
    seen: dict[int, Affiliation] = {}
    for affiliation in here:
        known = seen.get(affiliation.member_id)
        if known is None or known.kind == AffiliationKind.PARTICIPATION:
            seen[affiliation.member_id] = affiliation
    return sorted(seen.values(), key=lambda one: one.kind == AffiliationKind.PARTICIPATION)


def _committee(meeting: Meeting) -> set[int]:
    """Members who hold an office of the committee; where a branch has none on record, those its roster names."""
    offices = (
        Office.objects.holding(meeting.day)
        .filter(organization=meeting.organization, kind__in=SEATS)
        .select_related("user")
    )
    holders = {holder for office in offices if (holder := _holder(office))}
    if len(holders) > 1 or meeting.organization.kind in ABOVE:
        return holders
    named = Member.objects.below(meeting.organization.path).filter(COMMITTEE_POST)
    return holders | set(named.values_list("pk", flat=True))


def people_of(organization: Organization, *, on: date, with_staff: bool = True) -> MemberQuerySet:
    """Who can lead or write there, or be given a task: the roster; of a committee, its seats and its staff."""
    people = Member.objects.order_by("name_key", "pk")
    if organization.kind not in ABOVE:
        return people.below(organization.path)
    offices = Office.objects.holding(on).filter(organization=organization).select_related("user")
    held = offices if with_staff else offices.filter(kind__in=SEATS)
    return people.filter(pk__in=[holder for office in held if (holder := _holder(office))])


def _holder(office: Office) -> int | None:
    return office.member_id or (office.user.member_id if office.user else None)


def _situations(meeting: Meeting, member_ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = Situation.objects.holding(meeting.day).filter(member__in=member_ids).values_list("member_id", "kind")
    for member_id, kind in rows:
        found.setdefault(member_id, set()).add(kind)
    return found


def as_expected(
    meeting: Meeting, affiliation: Affiliation, situations: set[str], is_excluded: bool = False
) -> Expected:
    """The line of the list for somebody who belongs there, unsaved; `situations` are those of the meeting's day."""
    member = affiliation.member
    is_formal = member.is_formal(meeting.day)
    return Expected(
        meeting=meeting,
        member=member,
        name=member.name,
        group=affiliation.organization.name if affiliation.organization_id != meeting.organization_id else "",
        is_formal=is_formal,
        not_counted=not_counted(
            is_formal=is_formal,
            situations=situations,
            is_excluded=is_excluded,
            takes_part_only=affiliation.kind == AffiliationKind.PARTICIPATION,
        ),
    )
