"""The demo's appraisals: last year's closed with grades, this year's of the home branch in the ballot."""

from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from branchweb.demo.county import HOME_BRANCH
from meetings.choices import MeetingKind, MeetingState
from meetings.meeting.models import Meeting
from members.choices import OfficeKind, OrganizationKind
from members.models import Member, Office, Organization, User
from supervision.appraisals.ballot_services import cast_ballot
from supervision.appraisals.models import AppraisalRound, Appraisee, MutualAppraisal, Tally
from supervision.appraisals.queries import appraised_by
from supervision.appraisals.rules import rule_versions
from supervision.appraisals.services import go_on, open_round
from supervision.choices import AppraisalMark, BallotMethod, Grade, RoundState

SELF = (
    "一年来按时参加支部活动，按月交纳党费。不足是学习不够系统，主动联系群众少，今后每月至少走访两户。",
    "今年参加了社区防汛值守和垃圾分类劝导。不足是开会发言少，有意见不愿当面提，今后改进。",
    "年纪大了，会议参加得少，在家看了学习材料。希望支部多来坐坐，我能做的事一定做。",
    "工作忙的时候请过两次假，事后补了课。业务上带了两名新同志。不足是对小区的事关心不够。",
)
OTHERS = (
    "办事公道，邻里有事都愿意找他。建议多注意身体，把年轻同志带起来。",
    "学习认真，笔记做得好。建议发言再大胆一些，不要怕说错。",
    "热心公益，值守从不缺席。有时性子急，和群众说话可以再缓一缓。",
)
OPINIONS = {
    Grade.EXCELLENT: "理想信念坚定，在社区治理中发挥了先锋模范作用，群众反映好。",
    Grade.QUALIFIED: "能履行党员义务，参加组织生活正常；希望进一步联系群众，多提建议。",
    Grade.BASICALLY_QUALIFIED: "全年缺席主题党日较多，学习不够主动；支部已与本人谈心，帮助其改进。",
}
STILL_HELPED = timedelta(days=12)
HELP = "由支部委员结对，每月联系一次，按时参加主题党日"
WEIGHTS = {
    Grade.EXCELLENT: (70, 25, 0, 0), Grade.QUALIFIED: (25, 65, 5, 0), Grade.BASICALLY_QUALIFIED: (5, 35, 50, 5)
}  # fmt: skip
NEIGHBOURS = 6
"""Branches beside the home branch that have closed last year's."""


def fill(*, on: date) -> None:
    home = Organization.objects.get(code=HOME_BRANCH)
    by = _officer(home)
    _last_year(home, on)
    others = Organization.objects.filter(kind=OrganizationKind.BRANCH).exclude(pk=home.pk).standing_on(on)
    for branch in others.in_tree_order()[:NEIGHBOURS]:
        _last_year(branch, on)
    _this_year(home, by, on)


def _officer(branch: Organization) -> User:
    """Whoever leads the branch and can log in."""
    rows = Office.objects.filter(organization=branch, kind__in=(OfficeKind.ORGANIZATION_OFFICER, OfficeKind.SECRETARY))
    for office in rows.select_related("user", "member__user").order_by("kind"):
        if office.user:
            return office.user
        if office.member and hasattr(office.member, "user"):
            return office.member.user
    return User.objects.filter(is_active=True).order_by("pk")[0]


def _last_year(branch: Organization, on: date) -> None:
    """Closed in the last days of the year: sums, grades and opinions, all told; one is being helped."""
    year = on.year - 1
    opened_on, closed_on = date(year, 12, 8), date(year, 12, 29)
    people = list(Member.objects.below(branch.path).in_roster_order())
    if not people:
        return
    formal = set(Member.objects.below(branch.path).formal(opened_on).values_list("pk", flat=True))
    closed = AppraisalRound.objects.create(
        key=_key(branch, year), organization=branch, year=year, state=RoundState.CLOSED, method=BallotMethod.PAPER,
        opened_on=opened_on, closed_on=closed_on, ballots=len(people), rule_versions=rule_versions(opened_on),
        opinion_meeting=_meeting(branch, closed_on),
    )  # fmt: skip
    rows = [_appraised(closed, member, number, member.pk in formal) for number, member in enumerate(people)]
    _help(rows, home=branch.code == HOME_BRANCH, on=on)
    Appraisee.objects.bulk_create(rows)
    Tally.objects.bulk_create(sum_ for row in rows if row.is_graded for sum_ in _sums(row, len(people) - 1))


