from datetime import date
from unittest import mock

import pytest

from audit.models import Entry
from dues.charging import expected, services
from dues.charging.expected import insert_missing
from dues.charging.services import charge_month, follow_facts
from dues.models import Allocation, Basis, Charge, ClosedMonth, LedgerImport
from members.models import Affiliation, LocalRule, Organization
from members.refused import Refused
from members.roster.services import place_member
from tests.cast import TODAY
from tests.dues.making import charge, every_fen_is_somewhere, fix, left_open, month, pay, settled

pytestmark = pytest.mark.django_db
MARCH = month("2026-03")


def run(place: Organization, first: date = MARCH, by="officer"):
    return charge_month(place, first, by=by, on=TODAY)


def lines(member) -> list[tuple[str, int, int]]:
    rows = Charge.objects.filter(member=member).order_by("month", "turn")
    return [(line.kind, line.amount_fen, line.waived_fen) for line in rows]


@pytest.fixture
def bases(cast):
    fix(cast.zhang, 4900, base=490_000)
    fix(cast.li, 2500, base=500_000, category="retired", rules="dues.rate.retired@2008-04-01")
    fix(cast.wang, 20, category="student", rules="dues.flat.low_income@2008-04-01")


def test_a_month_is_charged_to_everybody_below_who_has_a_base(cast, bases):
    done = run(cast.county, by=cast.officer)

    assert (done.charged, done.amount_fen, done.already, done.without_base) == (3, 7420, 0, 1)
    line = Charge.objects.get(member=cast.li)
    assert (line.organization, line.turn, line.rules) == (cast.branch, 0, "dues.rate.retired@2008-04-01")
    assert line.basis == Basis.objects.get(member=cast.li)
    entry = Entry.objects.get(action="charge_dues")
    assert (entry.organization_code, entry.actor) == ("county", "officer")
    assert entry.details == {
        "month": "2026-03", "charged": 3, "corrected": 0, "fen": 7420, "already": 0, "without_base": 1,
    }  # fmt: skip


def test_charging_twice_changes_nothing(cast, bases):
    run(cast.county)
    before = list(Charge.objects.values())
    done = run(cast.county)

    assert (done.charged, done.amount_fen, done.already, done.corrected) == (0, 0, 3, 0)
    assert list(Charge.objects.values()) == before
    assert Entry.objects.filter(action="charge_dues").count() == 1


def test_only_the_subtree_is_charged(cast, bases):
    run(cast.branch)

    assert set(Charge.objects.values_list("member", flat=True)) == {cast.zhang.pk, cast.li.pk}


def test_what_is_missing_is_added_beside_what_is_there(cast, bases):
    charge(cast.zhang, "2026-03", 4900, basis=Basis.objects.get(member=cast.zhang))

    assert run(cast.branch).charged == 1
    assert run(cast.branch).already == 2


@pytest.mark.parametrize("text", ["2026-12", "2027-01"])
def test_nothing_is_charged_ahead(cast, bases, text):
    with pytest.raises(Refused) as refused:
        run(cast.county, month(text))

    assert refused.value.field == "month"
    assert (Charge.objects.count(), Entry.objects.count()) == (0, 0)


def test_before_the_first_rule_nothing_is_charged(cast, bases):
    with pytest.raises(Refused, match="2008-04-01"):
        run(cast.county, month("2008-03"))


def test_a_closed_month_takes_no_charge_and_no_correction(cast, bases):
    run(cast.district)
    ClosedMonth.objects.create(organization=cast.branch, month=MARCH, closed_by="officer")
    Basis.objects.filter(member=cast.zhang).update(amount_fen=9999)
    Basis.objects.filter(member=cast.wang).update(amount_fen=99, rules="ledger")

    assert run(cast.district).corrected == 1
    assert lines(cast.zhang) == [("charge", 4900, 0)]
    assert lines(cast.wang) == [("charge", 20, 0), ("reversal", -20, 0), ("charge", 99, 0)]


def test_a_transfer_recorded_late_moves_the_charge_with_a_reason(cast, bases):
    run(cast.district)
    Affiliation.objects.filter(member=cast.zhang).update(valid_from=month("2020-01"))
    place_member(member=cast.zhang, organization=cast.next_branch, on=month("2026-02"), by="secretary", today=TODAY)

    assert run(cast.branch).corrected == 1
    standing = Charge.objects.filter(member=cast.zhang).order_by("turn")
    assert [line.organization for line in standing] == [cast.branch, cast.branch, cast.next_branch]
    assert standing[1].reason == standing[2].reason != ""
    assert run(cast.next_branch).corrected == 0


def test_who_was_gone_before_the_month_gets_the_charge_back(cast, bases):
    run(cast.branch)
    Affiliation.objects.filter(member=cast.zhang).update(valid_until=month("2026-02"), left_because="deceased")

    assert run(cast.branch).corrected == 1
    assert lines(cast.zhang) == [("charge", 4900, 0), ("reversal", -4900, 0)]
    assert run(cast.branch).corrected == 0


def test_who_is_due_after_all_is_charged_again(cast, bases):
    run(cast.branch)
    relation = Affiliation.objects.filter(member=cast.zhang)
    relation.update(valid_until=month("2026-02"), left_because="left_system")
    run(cast.branch)
    relation.update(valid_until=None, left_because="")

    assert run(cast.branch).corrected == 1
    assert lines(cast.zhang)[-1] == ("charge", 4900, 0)


