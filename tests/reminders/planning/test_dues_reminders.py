"""Who is told that dues are open, and until when."""

from datetime import date, datetime, time

import pytest

from dues.models import Arrangement, ArrearsReason, Charge
from members.choices import Membership, OfficeKind, SituationKind
from members.models import ContactPerson, Member, Office, Situation
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageState
from reminders.planning.kinds import KINDS
from tests.cast import make_member
from tests.dues.making import charge, pay
from tests.reminders.planning.telling import names_told, stands, stored, told

MONTHS = [f"2026-{month:02}" for month in range(1, 13)]


def first(month: int, day: int = 1, hour: int = 9) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour), SHANGHAI)


def behind(member, *months: str, fen: int = 4000) -> Member:
    for month in months:
        charge(member, month, fen)
    return member


def the_one(at):
    [occasion] = told("dues", at)
    return occasion


def test_they_are_told_how_much_of_which_months_and_who_takes_it(cast):
    behind(cast.zhang, "2026-08", "2026-09", "2026-10")
    occasion = the_one(first(11))
    assert (occasion.step, occasion.about, occasion.due_at) == (2, "2026-10", first(11))
    assert (occasion.organization_id, occasion.expires_at) == (cast.branch.pk, first(12, hour=0))
    ways = occasion.values["ways"]
    assert "officer" in ways
    assert {**occasion.values, "ways": ""} == {
        "name": "张英", "member": "张英", "branch": "红旗社区第一党支部", "amount": "120.00元",
        "months": "2026年8月至10月", "ways": "",
    }  # fmt: skip


def test_at_one_three_and_five_open_months_each_once_and_at_six_no_more(cast):
    behind(cast.zhang, *MONTHS[:7])
    steps = []
    for month in range(1, 9):
        for day in range(1, 29):
            for occasion in told("dues", first(month, day)):
                steps.append((month, day, occasion.step))
                stored(occasion)
    assert steps == [(2, 1, 1), (4, 1, 2), (6, 1, 3)]


@pytest.mark.parametrize(
    ("day", "hour", "is_told"), [(1, 8, False), (1, 9, True), (10, 23, True), (11, 8, True), (11, 9, False)]
)
def test_only_in_the_first_days_of_the_month(cast, day, hour, is_told):
    behind(cast.zhang, "2026-10")
    assert bool(told("dues", first(11, day, hour))) is is_told


def test_who_pays_a_part_is_not_told_again_in_the_same_month(cast):
    behind(cast.zhang, "2026-08", "2026-09", "2026-10")
    stored(the_one(first(11)))
    pay(cast.zhang, 8000, "2026-11-03")
    assert told("dues", first(11, 4)) == []


def test_who_owes_nothing_and_whose_month_is_not_over_yet_is_not_told(cast):
    behind(cast.zhang, "2026-10", "2026-11")
    pay(cast.zhang, 4000, "2026-10-15")
    assert told("dues", first(11)) == []


def test_a_month_that_was_waived_asks_for_nothing(cast):
    charge(cast.zhang, "2026-10", 4000, waived=4000)
    assert told("dues", first(11)) == []


def test_a_month_with_a_reason_on_record_does_not_count(cast):
    behind(cast.zhang, "2026-10")
    ArrearsReason.objects.create(
        member=cast.zhang, valid_from=date(2026, 10, 1), reason="住院", recorded_on=date(2026, 10, 20),
        recorded_by="officer",
    )  # fmt: skip
    assert told("dues", first(11)) == []


def test_who_pays_by_the_quarter_is_told_after_the_quarter(cast):
    Arrangement.objects.create(
        member=cast.zhang, valid_from=date(2026, 1, 1), because="在外地", agreed_on=date(2026, 1, 5),
        recorded_by="officer",
    )  # fmt: skip
    behind(cast.zhang, "2026-10", "2026-11", "2026-12")
    assert told("dues", first(12)) == []
    january = datetime.combine(date(2027, 1, 1), time(9), SHANGHAI)
    assert the_one(january).step == 2