def _appraised(closed: AppraisalRound, member: Member, number: int, is_graded: bool) -> Appraisee:
    grade = _grade(number) if is_graded else None
    closed_on = closed.closed_on or closed.opened_on
    return Appraisee(
        round=closed, member=member, is_graded=is_graded, grade=grade or "", opinion=OPINIONS[grade] if grade else "",
        self_appraisal=SELF[number % len(SELF)], self_appraised_on=closed.opened_on, told_on=closed_on,
    )  # fmt: skip


def _help(rows: list[Appraisee], *, home: bool, on: date) -> None:
    """Who was graded lower is helped by the end of March; in the home branch it still goes on for the first of them."""
    lower = [row for row in rows if row.grade == Grade.BASICALLY_QUALIFIED]
    for number, row in enumerate(lower):
        given_on = date(row.round.year + 1, 3, 24)
        row.follow_up, row.follow_up_due_on = HELP, date(row.round.year + 1, 3, 31)
        if home and number == 0:
            row.follow_up_due_on = on + STILL_HELPED
        elif given_on <= on:
            row.followed_up_on = given_on


def _grade(number: int) -> Grade:
    if number % 9 == 8:
        return Grade.BASICALLY_QUALIFIED
    return Grade.EXCELLENT if number % 4 == 0 else Grade.QUALIFIED


def _sums(row: Appraisee, ballots: int) -> list[Tally]:
    """As many marks as papers, most of them as the grade says."""
    shares = WEIGHTS[Grade(row.grade)]
    counts = [ballots * share // 100 for share in shares]
    counts.append(ballots - sum(counts))
    return [Tally(appraisee=row, mark=mark, ballots=count) for mark, count in zip(AppraisalMark, counts, strict=True)]


def _this_year(home: Organization, by: User, on: date) -> None:
    """In the ballot step, by the services; a few have voted."""
    begun = open_round(key=_key(home, on.year), organization=home, year=on.year, on=on, by=by)
    people = list(Appraisee.objects.filter(round=begun).select_related("member").order_by("member__name_key", "pk"))
    for number, one in enumerate(people):
        if number % 7 != 6:
            one.self_appraisal, one.self_appraised_on = SELF[number % len(SELF)], on
            one.save(update_fields=["self_appraisal", "self_appraised_on"])
    go_on(round=begun, expected=RoundState.SELF, on=on, by=by)
    MutualAppraisal.objects.bulk_create(
        MutualAppraisal(about=one, author=people[number - 1].member, text=OTHERS[number % len(OTHERS)])
        for number, one in enumerate(people)
        if number % 3
    )
    begun = go_on(round=begun, expected=RoundState.MUTUAL, on=on, by=by, method=BallotMethod.ONLINE)
    _some_vote(begun, people)


def _some_vote(begun: AppraisalRound, people: list[Appraisee]) -> None:
    """Never who can log in: they find their ballot open."""
    have_account = set(User.objects.filter(member__isnull=False).values_list("member", flat=True))
    waiting = [one for one in people if one.has_ballot and one.member_id not in have_account]
    for turn, voter in enumerate(waiting[: len(people) // 2]):
        asked = appraised_by(begun, voter.member_id)
        marks = {
            str(one.pk): AppraisalMark.EXCELLENT if (turn + place) % 4 == 0 else AppraisalMark.QUALIFIED
            for place, one in enumerate(asked)
        }
        cast_ballot(round=begun, member_id=voter.member_id, marks=marks)


def _meeting(branch: Organization, day: date) -> Meeting:
    kind = MeetingKind.COMMITTEE_MEETING
    found = Meeting.objects.filter(organization=branch, kind=kind, day__year=day.year, state=MeetingState.LOCKED)
    known = found.order_by("-day").first()
    fresh = {"state": MeetingState.HELD, "day": day, "counts_for_year": day.year}
    return known or Meeting.objects.create(organization=branch, kind=kind, **fresh)


def _key(branch: Organization, year: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"appraisal {branch.code} {year}")