def test_money_paid_ahead_settles_the_new_charge(cast, bases):
    charge(cast.zhang, "2026-09", 4900)
    LocalRule.objects.create(
        organization=cast.county, rule_key="dues.prepay.max_months", value=3, document="x", approved_by="x",
        approved_on=MARCH, valid_from=MARCH,
    )  # fmt: skip
    pay(cast.zhang, 10_000, "2026-11-20")
    done = run(cast.branch, month("2026-11"))

    assert done.charged == 2
    assert settled(cast.zhang)["2026-11"] == 4900
    assert left_open(cast.zhang) == {}
    assert every_fen_is_somewhere()


def test_money_with_a_receipt_stays_on_the_month_that_it_names(cast, bases):
    """Paid ahead for April, which was left out; then May is charged."""
    charge(cast.zhang, "2026-03", 4900)
    LocalRule.objects.create(
        organization=cast.county, rule_key="dues.prepay.max_months", value=3, document="x", approved_by="x",
        approved_on=MARCH, valid_from=MARCH,
    )  # fmt: skip
    pay(cast.zhang, 9800, "2026-03-20", on=date(2026, 3, 25))
    assert settled(cast.zhang) == {"2026-03": 4900, "2026-04": 4900}

    run(cast.branch, month("2026-05"))

    assert settled(cast.zhang) == {"2026-03": 4900, "2026-04": 4900}
    assert left_open(cast.zhang) == {"2026-05": 4900}


def test_after_a_correction_the_receipt_still_says_its_month(cast, bases):
    run(cast.branch)
    pay(cast.zhang, 4900, "2026-03-20")
    Basis.objects.filter(member=cast.zhang).update(amount_fen=3000)
    charge(cast.zhang, "2026-04", 3000)
    run(cast.branch)

    assert settled(cast.zhang) == {"2026-03": 4900}
    assert left_open(cast.zhang) == {"2026-04": 3000}
    assert every_fen_is_somewhere()


def test_what_came_from_a_ledger_stays(cast, bases):
    from_ledger = charge(cast.zhang, "2026-03", 1234, imported_from_id=make_import(cast).pk)
    done = run(cast.branch)

    assert (done.already, done.corrected) == (1, 0)
    assert list(Charge.objects.filter(member=cast.zhang)) == [from_ledger]


def make_import(cast):

    return LedgerImport.objects.create(organization=cast.branch, year=2026, file_name="台账.xlsx")


def test_a_new_local_rule_makes_the_base_anew_before_charging(cast, bases):
    fix(cast.zhao, 50, category="farmer", rules="dues.flat.farmer@2008-04-01+东委〔2025〕1号")
    LocalRule.objects.create(
        organization=cast.other_district, rule_key="dues.flat.farmer", value=1, document="关于党费的通知",
        number="东委〔2026〕2号", approved_by="党委会", approved_on=MARCH, valid_from=MARCH,
    )  # fmt: skip
    run(cast.county, month("2026-02"))
    run(cast.county)

    assert [line.amount_fen for line in Charge.objects.filter(member=cast.zhao).order_by("month")] == [50, 100]
    old, new = Basis.objects.filter(member=cast.zhao).order_by("valid_from")
    assert (old.valid_until, new.rules) == (MARCH, "dues.flat.farmer@2008-04-01+东委〔2026〕2号")
    assert Basis.objects.filter(member=cast.zhang).count() == 1
    assert run(cast.county).corrected == 0


def test_two_runs_at_the_same_moment_count_what_each_of_them_wrote(cast, bases):
    def charged_by_another(*args, **kwargs):
        charge(cast.zhang, "2026-03", 4900, basis=Basis.objects.get(member=cast.zhang))
        return insert(*args, **kwargs)

    insert = insert_missing
    with mock.patch.object(services, "insert_missing", charged_by_another):
        done = run(cast.branch)

    assert (done.charged, done.amount_fen) == (1, 2500)


def test_a_change_is_followed_in_every_month_that_was_charged(cast, bases):
    for text in ("2026-01", "2026-02", "2026-03"):
        run(cast.branch, month(text))
    Basis.objects.filter(member=cast.zhang).update(amount_fen=100)

    assert follow_facts(cast.zhang, month("2026-02"), by="officer", on=TODAY) == 2
    assert Charge.objects.filter(member=cast.zhang).net() == 4900 + 100 + 100
    assert Allocation.objects.count() == 0


@pytest.mark.parametrize(("part", "looks"), [("county", True), ("district", True), ("branch", False)])
def test_the_database_looks_at_the_charges_again_before_a_large_run(cast, bases, part, looks):
    with mock.patch.object(services, "refresh_statistics") as looked:
        run(getattr(cast, part))

    assert looked.called is looks


def test_after_many_charges_it_looks_once_more(cast, bases):
    with mock.patch.object(services, "MANY_CHARGES", 2), mock.patch.object(services, "refresh_statistics") as looked:
        run(cast.branch)

    looked.assert_called_once_with(Charge)


def test_who_has_no_base_is_no_suspect(cast, bases):
    run(cast.branch)
    Basis.objects.filter(member=cast.li).update(valid_until=month("2026-01"))

    assert expected.survey(cast.next_branch.path, MARCH).has_suspects is False
    assert expected.suspects(cast.other_branch.path, MARCH) == []
