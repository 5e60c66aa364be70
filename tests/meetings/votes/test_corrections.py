"""Attendance of locked meetings: proposed, confirmed by a second person, the old kept beside the new."""

import uuid
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from docx import Document

from assessment.assessments.services import freshen, store
from assessment.choices import AssessmentState
from assessment.dashboard.services import compare, follow, rebuild
from assessment.models import Assessment, RollUp
from audit.models import Entry
from meetings.attendance.queries import tally_of
from meetings.attendance.services import AttendanceFields, attendance_of, follow_up
from meetings.choices import NotCountedBecause
from meetings.meeting.services import WrongState
from meetings.minutes.views import minutes_as_word
from meetings.models import AttendanceChange, AttendanceCorrection, Meeting, Minutes, Vote, VoteLook
from meetings.pages.queries import months_of
from meetings.votes.correction_queries import before, correction_sentences, doubted_by, doubted_in
from meetings.votes.correction_services import (
    Truth,
    confirm_correction,
    decline_correction,
    look_at_vote,
    propose_correction,
)
from meetings.votes.rules import Figures, Heads, change_of_heads, doubt, says_something
from members.choices import AffiliationKind
from members.fields import sealed
from members.models import Affiliation
from members.refused import Refused
from tests.assessment.assessments.test_computing import begin
from tests.assessment.measuring import LAST
from tests.assessment.schemes.scheming import deduct, make_scheme
from tests.audit.protection import is_protected
from tests.cast import make_user
from tests.emptying import triggers_lifted
from tests.meetings.votes.correcting import DAY, TEXT, TODAY, WHY, corrected, propose, state_of, vote_at

# Rules


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (WHY, True), ("Signed the sheet, was missed.", True), ("签到表上有他名字", True), ("签到表上有名字", False),
        ("", False), ("错了", False), ("。。。。。。。。。。", False),
        ("错错错错错错错错错错", False), ("1111111111", False),
    ],
)  # fmt: skip
def test_a_reason_says_something_that_can_be_checked(reason, says):
    assert says_something(reason) is says


@pytest.mark.parametrize(
    ("was", "becomes", "change"),
    [
        ("absent", "on_site", 1), ("on_site", "absent", -1), ("online", "on_site", 0), ("leave", "absent", 0),
        ("", "on_site", 1), ("online", "visited", -1),
    ],
)  # fmt: skip
def test_heads_change_by_who_was_there(was, becomes, change):
    assert change_of_heads(was, becomes) == change


@pytest.mark.parametrize(
    ("subject", "figures", "heads", "outcome", "in_doubt"),
    [
        ("motion", Figures(6), Heads(10, 6), (True, True), False),
        ("motion", Figures(4), Heads(10, 4), (True, False), True),  # too few
        ("motion", Figures(7), Heads(10, 6), (True, True), True),  # more votes than people
        ("motion", Figures(5), Heads(10, 6), (False, False), True),  # enough were there after all
        ("election", Figures(issued=9, returned=9), Heads(10, 9), (True, True), False),
        ("election", Figures(issued=9, returned=9), Heads(10, 8), (True, True), True),  # more papers than voters
        ("election", Figures(issued=7, returned=7), Heads(10, 7), (True, True), True),  # under four fifths
    ],
)
def test_a_vote_is_in_doubt_when_the_heads_no_longer_bear_it(subject, figures, heads, outcome, in_doubt):
    assert bool(doubt(subject, figures, heads, outcome, DAY)) is in_doubt


def test_a_day_without_a_rule_puts_nothing_in_doubt():
    assert doubt("motion", Figures(1), Heads(10, 1), (True, True), date(1900, 1, 1)) == ""


# Services


