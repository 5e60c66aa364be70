"""Lists and self-checks: every row, the trail, and that a failure leaves nothing."""

import uuid
from datetime import date, timedelta

import pytest

from audit.models import Entry
from members.refused import Refused
from supervision.choices import CheckMark
from supervision.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer
from supervision.self_checks.queries import earlier_of, lines_of, sums_of
from supervision.self_checks.rules import ChecklistLine
from supervision.self_checks.services import (
    change_self_check,
    end_checklist,
    keep_checklist,
    make_self_check,
    remove_self_check,
    replace_checklist,
    share_self_check,
    take_back_self_check,
)
from tests.cast import TODAY

pytestmark = pytest.mark.django_db

BEFORE, TOMORROW = TODAY - timedelta(days=40), TODAY + timedelta(days=1)
LINES = [ChecklistLine("按月交纳党费", "党费规定第11条"), ChecklistLine("按时参加组织生活")]
SECRET = "上半年漏交过两次"


def keep(cast, key=None, **changes):
    facts = {"title": "党员自查清单", "lead": "每半年一次", "lines": LINES, "valid_from": BEFORE, "valid_until": None}
    organization = changes.pop("organization", cast.county)
    return keep_checklist(key=key or uuid.uuid4(), organization=organization, by=cast.county_staff, **facts | changes)


def replace(cast, checklist, key=None, **changes):
    facts = {
        "title": "党员自查清单",
        "lead": "",
        "lines": [ChecklistLine("新的一条")],
        "valid_from": TODAY,
        "valid_until": None,
    }
    return replace_checklist(
        checklist=checklist, key=key or uuid.uuid4(), on=TODAY, by=cast.county_staff, **facts | changes
    )


def answers(checklist, *marks, note=""):
    marks = marks or ("met", "partly", "met")[: checklist.items.count()]
    return {item.pk: (mark, note) for item, mark in zip(checklist.items.all(), marks, strict=True)}


def check(cast, checklist, key=None, on=TODAY, **changes):
    facts = {"answers": answers(checklist, note=SECRET), "plan": SECRET, "member": cast.zhang}
    return make_self_check(key=key or uuid.uuid4(), checklist=checklist, on=on, **facts | changes)


def actions():
    return list(Entry.objects.in_order().values_list("action", flat=True))


def texts(checklist):
    return list(checklist.items.values_list("text", "source"))


# --- Lists ------------------------------------------------------------------------------------------------------------
def test_a_list_is_stored_with_its_lines_and_its_entry(cast):
    stored = keep(cast)

    assert texts(stored) == [("按月交纳党费", "党费规定第11条"), ("按时参加组织生活", "")]
    assert (actions(), Entry.objects.get().details) == (["keep_checklist"], {"rows": 2})


def test_sent_twice_it_is_stored_once(cast):
    key = uuid.uuid4()
    assert keep(cast, key) == keep(cast, key)
    assert (Checklist.objects.count(), ChecklistItem.objects.count(), len(actions())) == (1, 2, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [ChecklistLine("一"), ChecklistLine("一")]}, "lines"),
        ({"valid_until": BEFORE}, "valid_until"),
    ],
)
def test_a_list_that_does_not_fit_leaves_nothing(cast, changes, field):
    with pytest.raises(Refused) as refusal:
        keep(cast, **changes)

    assert (refusal.value.field, Checklist.objects.count(), actions()) == (field, 0, [])


def test_a_list_in_force_is_replaced_and_not_touched(cast):
    old = keep(cast)
    made = check(cast, old)
    new = replace(cast, old)

    old.refresh_from_db()
    assert (old.valid_until, new.valid_from) == (TODAY, TODAY)
    assert len(texts(old)) == 2
    assert texts(new) == [("新的一条", "")]
    assert made.answers.count() == 2
    assert actions() == ["keep_checklist", "keep_checklist"]


def test_a_replacement_sent_twice_is_made_once(cast):
    old, key = keep(cast), uuid.uuid4()
    assert replace(cast, old, key) == replace(cast, old, key)
    assert Checklist.objects.count() == 2


def test_a_list_that_has_not_begun_is_changed_in_place(cast):
    coming = keep(cast, valid_from=TOMORROW)
    assert replace(cast, coming, valid_from=TOMORROW).pk == coming.pk
    assert texts(coming) == [("新的一条", "")]
    assert actions() == ["keep_checklist", "change_checklist"]


@pytest.mark.parametrize("changes", [{"valid_from": BEFORE}, {"lines": []}])
def test_a_replacement_that_does_not_fit_leaves_the_old_one(cast, changes):
    old = keep(cast)
    with pytest.raises(Refused):
        replace(cast, old, **changes)

    old.refresh_from_db()
    assert (old.valid_until, Checklist.objects.count()) == (None, 1)


