"""Keys are rotated while the program is in use, can be interrupted, and the old key can then be thrown away."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from audit.keyring import fingerprints, new_key, ring, write_ring
from audit.models import Entry
from dues.models import Arrangement, ArrearsReason, ArrearsReview, LedgerImport, Relief
from meetings.models import (
    AgendaItem,
    Attendance,
    AttendanceChange,
    AttendanceCorrection,
    LeaveRequest,
    Meeting,
    MembershipStep,
    Vote,
)
from members import verification
from members.fields import Sealed
from members.management.commands import rotate_keys
from members.models import Contact, ContactPerson, HelpRequest, Member, Merge, RosterImport, RosterImportRow, Situation
from members.verification import reseal_everything, sealed_fields
from reminders.models import Answer, ChannelSetup, NotApplicable
from supervision.models import (
    AppraisalRound,
    Appraisee,
    Checklist,
    ChecklistItem,
    DeclaredRelative,
    MutualAppraisal,
    SelfCheck,
    SelfCheckAnswer,
    Suggestion,
    Talk,
    TalkNote,
)
from tests.cast import TODAY, make_member, make_national_id
from tests.dues.making import fix, month
from tests.reminders.messages.told import tell

pytestmark = pytest.mark.own_cast
OLD, NEW = "an old key of forty characters or more 00", "a new key of forty characters or more 000"
ZHANG = make_national_id("19750109", 349)


@pytest.fixture
def old_ring(settings):
    settings.FIELD_KEYS = (OLD,)


@pytest.fixture
def rows(old_ring, cast):
    """A row of every model with private fields, under the old key."""
    secretary, zhang = cast.secretary, cast.zhang
    Member.objects.filter(pk=zhang.pk).update(address="红旗街1号", dues_base="480000")
    Situation.objects.create(member=zhang, kind="hardship", note="低保")
    ContactPerson.objects.create(member=zhang, name="张小妹", phone="13500001111")
    Contact.objects.create(
        member=zhang, happened_on=TODAY, kind="visit", made_by="李", needs="买药", recorded_by=secretary
    )
    HelpRequest.objects.create(
        member=zhang, asked_on=TODAY, due_on=TODAY, request="轮椅", recorded_by=secretary, answered_on=TODAY,
        answered_by=secretary, answer="借到了",
    )  # fmt: skip
    workbook = RosterImport.objects.create(file_name="名册.xlsx")
    RosterImportRow.objects.create(
        roster_import=workbook, number=3, verdict="new", cells='{"姓名": "张英"}', before="{}"
    )
    rows_of_meetings(cast)
    rows_of_dues(cast.zhang)
    LedgerImport.objects.create(organization=cast.branch, year=2026, file_name="台账.xlsx", content="张英 4000")
    rows_of_reminders(cast)
    rows_of_appraisals(cast)
    Suggestion.objects.create(
        organization=cast.branch, member=cast.zhang, kind="work", text="暖气不热", asked_on=TODAY, due_on=TODAY,
        recorded_by=cast.member, answered_on=TODAY, answered_by=secretary, answer="修好了", outcome="solved",
    )  # fmt: skip
    rows_of_talks(cast)
    Merge.objects.create(
        kept=cast.zhang, merged=cast.li, organization=cast.branch, merged_from=cast.group, reason="同一个人",
        before="{}", proposed_by=cast.secretary,
    )  # fmt: skip
    DeclaredRelative.objects.create(user=cast.inspector, name="周建国", relation="表兄")
    return cast


def rows_of_meetings(cast):
    meeting = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=TODAY, counts_for_year=2026, sign_in_secret="秘密"
    )
    expected = Attendance.objects.create(
        meeting=meeting, member=cast.zhang, name="张英", is_formal=True, state="absent", reason="生病",
        reason_source="officer",
    )  # fmt: skip
    AttendanceChange.objects.create(attendance=expected, state="absent", before="{}", by="secretary")
    AttendanceCorrection.objects.create(
        meeting=meeting, member=cast.zhang, name="张英", was="absent", becomes="leave", before="{}", reason="记错了人",
        away_reason="住院", away_source="member", proposed_by=cast.secretary,
    )  # fmt: skip
    item = AgendaItem.objects.create(meeting=meeting, position=1, title="接收预备党员")
    facts = {"subject": "admission", "method": "secret_ballot", "about": "接收预备党员"}
    vote = Vote.objects.create(item=item, entitled=3, present=3, **facts)
    MembershipStep.objects.create(vote=vote, name="李春", national_id=ZHANG, asked_by="secretary")
    LeaveRequest.objects.create(meeting=meeting, member=cast.zhang, kind="sick", reason="住院")


def rows_of_dues(zhang):
    fix(zhang, 4000, base=400_000, parts="[]")
    first = month("2026-03")
    facts = {"member": zhang, "valid_from": first, "recorded_by": "officer"}
    Arrangement.objects.create(**facts, agreed_on=TODAY, because="在外务工")
    ArrearsReason.objects.create(**facts, recorded_on=TODAY, reason="住院")
    ArrearsReview.objects.create(member=zhang, since=first, opened_on=TODAY, reason="没有收到通知")
    Relief.objects.create(
        member=zhang, kind="waiver", ground="大病", valid_from=first, decided_on=TODAY, needs_superior=False,
        rule="dues.waiver.approval_retired@2017-01-01", asked_by="officer",
    )  # fmt: skip


def rows_of_appraisals(cast):
    held = AppraisalRound.objects.create(organization=cast.branch, year=2026, opened_on=TODAY)
    about = Appraisee.objects.create(
        round=held, member=cast.zhang, self_appraisal="学习认真", self_appraised_on=TODAY, opinion="合格"
    )
    MutualAppraisal.objects.create(about=about, author=cast.li, text="热心")


def rows_of_reminders(cast):
    robot = {"name": "支部群", "address": "https://robot.example/send", "secret": "加签"}
    ChannelSetup.objects.create(organization=cast.branch, kind="dingtalk", **robot)
    NotApplicable.objects.create(
        organization=cast.branch, kind="theme_day", period="2026-11", reason="全体外出", said_by=cast.secretary
    )
    Answer.objects.create(
        message=tell(cast.branch, cast.zhang), sealed_choice="ill", source="link", answered_at=timezone.now()
    )


def rows_of_talks(cast):
    talk = Talk.objects.create(
        organization=cast.branch, first=cast.zhang, second=cast.li, held_on=TODAY, recorded_by=cast.secretary
    )
    TalkNote.objects.create(talk=talk, author=cast.zhang, text="家里老人住院")
    checklist = Checklist.objects.create(organization=cast.county, title="自查清单", valid_from=TODAY)
    item = ChecklistItem.objects.create(checklist=checklist, position=1, text="按月交纳党费")
    check = SelfCheck.objects.create(member=cast.zhang, checklist=checklist, made_on=TODAY, plan="按时交")
    SelfCheckAnswer.objects.create(check_made=check, item=item, mark="partly", note="忘过一次")


def values():
    """Every private value of the database, opened."""
    return {
        (model._meta.label, str(row.pk), name): getattr(row, name).open()
        for model, names in sealed_fields()
        for row in model.objects.all()
        for name in names
    }


def found(text):
    return {member.name for member in Member.objects.search(text)}


def known(national_id):
    return Member.objects.filter(national_id_print__in=fingerprints(national_id)).count()


def test_the_fixture_has_a_value_in_every_private_field(rows):
    """Otherwise the tests below would prove nothing about a field that was added later."""
    filled = {(label, name) for (label, _pk, name), value in values().items() if value}

    assert filled == {(model._meta.label, name) for model, names in sealed_fields() for name in names}


def test_after_a_rotation_the_old_key_is_needed_no_more(rows, settings):
    before = values()
    settings.FIELD_KEYS = (NEW, OLD)
    rotation = reseal_everything(by="system")
    settings.FIELD_KEYS = (NEW,)

    assert (rotation.settled, rotation.broken) == (True, [])
    assert values() == before
    assert found("0689") == {"张英"}
    assert known(ZHANG) == 1


def test_without_a_rotation_the_new_key_opens_nothing(rows, settings):
    """The negative control."""
    settings.FIELD_KEYS = (NEW,)
    rotation = reseal_everything(by="system")

    assert not rotation.settled
    assert f"members.Member {rows.zhang.pk}" in rotation.broken
    assert found("0689") == set()
    assert known(ZHANG) == 0


def test_rows_that_no_key_opens_are_left_as_they_are_and_named(rows, settings):
    broken = Sealed("gAAAAABxxxx")
    Situation.objects.update(note=broken)
    settings.FIELD_KEYS = (NEW, OLD)
    rotation = reseal_everything(by="system")

    assert rotation.broken == [f"members.Situation {Situation.objects.get().pk}"]
    assert not rotation.settled
    assert str.__str__(Situation.objects.get().note) == "gAAAAABxxxx"
    assert Member.objects.get(pk=rows.zhang.pk).phone.open() == "15695900689"


def test_a_rotation_goes_on_record_once_and_without_anything_private(rows, settings):
    settings.FIELD_KEYS = (NEW, OLD)
    reseal_everything(by="system")
    entry = Entry.objects.get()

    assert (entry.action, entry.actor, entry.subject_kind) == ("rotate_keys", "system", "")
    assert entry.details == {"rows": 4 + 7 + 4 + 6 + 3 + 7 + 1}


def test_a_second_rotation_with_the_same_key_has_nothing_to_do(rows, settings):
    settings.FIELD_KEYS = (NEW, OLD)
    reseal_everything(by="system")
    stored = list(Member.objects.order_by("pk").values_list("phone", flat=True))

    assert reseal_everything(by="system").total == 0
    assert [str.__str__(phone) for phone in Member.objects.order_by("pk").values_list("phone", flat=True)] == [
        str.__str__(phone) for phone in stored
    ]
    assert Entry.objects.count() == 1


class Interruption(Exception):
    pass


@pytest.fixture
def many(rows):
    for number in range(9):
        make_member(
            f"周{number}", rows.branch, phone=f"1380000100{number}", national_id=make_national_id("19700101", number)
        )


def interrupt_after(monkeypatch, chunks):
    store, done = verification._store, []

    def stop_in_between(*given):
        if len(done) == chunks:
            raise Interruption
        done.append(1)
        store(*given)

    monkeypatch.setattr(verification, "CHUNK", 4)
    monkeypatch.setattr(verification, "_store", stop_in_between)


@pytest.mark.parametrize("chunks", [1, 2, 3, 5, 7])
def test_an_interrupted_rotation_goes_on_where_it_stopped(many, settings, monkeypatch, chunks):
    before = values()
    settings.FIELD_KEYS = (NEW, OLD)
    with monkeypatch.context() as patch, pytest.raises(Interruption):
        interrupt_after(patch, chunks)
        reseal_everything(by="system")
    assert values() == before

    reseal_everything(by="system")
    settings.FIELD_KEYS = (NEW,)
    assert values() == before
    assert found("1003") == {"周3"}


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_members_are_found_while_a_rotation_is_under_way(many, settings, monkeypatch, chunks):
    settings.FIELD_KEYS = (NEW, OLD)
    with pytest.raises(Interruption):
        interrupt_after(monkeypatch, chunks)
        reseal_everything(by="system")

    for number in range(9):
        assert found(f"100{number}") >= {f"周{number}"}
        assert known(make_national_id("19700101", number)) == 1


def test_each_chunk_is_a_transaction_of_its_own(many, settings, monkeypatch):
    settings.FIELD_KEYS = (NEW, OLD)
    monkeypatch.setattr(verification, "CHUNK", 4)
    depths = []
    store = verification._store
    monkeypatch.setattr(
        verification,
        "_store",
        lambda *given: (depths.append(len(transaction.get_connection().savepoint_ids)), store(*given)),
    )
    reseal_everything(by="system")

    assert len(depths) > 6
    assert len(set(depths)) == 1


@pytest.fixture
def fresh(settings, tmp_path, cast, monkeypatch):
    """An installation whose ring is a file, with one member."""
    settings.FIELD_KEYS_FILE = tmp_path / "field_keys"
    write_ring(settings.FIELD_KEYS_FILE, (new_key(),))
    monkeypatch.setattr(rotate_keys, "SETTLE", 0)
    Member.objects.exclude(pk=cast.zhang.pk).update(phone="", national_id="", national_id_print="")
    Member.objects.filter(pk=cast.zhang.pk).update(phone="15695900689", national_id="", national_id_print="")
    return settings.FIELD_KEYS_FILE


def run(*options):
    output = StringIO()
    call_command("rotate_keys", "--json", *options, stdout=output)
    return json.loads(output.getvalue())


def test_a_new_key_is_put_before_the_old_one(fresh):
    before = ring()
    answer = run("--new")

    assert ring()[1:] == before
    assert (answer["keys"], answer["settled"], answer["dropped"], answer["broken"]) == (2, True, 0, [])
    assert Member.objects.get(name="张英").phone.open() == "15695900689"


def test_the_old_key_is_dropped_when_nothing_needs_it(fresh):
    before = ring()
    answer = run("--new", "--drop-old")

    assert len(ring()) == 1
    assert ring() != before
    assert (answer["keys"], answer["dropped"]) == (1, 1)
    assert Member.objects.get(name="张英").phone.open() == "15695900689"
    assert [entry.action for entry in Entry.objects.in_order()] == ["add_key", "rotate_keys", "drop_keys"]


def test_the_old_key_is_kept_when_something_could_not_be_opened(fresh, cast):
    Situation.objects.create(member=cast.zhang, kind="hardship", note=Sealed("gAAAAABxxxx"))
    answer = run("--new", "--drop-old")

    assert (answer["settled"], answer["dropped"], len(answer["broken"]), len(ring())) == (False, 0, 1, 2)


def test_the_exit_code_says_whether_everything_was_sealed_anew(fresh, cast):
    command = rotate_keys.Command(stdout=StringIO())
    call_command(command)
    assert command.exit_code == 0

    Situation.objects.create(member=cast.zhang, kind="hardship", note=Sealed("gAAAAABxxxx"))
    call_command(command)
    assert command.exit_code == 1
    assert "members.Situation" in command.stdout.getvalue()


@pytest.mark.parametrize("option", ["--new", "--drop-old"])
def test_a_ring_from_the_environment_is_not_ours_to_write(rows, option):
    with pytest.raises(CommandError, match="BRANCHWEB_FIELD_KEYS") as error:
        run(option)

    assert error.value.returncode == 2


def test_the_file_of_the_ring_stays_private(fresh):
    run("--new")

    assert fresh.stat().st_mode & 0o077 == 0