def test_probationary_members_those_in_transfer_and_those_far_away_are_told_like_everybody(cast):
    behind(make_member("孙预备", cast.branch, membership=Membership.PROBATIONARY), "2026-10")
    for name, kind in (("钱转接", SituationKind.IN_TRANSFER), ("周流动", SituationKind.MOBILE)):
        member = behind(make_member(name, cast.branch), "2026-10")
        Situation.objects.create(member=member, kind=kind)
    assert names_told("dues", first(11)) == {"孙预备", "钱转接", "周流动"}


@pytest.mark.parametrize("kind", [SituationKind.SUSPENDED, SituationKind.LOST_CONTACT])
def test_the_suspended_and_the_lost_are_not_told(cast, kind):
    Situation.objects.create(member=behind(cast.zhang, "2026-10"), kind=kind)
    assert told("dues", first(11)) == []


def test_who_has_left_is_not_told(cast):
    behind(cast.zhang, "2026-10")
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    assert told("dues", first(11)) == []


def test_a_groups_member_is_written_to_by_the_branch(cast):
    behind(cast.li, "2026-10")
    occasion = the_one(first(11))
    assert (occasion.organization_id, occasion.values["branch"]) == (cast.branch.pk, "红旗社区第一党支部")


def test_for_a_frail_member_the_contact_person_is_spoken_to(cast):
    behind(cast.li, "2026-10")
    Situation.objects.create(member=cast.li, kind=SituationKind.FRAIL)
    ContactPerson.objects.create(member=cast.li, name="女儿")
    values = the_one(first(11)).values
    assert (values["name"], values["member"]) == ("女儿", "李国强")


def test_the_organization_officer_takes_the_dues_else_the_secretary(cast):
    behind(cast.zhang, "2026-10")
    Office.objects.filter(kind=OfficeKind.ORGANIZATION_OFFICER).delete()
    assert "secretary" in the_one(first(11)).values["ways"]


def test_it_stands_until_its_last_month_is_paid_and_says_what_is_left(cast):
    behind(cast.zhang, "2026-08", "2026-09", "2026-10")
    message = stored(the_one(first(11)))
    pay(cast.zhang, 8000, "2026-11-03")
    now = KINDS["dues"].standing([message], at=first(11, 4))[message.pk]
    assert (now["amount"], now["months"]) == ("40.00元", "2026年10月")
    pay(cast.zhang, 4000, "2026-11-05")
    assert not stands(message, first(11, 6))


def test_it_stops_when_they_are_suspended(cast):
    behind(cast.zhang, "2026-10")
    message = stored(the_one(first(11)))
    Situation.objects.create(member=cast.zhang, kind=SituationKind.SUSPENDED)
    assert not stands(message, first(11, 2))


def test_it_still_stands_in_the_next_month_but_one_that_waits_so_long_is_not_sent(cast):
    behind(cast.zhang, "2026-10", "2026-11")
    message = stored(the_one(first(11)))
    assert stands(message, first(12, 5))
    message.state = MessageState.HELD
    assert stands(message, first(11, 11, 8)) and not stands(message, first(11, 11, 9))


def test_charges_taken_over_from_an_old_ledger_are_told_to_nobody(cast):
    behind(cast.zhang, "2026-03")
    assert Charge.objects.count() == 1
    assert told("dues", first(11)) == []


def test_who_fell_behind_since_is_found_at_the_next_look(cast):
    behind(cast.zhang, "2026-10")
    stored(the_one(first(11)))
    assert told("dues", first(11)) == []
    behind(cast.li, "2026-10")
    assert the_one(first(11)).member_id == cast.li.pk


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_queries_however_many(cast, django_assert_num_queries, count):
    for number in range(count):
        behind(make_member(f"周{number}", cast.branch), "2026-10")
    with django_assert_num_queries(12):
        found = told("dues", first(11))
    messages = [stored(one) for one in found]
    assert len(messages) == count
    with django_assert_num_queries(6):
        KINDS["dues"].standing(messages, at=first(11))