def test_a_list_ends_and_is_then_closed_to_changes(cast):
    old = keep(cast)
    with pytest.raises(Refused):
        end_checklist(checklist=old, valid_until=BEFORE, on=TODAY, by=cast.county_staff)
    end_checklist(checklist=old, valid_until=TODAY, on=TODAY, by=cast.county_staff)
    assert actions() == ["keep_checklist", "end_checklist"]

    for act in (lambda: replace(cast, old), lambda: check(cast, old)):
        with pytest.raises(Refused):
            act()


# --- Self-checks ------------------------------------------------------------------------------------------------------
def test_a_check_is_stored_sealed_and_leaves_no_trace_in_the_trail(cast):
    checklist = keep(cast)
    made = check(cast, checklist)

    assert (made.member, made.made_on, made.shared_on) == (cast.zhang, TODAY, None)
    stored = SelfCheckAnswer.objects.order_by("item__position")
    assert [(one.mark.open(), one.note.open()) for one in stored] == [("met", SECRET), ("partly", SECRET)]
    raw = [*SelfCheck.objects.values_list("plan", flat=True), *SelfCheckAnswer.objects.values_list("note", flat=True)]
    assert not any(SECRET in str.__str__(value) for value in raw)
    assert actions() == ["keep_checklist"]


def test_a_check_sent_twice_is_stored_once(cast):
    checklist, key = keep(cast), uuid.uuid4()
    assert check(cast, checklist, key) == check(cast, checklist, key)
    assert (SelfCheck.objects.count(), SelfCheckAnswer.objects.count()) == (1, 2)


@pytest.mark.parametrize("wrong", [{}, {"marks": 1}, {"mark": "very"}])
def test_answers_that_do_not_fit_leave_nothing(cast, wrong):
    checklist = keep(cast)
    given = answers(checklist, wrong.get("mark", "met"), "met")
    if "mark" not in wrong:
        given = dict(list(given.items())[: wrong.get("marks", 0)])
    with pytest.raises(Refused):
        check(cast, checklist, answers=given)

    assert SelfCheck.objects.count() == 0


@pytest.mark.parametrize("place", ["other_district", "other_branch", "next_branch"])
def test_a_list_of_somewhere_else_is_refused(cast, place):
    checklist = keep(cast, organization=getattr(cast, place))
    with pytest.raises(Refused):
        check(cast, checklist)


def test_a_change_keeps_the_day_and_what_is_shared(cast):
    checklist = keep(cast)
    made = check(cast, checklist, on=TODAY)
    share_self_check(check=made, on=TODAY, by=cast.member)
    change_self_check(check=made, answers=answers(checklist, "not_met", "met"), plan="每月一号交")

    made.refresh_from_db()
    assert (made.plan.open(), made.made_on, made.shared_on) == ("每月一号交", TODAY, TODAY)
    assert [line.mark for line in lines_of(made)] == ["not_met", "met"]


def test_sharing_and_taking_it_back_are_in_the_trail_once_each(cast):
    made = check(cast, keep(cast))
    for act in (share_self_check, share_self_check):
        act(check=made, on=TODAY, by=cast.member)
    for _ in range(2):
        take_back_self_check(check=made, by=cast.member)

    assert actions() == ["keep_checklist", "share_self_check", "take_back_self_check"]
    assert SelfCheck.objects.get().shared_on is None


def test_one_thrown_away_is_gone_with_its_answers(cast):
    checklist = keep(cast)
    remove_self_check(check=check(cast, checklist), by=cast.member)
    assert (SelfCheck.objects.count(), SelfCheckAnswer.objects.count(), actions()) == (0, 0, ["keep_checklist"])


def test_a_check_stands_beside_the_earlier_one_also_of_the_list_before(cast):
    old = keep(cast)
    before = check(cast, old, answers=answers(old, "partly", "not_met"), on=TODAY)
    new = replace(cast, old, lines=[*LINES, ChecklistLine("新的一条")])
    made = check(cast, new, answers=answers(new, "met", "partly", "met"))
    SelfCheck.objects.filter(pk=before.pk).update(made_on=BEFORE)

    assert earlier_of(made) == before
    lines = lines_of(made, beside=before)
    assert [line.mark for line in lines] == ["met", "partly", "met"]
    assert [line.before for line in lines] == [str(CheckMark.PARTLY.label), str(CheckMark.NOT_MET.label), ""]


@pytest.mark.parametrize("number", [1, 3])
def test_the_sums_take_one_query(cast, number, django_assert_num_queries):
    checklist = keep(cast)
    for _ in range(number):
        check(cast, checklist)
    checks = list(SelfCheck.objects.select_related("checklist"))
    with django_assert_num_queries(1):
        sums = sums_of(checks)

    assert [[one.marks[mark] for mark in CheckMark] for one in sums] == [[1, 1, 0, 0]] * number


def test_a_list_of_the_branch_itself_counts_for_its_members(cast):
    checklist = keep(cast, organization=cast.branch, valid_from=date(2026, 1, 1))
    assert check(cast, checklist, member=cast.li).member == cast.li