@pytest.mark.django_db
class TestTwoPersons:
    def test_what_is_proposed_does_not_count_yet(self, cast, evening):
        one = propose(cast, evening, cast.li, "on_site")

        assert (one.state, one.was, one.becomes) == ("waiting", "absent", "on_site")
        assert tally_of(evening).present == 1

    def test_what_a_second_person_confirms_counts(self, cast, evening):
        one = corrected(cast, evening, cast.li, "on_site")
        li = evening.expected.get(member=cast.li)

        assert (li.state, li.corrected_on, li.marked_by) == ("on_site", TODAY, "officer")
        assert (tally_of(evening).present, tally_of(evening).corrected) == (2, 1)
        assert AttendanceChange.objects.get(pk=one.pk).attendance == li
        assert Minutes.objects.get(meeting=evening).text == TEXT
        assert list(Entry.objects.filter(subject_id=str(one.pk)).order_by("pk").values_list("action", "actor")) == [
            ("propose_attendance_correction", "secretary"), ("confirm_attendance_correction", "officer"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("before", "after"),
        [("absent", "on_site"), ("on_site", "absent"), ("leave", "absent"), ("absent", "leave"), ("online", "on_site")],
    )
    def test_every_way_it_can_have_been(self, cast, evening, before, after):
        evening.expected.filter(member=cast.li).update(state=before)
        corrected(cast, evening, cast.li, after)

        assert state_of(evening, cast.li) == after

    @pytest.mark.parametrize("who", ["proposer", "the member", "the proposer by another name"])
    def test_the_second_person_is_neither_who_proposed_it_nor_whose_it_is(self, cast, evening, who):
        cast.secretary.member = cast.li
        cast.secretary.save()
        one = propose(cast, evening, cast.zhang, "absent")
        by = cast.secretary if who == "proposer" else cast.officer
        by.member = cast.zhang if who == "the member" else cast.li
        with pytest.raises(Refused, match="第二人"):
            confirm_correction(correction=one, by=by, on=TODAY)

        assert state_of(evening, cast.zhang) == "on_site"
        assert not Entry.objects.filter(action="confirm_attendance_correction").exists()

    def test_a_second_click_and_a_second_tab_change_nothing_more(self, cast, evening):
        one = propose(cast, evening, cast.li, "on_site")
        again = propose_correction(key=one.pk, meeting=evening, truth=Truth(cast.li, "on_site", WHY), by=cast.secretary)
        for _click in range(2):
            confirm_correction(correction=one, by=cast.officer, on=TODAY)

        assert again == one
        assert AttendanceChange.objects.count() == 1

    def test_a_correction_is_corrected_by_another_and_both_stay(self, cast, evening):
        corrected(cast, evening, cast.li, "on_site")
        corrected(cast, evening, cast.li, "online", reason="他当晚是在线参加的，签名是补的")

        assert state_of(evening, cast.li) == "online"
        assert [sentence.split("，由")[0] for sentence in correction_sentences(evening)] == [
            "更正：李国强应为“现场到会”，原记“缺席”", "更正：李国强应为“线上”，原记“现场到会”",
        ]  # fmt: skip

    def test_declined_it_stays_with_the_reason_and_can_be_proposed_anew(self, cast, evening):
        one = propose(cast, evening, cast.li, "on_site")
        for _click in range(2):
            decline_correction(correction=one, because="签到表上没有", by=cast.secretary)
        propose(cast, evening, cast.li, "online")

        assert AttendanceCorrection.objects.get(pk=one.pk).declined_because == "签到表上没有"
        assert state_of(evening, cast.li) == "absent"
        assert Entry.objects.get(action="decline_attendance_correction").reason == "签到表上没有"

    def test_what_was_decided_is_decided(self, cast, evening):
        one = corrected(cast, evening, cast.li, "on_site")
        with pytest.raises(Refused):
            decline_correction(correction=one, because="不对", by=cast.secretary)

    def test_what_changed_meanwhile_is_proposed_anew(self, cast, evening):
        one = propose(cast, evening, cast.li, "on_site")
        follow_up(
            meeting=evening, member_id=cast.li.pk, key=uuid.uuid4(), by=cast.secretary,
            attendance=AttendanceFields("absent", reason="住院", reason_source="member"),
        )  # fmt: skip
        with pytest.raises(Refused, match="重新提出"):
            confirm_correction(correction=one, by=cast.officer, on=TODAY)

        assert state_of(evening, cast.li) == "absent"

    def test_leave_keeps_its_kind(self, cast, evening):
        corrected(cast, evening, cast.li, "leave", leave_kind="sick")

        assert evening.expected.get(member=cast.li).leave_kind == "sick"

    def test_a_visit_and_a_make_up_take_two_and_keep_the_reason(self, cast, evening):
        known = AttendanceFields("absent", reason="住院", reason_source="member")
        follow_up(meeting=evening, member_id=cast.li.pk, key=uuid.uuid4(), by=cast.secretary, attendance=known)
        visit = {"made_up_on": TODAY, "made_up_with": "上门送学材料"}
        corrected(cast, evening, cast.li, "visited", **visit)
        seen = evening.expected.get(member=cast.li)
        one = corrected(cast, evening, cast.li, "made_up", made_up_on=TODAY, made_up_with="十月学习材料")

        now = evening.expected.get(member=cast.li)
        assert (seen.state, seen.made_up_on, seen.made_up_with) == ("visited", *visit.values())
        assert (one.was, now.state, now.reason.open()) == ("visited", "made_up", "住院")
        assert (now.made_up_on, now.made_up_with, now.corrected_on) == (TODAY, "十月学习材料", TODAY)
        assert tally_of(evening).present == 1

    @pytest.mark.parametrize("becomes", ["made_up", "visited"])
    def test_the_form_asks_when_and_with_what_it_was_made_up(self, cast, evening, as_user, today, becomes):
        client, page = as_user(cast.secretary), reverse("meetings:correction-add", args=[evening.pk])
        typed = {"key": uuid.uuid4(), "member": cast.li.pk, "becomes": becomes, "reason": WHY}
        form = client.post(page, typed).context["form"]

        assert set(form.errors) == {"made_up_on", "made_up_with"}
        client.post(page, typed | {"made_up_on": "2026-11-02", "made_up_with": "十月学习材料"})
        assert AttendanceCorrection.objects.get().made_up_on == date(2026, 11, 2)

    @pytest.mark.parametrize("change", [{"reason": "外地务工"}, {"reason": ""}, {"leave_kind": "personal"}])
    def test_an_officer_alone_changes_nothing_that_is_recorded(self, cast, evening, change):
        kept = AttendanceFields("leave", leave_kind="sick", reason="住院", reason_source="member")
        evening.expected.filter(member=cast.li).update(state="leave")
        given = {"meeting": evening, "member_id": cast.li.pk, "by": cast.secretary}
        follow_up(attendance=kept, key=uuid.uuid4(), **given)  # was empty
        with pytest.raises(WrongState, match="更正"):
            follow_up(attendance=replace(kept, **change), key=uuid.uuid4(), **given)

        assert attendance_of(evening.expected.get(member=cast.li)) == kept

    def test_a_reason_and_the_kind_of_leave_are_corrected_by_two(self, cast, evening):
        rows = evening.expected.filter(member=cast.li)
        rows.update(
            state="leave", leave_kind="sick", leave_granted_by="王书记", reason=sealed("住院"), reason_source="member"
        )
        new = {"leave_kind": "personal", "away_reason": "外地务工", "away_source": "officer"}
        one = corrected(cast, evening, cast.li, "leave", **new)

        now = AttendanceFields("leave", "personal", "王书记", "外地务工", "officer")
        assert (attendance_of(rows.get()), rows.get().corrected_on) == (now, TODAY)
        assert before(one)["reason"] == "住院"
        said = correction_sentences(evening)[0]
        assert "应为“请假 · 事假，理由另有更正”，原记“请假 · 病假”" in said
        assert "务工" not in said

    def test_of_who_was_made_up_another_reason_leaves_the_day(self, cast, evening):
        rows = evening.expected.filter(member=cast.li)
        rows.update(state="made_up", made_up_on=TODAY, made_up_with="材料")
        corrected(cast, evening, cast.li, "made_up", away_reason="值班", away_source="member")

        now = rows.get()
        assert (now.made_up_on, now.made_up_with, now.reason.open()) == (TODAY, "材料", "值班")

    @pytest.mark.parametrize(
        ("becomes", "more"),
        [
            ("absent", {"away_reason": "住院", "away_source": "member"}),
            ("absent", {"away_reason": "值班"}),
            ("on_site", {"away_reason": "值班", "away_source": "member"}),
        ],
    )
    def test_a_reason_that_corrects_nothing_is_refused(self, cast, evening, becomes, more):
        """The same, one that nobody gave, one of who was there."""
        evening.expected.filter(member=cast.li).update(reason=sealed("住院"), reason_source="member")
        with pytest.raises(Refused):
            propose(cast, evening, cast.li, becomes, **more)

        assert not AttendanceCorrection.objects.exists()

    def test_the_second_person_reads_both_reasons(self, cast, evening, as_user):
        evening.expected.filter(member=cast.li).update(reason=sealed("住院"), reason_source="member")
        one = propose(cast, evening, cast.li, "absent", away_reason="外地务工", away_source="officer")
        page = as_user(cast.officer).get(one.get_absolute_url()).text

        assert "住院" in page
        assert "外地务工" in page

    @pytest.mark.parametrize(
        "change",
        [{"reason": "别的"}, {"becomes": "online"}, {"state": "waiting", "decided_by": None, "decided_at": None}],
    )
    def test_the_database_lets_a_correction_be_decided_once(self, cast, evening, change):
        one = corrected(cast, evening, cast.li, "on_site")

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AttendanceCorrection.objects.filter(pk=one.pk).update(**change)

    def test_the_database_keeps_what_waits_as_it_was_proposed(self, cast, evening):
        rows = AttendanceCorrection.objects.filter(pk=propose(cast, evening, cast.li, "on_site").pk)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(becomes="online")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.delete()
        assert all(is_protected(f"meetings_{name}") for name in ("attendancecorrection", "votelook"))

    def test_without_the_triggers_it_would_be_changed(self, cast, evening):
        """The negative control."""
        rows = AttendanceCorrection.objects.filter(pk=propose(cast, evening, cast.li, "on_site").pk)
        with triggers_lifted():
            assert rows.update(becomes="online") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("becomes", "reason", "field"),
    [
        ("absent", WHY, "becomes"),
        ("made_up", WHY, "made_up_on"),
        ("visited", WHY, "made_up_on"),
        ("unknown", WHY, "becomes"),
        ("on_site", "错", "reason"),
    ],
)
def test_what_corrects_nothing_is_refused(cast, evening, becomes, reason, field):
    with pytest.raises(Refused) as refusal:
        propose(cast, evening, cast.li, becomes, reason=reason)

    assert refusal.value.field == field
    assert not AttendanceCorrection.objects.exists()


