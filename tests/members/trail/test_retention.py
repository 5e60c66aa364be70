"""What is kept for a time goes when its time is over, once, and what stays is as it was."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from members import retained
from members.access.queries import access_for
from members.choices import ContactKind, ImportState, LeavingReason, SituationKind
from members.fields import opened
from members.imports.undo_services import undo_import
from members.models import (
    Contact,
    ContactPerson,
    HelpRequest,
    LocalRule,
    Member,
    Removal,
    RosterImport,
    RosterImportRow,
    Situation,
)  # fmt: skip
from members.refused import Refused
from members.roster.photos import store_photo
from members.roster.services import end_belonging
from members.trail import retention
from members.trail.retention import RetainedKind, RetentionRequest, carry_out, kinds
from members.verification import checks
from tests.cast import TODAY
from tests.members.roster.photo_files import jpeg

pytestmark = pytest.mark.django_db

LEFT = date(2026, 6, 1)
LAST, OVER = date(2029, 6, 1), date(2029, 6, 2)
"""The last day on which everything is there after 36 months, and the first without it."""
MONTHS = "keep.departed.months"


def leave(member, on=LEFT):
    end_belonging(member=member, on=on, today=TODAY, because=LeavingReason.LEFT_SYSTEM, by="system")


def set_locally(committee, months, key=MONTHS, since=date(2026, 1, 1)):
    return LocalRule.objects.create(
        organization=committee, rule_key=key, value=str(months), document="文件", number=f"{months}号",
        approved_by="县委", approved_on=since, valid_from=since,
    )  # fmt: skip


def with_private_facts(member, user):
    facts = {"email": "a@party.example", "address": "红旗路1号", "dues_base": "300000", "remark": "听力不好"}
    Member.objects.filter(pk=member.pk).update(reach_by="phone", **facts)
    contact = Contact.objects.create(
        member=member, happened_on=LEFT, kind=ContactKind.VISIT, made_by="王", needs="要轮椅", recorded_by=user
    )
    HelpRequest.objects.create(
        member=member, contact=contact, asked_on=LEFT, due_on=LEFT, request="要轮椅", recorded_by=user
    )
    ContactPerson.objects.create(member=member, name="女儿", relation="女儿", phone="13800000000")
    Situation.objects.create(member=member, kind=SituationKind.FRAIL, note="高血压", place="医院", able_to="听会")


def private_facts_of(member):
    member.refresh_from_db()
    own = [opened(getattr(member, name)) for name in retained.FACTS]
    said = [opened(one.needs) for one in member.contacts.all()]
    health = [opened(getattr(one, name)) for one in member.situations.all() for name in retained.WHEREABOUTS]
    return [fact for fact in (*own, *said, *health, *member.contact_persons.all(), *member.help_requests.all()) if fact]


def entries():
    rows = Entry.objects.filter(action="remove_overdue").in_order()
    return [row.details for row in rows if row.details["kind"] != "letters"]


def counted(code, removed):
    return {"kind": code, "removed": removed}


@pytest.mark.parametrize(
    ("place", "local", "last"),
    [
        ("district", {}, LAST),
        ("district", {"district": 12}, date(2027, 6, 1)),
        ("branch", {"district": 12}, date(2027, 6, 1)),
        ("other_branch", {"district": 12}, LAST),
        ("branch", {"county": 12}, date(2027, 6, 1)),
        ("branch", {"county": 12, "district": 60}, date(2031, 6, 1)),
        ("other_branch", {"county": 12, "district": 60}, date(2027, 6, 1)),
    ],
)
def test_a_period_is_that_of_the_nearest_committee(cast, place, local, last):
    for committee, months in local.items():
        set_locally(getattr(cast, committee), months)
    member = {"branch": cast.zhang, "district": cast.wang, "other_branch": cast.zhao}[place]
    leave(member)

    for day, due in ((last, set()), (last + timedelta(days=1), {member.pk})):
        over = Member.objects.former([""]).filter(RetentionRequest(day, MONTHS).rows("left_on", "left_path"))
        assert set(over.values_list("pk", flat=True)) == due


def test_what_a_member_left_behind_goes_and_the_record_stays(cast):
    with_private_facts(cast.zhang, cast.secretary)
    leave(cast.zhang)
    before = private_facts_of(cast.zhang)
    carry_out(on=LAST)
    assert private_facts_of(cast.zhang) == before
    assert len(before) == len(retained.FACTS) + 1 + len(retained.WHEREABOUTS) + 2

    carry_out(on=OVER)

    assert private_facts_of(cast.zhang) == []
    assert (cast.zhang.name, opened(cast.zhang.national_id)[:6]) == ("张英", "100226")
    assert cast.zhang.affiliations.get().valid_until == LEFT
    assert (cast.zhang.contacts.get().kind, cast.zhang.situations.get().kind) == ("visit", "frail")
    assert not Member.objects.search("0689").exists()
    assert all(check.ok for check in checks())
    assert entries() == [counted("departed", 1)]


def test_a_photograph_goes_with_its_file(cast, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path
    store_photo(member=cast.zhang, content=jpeg(), by=cast.secretary)
    leave(cast.zhang)
    kept = []
    for night in (LAST, OVER):
        with django_capture_on_commit_callbacks(execute=True):
            carry_out(on=night)
        cast.zhang.refresh_from_db()
        kept.append((bool(cast.zhang.photo), len([one for one in tmp_path.rglob("*") if one.is_file()])))

    assert kept == [(True, 1), (False, 0)]
    assert Entry.objects.filter(action="remove_photo").count() == 0
    assert entries() == [counted("departed", 1)]


def test_who_is_on_a_roster_keeps_everything(cast):
    with_private_facts(cast.zhang, cast.secretary)
    before = private_facts_of(cast.zhang)
    carry_out(on=date(2099, 1, 1))
    assert private_facts_of(cast.zhang) == before


def test_without_the_condition_of_the_place_a_committee_that_keeps_longer_would_lose_it(cast, monkeypatch):
    """The negative control: the period of the county is not that of the district."""
    set_locally(cast.county, 12)
    set_locally(cast.district, 60)
    leave(cast.zhang)
    carry_out(on=OVER)
    cast.zhang.refresh_from_db()
    assert opened(cast.zhang.phone)

    departed = [only("departed")]
    monkeypatch.setattr(retention, "_declared", lambda: departed)
    monkeypatch.setattr(
        RetentionRequest, "rows", lambda due, day, place: Q(**{f"{day}__lt": due.before(cast.county.path)})
    )
    carry_out(on=OVER + timedelta(days=1))
    cast.zhang.refresh_from_db()
    assert not opened(cast.zhang.phone)


def test_carried_out_twice_in_a_night_it_is_on_record_once(cast):
    leave(cast.zhang)
    assert carry_out(on=OVER)["departed"] == carry_out(on=OVER)["departed"] == 1
    carry_out(on=OVER + timedelta(days=1))
    assert entries() == [counted("departed", 1)]
    assert Removal.objects.get(kind="departed", night=OVER).removed == 1


def test_killed_between_batches_the_next_night_finishes_both(cast, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    leave(cast.zhang)
    leave(cast.wang)
    taken = []

    def killed(due):
        if taken:
            raise KeyboardInterrupt
        taken.append(retained.strip_departed(due))
        return 1

    declared = [only("departed", remove=killed)]
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(retention, "_declared", lambda: declared)
        carry_out(on=OVER)
    assert (Removal.objects.get().removed, Removal.objects.get().finished_at, entries()) == (1, None, [])

    carry_out(on=OVER + timedelta(days=1))

    assert entries() == [counted("departed", 1), counted("departed", 1)]
    assert not retained.departed([""]).exists()


def test_gone_on_with_in_the_same_night_it_has_one_entry(cast, monkeypatch):
    leave(cast.zhang)
    Removal.objects.create(kind="departed", night=OVER, removed=4)
    carry_out(on=OVER)
    assert entries() == [counted("departed", 5)]


def test_a_kind_that_fails_keeps_no_other_and_leaves_no_half_batch(cast, monkeypatch):
    def fail(due):
        retained.strip_departed(due)
        raise ValueError

    leave(cast.zhang)
    Session.objects.create(session_key="x", session_data="", expire_date=timezone.now() - timedelta(days=2))
    declared = [only("departed", remove=fail), only("sessions")]
    monkeypatch.setattr(retention, "_declared", lambda: declared)

    assert carry_out(on=OVER) == {"sessions": 1}
    cast.zhang.refresh_from_db()
    assert opened(cast.zhang.phone)
    assert Removal.objects.get(kind="departed").finished_at is None


def only(code, **changes):
    kind = next(kind for kind in kinds() if kind.code == code)
    return RetainedKind(**{**vars(kind), **changes})


def roster_import(cast, state, days):
    row = RosterImport.objects.create(organization=cast.branch, file_name="a.xlsx", state=state, rows_total=1)
    RosterImport.objects.filter(pk=row.pk).update(uploaded_at=timezone.now() - timedelta(days=days))
    RosterImportRow.objects.create(roster_import=row, number=2, verdict="new", name="孙", cells="{}")
    return row


@pytest.mark.parametrize(
    ("state", "days", "left", "then"),
    [
        (ImportState.APPLIED, 360, 1, ImportState.APPLIED),
        (ImportState.APPLIED, 370, 0, ImportState.APPLIED),
        (ImportState.PREVIEW, 370, 0, ImportState.CANCELLED),
        (ImportState.CONFIRMED, 370, 1, ImportState.CONFIRMED),
    ],
)
def test_rows_of_workbooks_go_after_a_year(cast, state, days, left, then):
    row = roster_import(cast, state, days)
    carry_out(on=timezone.localdate())
    row.refresh_from_db()
    assert (row.rows.count(), row.state) == (left, then)


def test_an_import_without_its_rows_is_not_undone(cast):
    row = roster_import(cast, ImportState.APPLIED, 370)
    carry_out(on=timezone.localdate())
    with pytest.raises(Refused, match="no longer kept|不再保存"):
        undo_import(roster_import=row, by="system")


def test_every_kind_has_a_rule_and_a_name_of_its_own(cast):
    assert len({kind.code for kind in kinds()}) == len(kinds())
    for kind in kinds():
        assert kind.due(TODAY).before(cast.county.path) <= TODAY
        assert len(kind.code) <= Removal._meta.get_field("kind").max_length


def page(as_user, user):
    return as_user(user).get(reverse("members:retention-list"))


def test_the_page_says_period_ground_and_numbers(cast, as_user):
    set_locally(cast.county, 48)
    leave(cast.zhang)
    leave(cast.zhao)
    Removal.objects.create(kind="departed", night=TODAY, removed=7, finished_at=timezone.now())
    lines = {line.kind.code: line for line in page(as_user, cast.administrator).context["lines"]}
    departed = lines["departed"]
    assert (departed.rule.value, departed.rule.adopted.number) == (48, "48号")
    assert (departed.kept, departed.removed, [night.removed for night in departed.nights]) == (2, 7, [7])
    assert (lines["letters"].kept, lines["letters"].removed) == (None, None)


def test_a_district_is_told_its_own_numbers_and_not_what_went_elsewhere(cast, as_user):
    leave(cast.zhang)
    leave(cast.zhao)
    Removal.objects.create(kind="departed", night=TODAY, removed=7, finished_at=timezone.now())
    answer = page(as_user, cast.district_staff)
    lines = {line.kind.code: line for line in answer.context["lines"]}
    assert (lines["departed"].kept, lines["departed"].removed, lines["logins"].kept) == (1, None, None)
    assert "张英" not in answer.content.decode()


def test_it_takes_as_many_queries_with_more_rows(cast, as_user, django_assert_max_num_queries):
    client = as_user(cast.administrator)
    for number in range(3):
        Removal.objects.create(kind="departed", night=TODAY - timedelta(days=number), removed=1)
    with django_assert_max_num_queries(25):
        client.get(reverse("members:retention-list"))


def test_the_page_is_closed_to_branches(cast, as_user):
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    assert page(as_user, cast.secretary).status_code == 403
