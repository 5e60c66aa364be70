"""What is due about dues: the rules as tables, the facts from the ledger, and the command that prints both."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dues.duties import dues_duties
from dues.ledger.rules import (
    BranchFacts,
    MemberFacts,
    OpenMonth,
    WaitingRelief,
    arrears,
    branch_duties,
    member_duty,
    relief_duty,
)
from dues.models import Arrangement, ArrearsReason, ArrearsReview, Basis, Disclosure, Relief, Remittance
from dues.units import months_between
from members.choices import ImportState, RowVerdict
from members.models import LocalRule, Organization, RosterImport
from members.regulations.queries import PlacesBelow
from members.roster.services import create_member
from rulebook.local import LocalRule as LocalValue
from rulebook.values import Citation
from tests.cast import TODAY, make_member, make_organization
from tests.dues.making import charge, fix, month, pay

YEAR = date(2026, 1, 1)
ARTICLE = Citation("x", "", "7", "N", "V2")


def local(key, value):
    return LocalValue(key, value, "镇党委通知", "1", "镇党委", YEAR, "district", YEAR)


def said(duties):
    return {(duty.kind, duty.period): (str(duty.due_on), str(duty.state)) for duty in duties}


def came(without, *days):
    """So many lack a base; the days on which those of them came who came within the year."""
    return {"without_base": without, "newcomers": tuple(map(date.fromisoformat, days))}


# --- Rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        ({"without_base": 2}, "2026-01-05", {("dues_bases", "2026"): ("2026-01-31", "open")}),
        ({"without_base": 2}, "2026-01-31", {("dues_bases", "2026"): ("2026-01-31", "open")}),
        ({"without_base": 2}, "2026-02-01", {("dues_bases", "2026"): ("2026-01-31", "overdue")}),
        ({"without_base": 0}, "2026-02-01", {("dues_bases", "2026"): ("2026-01-31", "done")}),
        (came(1, "2026-05-31"), "2026-05-31", {("dues_bases", "2026"): ("2026-06-30", "open")}),
        (came(2, "2026-06-20", "2026-05-31"), "2026-07-01", {("dues_bases", "2026"): ("2026-06-30", "overdue")}),
        (came(2, "2026-05-31"), "2026-05-31", {("dues_bases", "2026"): ("2026-01-31", "overdue")}),
        (came(1, "2026-12-31"), "2026-12-31", {("dues_bases", "2026"): ("2026-12-31", "open")}),
        (
            {"open_by_month": {month("2026-03"): 1}},
            "2026-03-31",
            {("dues_collection", "2026-03"): ("2026-03-31", "open")},
        ),
        (
            {"open_by_month": {month("2026-03"): 1}},
            "2026-04-01",
            {("dues_collection", "2026-03"): ("2026-03-31", "overdue")},
        ),
        (
            {"open_by_month": {month("2026-03"): 0}},
            "2026-04-01",
            {("dues_collection", "2026-03"): ("2026-03-31", "done")},
        ),
        ({"open_by_month": {month("2026-05"): 1}}, "2026-04-30", {("dues_collection", "2026-05"): None}),
        ({"disclosures": 0}, "2026-11-24", {("dues_disclosure", "2026"): ("2026-12-31", "open")}),
        ({"disclosures": 1}, "2026-11-24", {("dues_disclosure", "2026"): ("2026-12-31", "done")}),
        ({"payments": 3}, "2026-11-24", {("dues_remittance", "2026"): None}),
        ({"members": 0}, "2026-11-24", {("dues_bases", "2026"): None, ("dues_disclosure", "2026"): None}),
        (
            {"first_day": date(2026, 3, 1), "open_by_month": {month("2026-04"): 2}},
            "2026-11-24",
            {("dues_bases", "2026"): None, ("dues_collection", "2026-04"): ("2026-04-30", "overdue")},
        ),
    ],
)
def test_a_branchs_year(facts, on, expected):
    found = said(branch_duties(BranchFacts("branch", **{"members": 5, **facts}), on=date.fromisoformat(on)))

    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("payments", "remitted", "state"), [(0, 0, None), (3, 0, "open"), (3, 2, "open"), (3, 3, "done")]
)
def test_handing_up_is_asked_where_a_committee_set_a_ratio(payments, remitted, state):
    facts = BranchFacts("branch", members=5, payments=payments, remitted=remitted)
    found = branch_duties(facts, on=TODAY, local=[local("dues.remit.ratio", Decimal("0.2"))])
    duties = {duty.kind: duty for duty in found}

    assert (str(duties["dues_remittance"].state) if "dues_remittance" in duties else None) == state
    if state:
        assert duties["dues_remittance"].citation.document == "镇党委通知"


def test_a_committee_may_ask_for_more_disclosures_and_for_bases_on_change():
    facts = BranchFacts("branch", members=5, without_base=5, disclosures=1)
    rules = [local("dues.disclose.times_per_year", Decimal(2)), local("dues.base.fix", "on_change")]
    found = said(branch_duties(facts, on=TODAY, local=rules))

    assert found == {("dues_disclosure", "2026"): ("2026-12-31", "open")}


def standing(months, on):
    first = month("2026-01")
    open_months = [OpenMonth(one, 4000) for one in months_between(first, date(2026, months, 1))]
    return arrears(open_months, on=date.fromisoformat(on))


@pytest.mark.parametrize(
    ("months", "on", "expected"),
    [
        (1, "2026-01-31", None),
        (1, "2026-02-01", ("dues_arrears", "2026-01", "2026-02-28", "open", "13")),
        (2, "2026-03-01", ("dues_arrears", "2026-01", "2026-02-28", "overdue", "13")),
        (3, "2026-04-01", ("dues_arrears", "2026-03", "2026-04-30", "open", "13")),
        (5, "2026-06-01", ("dues_arrears", "2026-05", "2026-06-30", "open", "13")),
        (6, "2026-07-01", ("dues_review", "2026-06", "2026-07-31", "open", "13")),
        (7, "2026-08-01", ("dues_review", "2026-06", "2026-07-31", "overdue", "13")),
    ],
)
def test_a_rung_of_the_ladder_is_a_duty_of_the_month_after(months, on, expected):
    duty = member_duty(MemberFacts(7, "branch", standing(months, on)), on=date.fromisoformat(on))
    found = duty and (duty.kind, duty.period, str(duty.due_on), str(duty.state), duty.citation.article)

    assert found == expected
    assert duty is None or duty.member == "7"


def test_a_closed_review_of_the_same_months_is_done():
    facts = MemberFacts(7, "branch", standing(8, "2026-09-01"), reviewed=True)
    assert member_duty(facts, on=date(2026, 9, 1)).state == "done"


@pytest.mark.parametrize(("on", "state"), [("2026-10-31", "open"), ("2026-11-01", "overdue")])
def test_a_relief_that_waits_is_looked_for(on, state):
    duty = relief_duty(WaitingRelief(7, "branch", date(2026, 9, 20), ARTICLE), on=date.fromisoformat(on))
    assert (duty.period, str(duty.due_on), duty.state, duty.member) == ("2026-09", "2026-10-31", state, "7")


# --- Facts -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def ledger(cast):
    """张英 owes since September, 李国强 since April; both have bases, 王秀兰 of the next branch has none."""
    fix(cast.zhang, 4000)
    fix(cast.li, 3000)
    for one in months_between(month("2026-04"), month("2026-11")):
        charge(cast.li, f"{one:%Y-%m}", 3000)
        if one >= month("2026-08"):
            charge(cast.zhang, f"{one:%Y-%m}", 4000)
    pay(cast.zhang, 4000, "2026-08-20")
    return cast


def states(found, code, kind):
    return {duty.period: str(duty.state) for duty in found if (duty.organization, duty.kind) == (code, kind)}


@pytest.mark.django_db
@pytest.mark.parametrize("since", [None, date(2026, 9, 1)])
def test_somebody_who_is_entered_today_is_not_late_for_january(ledger, since, monkeypatch):
    monkeypatch.setattr("audit.services.timezone.now", lambda: datetime(2026, 11, 24, 1, tzinfo=UTC))
    facts = {"name": "新来的", "membership": "formal_member"}
    create_member(
        key=uuid.uuid4(), organization=ledger.branch, since=since, values=facts, on=TODAY, by=ledger.secretary
    )

    (duty,) = (one for one in dues_duties(PlacesBelow(ledger.branch.path, TODAY)) if one.kind == "dues_bases")
    assert (str(duty.due_on), str(duty.state)) == ("2026-12-24", "open")


def brought(moment, *members):
    """They are on the roster by an import that was stored at that moment."""
    made = RosterImport.objects.create(
        organization=Organization.objects.get(path=members[0].roster_path), file_name="名册.xlsx",
        state=ImportState.APPLIED, applied_at=moment,
    )  # fmt: skip
    for number, member in enumerate(members, 2):
        made.rows.create(number=number, verdict=RowVerdict.NEW, member=member, name=member.name)


def bases_due(branch, on):
    (duty,) = (one for one in dues_duties(PlacesBelow(branch.path, on)) if one.kind == "dues_bases")
    return str(duty.due_on), str(duty.state)


IMPORTED = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_somebody_whom_an_import_brings_to_others_is_not_late_for_january(ledger):
    brought(IMPORTED, make_member("新来的", ledger.branch))

    assert bases_due(ledger.branch, TODAY) == ("2026-12-20", "open")


@pytest.mark.django_db
def test_a_branch_that_an_import_took_over_is_asked_for_january(cast):
    brought(IMPORTED, cast.zhang, cast.li, make_member("王五", cast.branch))

    assert bases_due(cast.branch, TODAY) == ("2026-01-31", "overdue")


@pytest.mark.django_db
def test_who_comes_by_a_second_import_came_to_those_of_the_first(ledger):
    brought(IMPORTED - timedelta(days=60), ledger.zhang, ledger.li)
    brought(IMPORTED, make_member("新来的", ledger.branch))

    assert bases_due(ledger.branch, TODAY) == ("2026-12-20", "open")


@pytest.mark.django_db
def test_a_day_that_had_not_come_says_nothing(ledger):
    brought(IMPORTED, make_member("新来的", ledger.branch))

    assert bases_due(ledger.branch, date(2026, 3, 1)) == ("2026-01-31", "overdue")


@pytest.mark.django_db
def test_the_year_of_a_branch_is_read_from_the_ledger(ledger):
    found = dues_duties(PlacesBelow(ledger.district.path, TODAY))

    assert states(found, "branch", "dues_bases") == {"2026": "done"}
    assert states(found, "next-branch", "dues_bases") == {"2026": "overdue"}
    assert states(found, "branch", "dues_collection")["2026-08"] == "overdue"
    assert states(found, "branch", "dues_collection")["2026-11"] == "open"
    assert states(found, "next-branch", "dues_collection") == {}
    assert states(found, "branch", "dues_disclosure") == {"2026": "open"}
    assert states(found, "branch", "dues_remittance") == {}
    assert [duty.organization for duty in found if duty.kind == "dues_disclosure"] == ["branch", "next-branch"]


@pytest.mark.django_db
def test_everybody_behind_has_the_duty_of_the_rung(ledger):
    found = dues_duties(PlacesBelow(ledger.branch.path, TODAY))

    assert [(duty.kind, duty.member, duty.period) for duty in found if duty.member] == [
        ("dues_arrears", str(ledger.zhang.pk), "2026-09"),
        ("dues_review", str(ledger.li.pk), "2026-09"),
    ]


@pytest.mark.django_db
def test_a_reason_on_record_ends_the_duty_and_a_closed_review_is_done(ledger):
    ArrearsReason.objects.create(member=ledger.zhang, valid_from=month("2026-01"), reason="x", recorded_on=TODAY)
    ArrearsReview.objects.create(
        member=ledger.li, since=month("2026-04"), opened_on=date(2026, 11, 1), closed_on=TODAY, outcome="补交"
    )
    found = [duty for duty in dues_duties(PlacesBelow(ledger.branch.path, TODAY)) if duty.member]

    assert [(duty.kind, str(duty.state)) for duty in found] == [("dues_review", "done")]


@pytest.mark.django_db
def test_a_month_is_collected_where_the_rest_has_a_reason_or_its_quarter_runs(ledger):
    ArrearsReason.objects.create(
        member=ledger.li, valid_from=month("2026-05"), valid_until=month("2026-09"), reason="x", recorded_on=TODAY
    )
    Arrangement.objects.create(member=ledger.li, valid_from=month("2026-10"), agreed_on=TODAY)
    pay(ledger.zhang, 8000, "2026-11-20")
    found = states(dues_duties(PlacesBelow(ledger.branch.path, TODAY)), "branch", "dues_collection")

    assert [one for one, state in found.items() if state == "overdue"] == ["2026-04", "2026-09"]
    assert (found["2026-05"], found["2026-10"], found["2026-11"]) == ("done", "done", "open")


@pytest.mark.django_db
def test_everything_done_is_said_so(ledger):
    pay(ledger.li, 24000, "2026-11-20", reason="补交")
    pay(ledger.zhang, 12000, "2026-11-20")
    LocalRule.objects.create(
        organization=ledger.district, rule_key="dues.remit.ratio", value="0.2", document="镇党委通知", number="1",
        approved_by="镇党委", approved_on=YEAR, valid_from=YEAR,
    )  # fmt: skip
    batch = Remittance.objects.create(
        organization=ledger.branch, receiver=ledger.district, first_month=YEAR, last_month=month("2026-11"),
        collected_fen=40000, ratio=Decimal("0.2"), amount_fen=8000, rule="x", sent_on=TODAY, sent_by="officer",
    )  # fmt: skip
    for payment in (*ledger.li.payments.all(), *ledger.zhang.payments.all()):
        batch.lines.create(payment=payment)
    Disclosure.objects.create(organization=ledger.branch, year=2026, disclosed_on=TODAY, way="meeting")
    found = dues_duties(PlacesBelow(ledger.branch.path, TODAY))

    assert {str(duty.state) for duty in found} == {"done"}
    assert {duty.kind for duty in found} == {"dues_bases", "dues_collection", "dues_remittance", "dues_disclosure"}
    elsewhere = dues_duties(PlacesBelow(ledger.district.path, TODAY))  # nobody in the next branch has paid
    assert [duty.organization for duty in elsewhere if duty.kind == "dues_remittance"] == ["branch"]


@pytest.mark.django_db
def test_a_relief_waits_until_the_committee_answers(ledger):
    facts = {"kind": "waiver", "ground": "困难", "needs_superior": True, "rule": "x", "valid_from": month("2026-10")}
    relief = Relief.objects.create(member=ledger.zhang, decided_on=date(2026, 10, 3), **facts)
    waiting = [duty for duty in dues_duties(PlacesBelow(ledger.branch.path, TODAY)) if duty.kind == "dues_relief"]
    Relief.objects.filter(pk=relief.pk).update(declined_on=TODAY)

    assert [(duty.member, duty.period, duty.citation.article) for duty in waiting] == [
        (str(ledger.zhang.pk), "2026-10", "7")
    ]
    assert not [duty for duty in dues_duties(PlacesBelow(ledger.branch.path, TODAY)) if duty.kind == "dues_relief"]


@pytest.mark.django_db
def test_last_years_bases_are_not_this_years(ledger):
    Basis.objects.filter(member=ledger.zhang).update(year=2025)

    assert states(dues_duties(PlacesBelow(ledger.branch.path, TODAY)), "branch", "dues_bases") == {"2026": "overdue"}


@pytest.mark.django_db
@pytest.mark.parametrize("more", [1, 3])
def test_the_number_of_queries_doesnt_grow_with_the_tree(cast, django_assert_num_queries, more):
    for number in range(more):
        place = make_organization(f"more-{number}", f"第{number}党支部", "branch", cast.district)
        for person in range(more):
            one = make_member(f"党员{person}", place)
            charge(one, "2026-09", 4000)
    with django_assert_num_queries(15):
        dues_duties(PlacesBelow(cast.county.path, TODAY))