@pytest.mark.django_db
def test_before_locking_the_attendance_itself_is_changed(cast, evening):
    Meeting.objects.update(state="held")
    with pytest.raises(Refused, match="直接改"):
        propose(cast, evening, cast.li, "on_site")


@pytest.mark.django_db
def test_one_correction_of_somebody_waits_at_a_time(cast, evening):
    propose(cast, evening, cast.li, "on_site")
    with pytest.raises(Refused):
        propose(cast, evening, cast.li, "online")


@pytest.mark.django_db
class TestForgottenGuest:
    def test_who_takes_part_there_is_put_on_the_list(self, cast, evening):
        Affiliation.objects.create(member=cast.wang, organization=cast.group, kind=AffiliationKind.PARTICIPATION)
        one = corrected(cast, evening, cast.wang, "on_site")
        tally = tally_of(evening)

        assert evening.expected.get(member=cast.wang).not_counted == NotCountedBecause.PARTICIPANT
        assert (tally.expected, tally.guests_present, one.was) == (2, 1, "")
        assert "王秀兰应为“现场到会”，原记“不在名单上”" in correction_sentences(evening)[0]

    @pytest.mark.parametrize("takes_part", [True, False])
    def test_nobody_else_is(self, cast, evening, takes_part):
        if takes_part:
            Affiliation.objects.create(member=cast.wang, organization=cast.branch, kind=AffiliationKind.PARTICIPATION)
        with pytest.raises(Refused) as refusal:
            propose(cast, evening, cast.wang, "absent" if takes_part else "on_site")

        assert refusal.value.field == ("becomes" if takes_part else "member")


@pytest.mark.django_db
class TestWhatFollows:
    def test_months_without_taking_part_are_counted_anew(self, cast, evening):
        before = months_of([cast.li.pk], on=TODAY)
        corrected(cast, evening, cast.li, "on_site")

        assert (before, months_of([cast.li.pk], on=TODAY)) == ({cast.li.pk: 1}, {cast.li.pk: 0})

    def test_the_roll_up_follows_what_was_confirmed_and_nothing_before(self, cast, evening):
        rebuild(on=TODAY)
        one = propose(cast, evening, cast.li, "on_site")
        follow(on=TODAY)
        proposed = self.month(cast)
        confirm_correction(correction=one, by=cast.officer, on=TODAY)
        follow(on=TODAY)

        assert (proposed, self.month(cast)) == ((1, 1), (2, 0))
        assert compare(on=TODAY) == 0

    def test_a_published_assessment_says_that_its_record_has_changed(self, cast, evening):
        one = begin(make_scheme(cast.district, deduct("meetings.explained", "1")), cast.branch)
        store(assessment=one, on=LAST, by="system")
        days = {"shown_on": LAST, "objections_until": LAST, "published_on": LAST}
        Assessment.objects.update(state=AssessmentState.PUBLISHED, **days)
        freshen(on=LAST)
        before = Assessment.objects.get().stale_since
        corrected(cast, evening, cast.li, "on_site")
        freshen(on=LAST)

        assert before is None
        assert Assessment.objects.get().stale_because == ["1.1"]

    def month(self, cast):
        row = RollUp.objects.get(organization=cast.branch, month=DAY.replace(day=1))
        return row.on_site, row.unexplained

    def test_a_vote_is_not_decided_anew_but_has_to_be_looked_at(self, cast, evening):
        evening.expected.update(state="on_site")
        vote = vote_at(evening)
        one = propose(cast, evening, cast.li, "absent")
        before = [each.vote for each in doubted_by(one)]
        confirm_correction(correction=one, by=cast.officer, on=TODAY)
        vote.refresh_from_db()

        assert before == [vote]
        assert [each.vote for each in doubted_in(evening)] == [vote]
        assert (vote.present, vote.is_valid, vote.is_passed) == (2, True, True)

    def test_who_has_no_vote_puts_none_in_doubt(self, cast, evening):
        evening.expected.update(state="on_site")
        evening.expected.filter(member=cast.li).update(not_counted=NotCountedBecause.SUSPENDED)
        vote_at(evening, present=1, votes_for=1)
        Vote.objects.update(entitled=1)
        corrected(cast, evening, cast.li, "absent")

        assert doubted_in(evening) == []

    def test_a_list_that_was_changed_after_the_vote_puts_it_in_doubt_too(self, cast, evening):
        vote = vote_at(evening)

        assert [each.vote for each in doubted_in(evening)] == [vote]

    def test_put_right_again_it_is_in_doubt_no_more(self, cast, evening):
        evening.expected.update(state="on_site")
        vote_at(evening)
        corrected(cast, evening, cast.li, "absent")
        corrected(cast, evening, cast.li, "on_site", reason="原签到表找到了，他在场")

        assert doubted_in(evening) == []

    def test_an_officer_looks_at_it_and_says_why_it_stands(self, cast, evening):
        vote, key = vote_at(evening), uuid.uuid4()
        given = {"key": key, "vote": vote, "reason": "重新核对票数，结果不变", "by": cast.officer}
        look = look_at_vote(**given)

        assert (look_at_vote(**given), doubted_in(evening), look.present) == (look, [], 1)
        assert Entry.objects.get(action="look_at_vote").reason == "重新核对票数，结果不变"
        with pytest.raises(WrongState):
            look_at_vote(**given | {"key": uuid.uuid4()})
        corrected(cast, evening, cast.zhang, "absent")
        assert [each.vote for each in doubted_in(evening)] == [vote]  # other heads: in doubt again
        assert any("重新核对票数" in one for one in correction_sentences(evening))

    @pytest.mark.parametrize("name", ["the same", "another"])
    def test_who_proposed_the_correction_does_not_settle_the_vote(self, cast, evening, as_user, today, name):
        evening.expected.update(state="on_site")
        vote, by = vote_at(evening), cast.secretary
        corrected(cast, evening, cast.li, "absent")
        if name == "another":
            by.member = cast.wang
            by.save()
            by = make_user("second_name", "secretary", cast.branch)
            by.member = cast.wang
        way = reverse("meetings:vote-look", args=[vote.pk])
        with pytest.raises(Refused, match="另请"):
            look_at_vote(key=uuid.uuid4(), vote=vote, reason="重新核对票数，结果不变", by=by)

        assert not VoteLook.objects.exists()
        assert way not in as_user(cast.secretary).get(vote.get_absolute_url()).text
        look_at_vote(key=uuid.uuid4(), vote=vote, reason="重新核对票数，结果不变", by=cast.officer)

    @pytest.mark.parametrize(
        ("li_was", "state", "reason"), [("on_site", "locked", WHY), ("absent", "held", WHY), ("absent", "locked", "错")]
    )
    def test_what_cannot_be_looked_at_is_refused(self, cast, evening, li_was, state, reason):
        """Not in doubt, not locked, no sentence of substance."""
        evening.expected.filter(member=cast.li).update(state=li_was)
        vote = vote_at(evening)
        Meeting.objects.filter(pk=evening.pk).update(state=state)

        with pytest.raises(Refused):
            look_at_vote(key=uuid.uuid4(), vote=vote, reason=reason, by=cast.officer)
        assert not VoteLook.objects.exists()

    def test_the_page_offers_it_to_who_records_there(self, cast, evening, as_user, today):
        vote = vote_at(evening)
        way, client = reverse("meetings:vote-look", args=[vote.pk]), as_user(cast.secretary)
        assert way in client.get(vote.get_absolute_url()).text
        assert client.post(way, {"key": uuid.uuid4(), "reason": "错"}).context["form"].errors

        client.post(way, {"key": uuid.uuid4(), "reason": "重新核对票数，结果不变"})
        page = client.get(vote.get_absolute_url()).text
        assert way not in page
        assert "重新核对票数，结果不变" in page

    def test_the_word_file_has_it_below_the_signed_text(self, cast, evening):
        corrected(cast, evening, cast.li, "on_site")
        document = Document(BytesIO(minutes_as_word(Minutes.objects.get(meeting=evening))))
        text = "\n".join(one.text for one in document.paragraphs)

        assert "实到：1人" in text
        assert text.index("实到：1人") < text.index(
            "更正：李国强应为“现场到会”，原记“缺席”，由secretary提出，officer核对，"
        )


# Pages
