import uuid
from datetime import date

import pytest

from audit.models import Entry
from dues.charging.relief_services import NewRelief, approve_relief, ask_relief, decline_relief, end_relief
from dues.charging.services import charge_month
from dues.models import Charge, Relief
from members.refused import Refused
from tests.cast import TODAY
from tests.dues.making import every_fen_is_somewhere, fix, month, pay, settled

pytestmark = pytest.mark.django_db
MARCH = month("2026-03")


def new(member, **fields):
    facts = {
        "key": uuid.uuid4(),
        "kind": "waiver",
        "ground": "长期患病",
        "decided_on": date(2026, 2, 20),
        "valid_from": MARCH,
    }
    return NewRelief(member=member, **facts | fields)


def ask(member, category="employed", by="officer", **fields):
    return ask_relief(new(member, **fields), category=category, by=by, on=TODAY)


def owed(member):
    return Charge.objects.filter(member=member, month=MARCH).net()


@pytest.fixture
def zhang(cast):
    """Charged 49 yuan for March, before anything was asked for."""
    fix(cast.zhang, 4900)
    charge_month(cast.branch, MARCH, by="officer", on=TODAY)
    return cast.zhang


def test_a_relief_waits_for_the_committee_and_changes_nothing_until_then(cast, zhang):
    relief = ask(zhang, by=cast.officer)

    assert (relief.needs_superior, relief.rule) == (True, "dues.waiver.approval@2008-04-01")
    assert list(Relief.objects.waiting()) == [relief]
    assert (owed(zhang), charge_month(cast.branch, MARCH, by="officer", on=TODAY).corrected) == (4900, 0)
    assert Entry.objects.get(action="ask_relief").organization_code == "branch"


def test_approved_above_it_is_in_effect_and_what_was_charged_follows(cast, zhang):
    relief = ask(zhang, by=cast.officer)
    approve_relief(relief, document="镇党委〔2026〕8号", by=cast.district_staff, on=TODAY)

    relief.refresh_from_db()
    assert (relief.approved_on, relief.approved_by, relief.document) == (TODAY, "district_staff", "镇党委〔2026〕8号")
    assert owed(zhang) == 0
    last = Charge.objects.filter(member=zhang).order_by("turn").last()
    assert (last.amount_fen, last.waived_fen, last.relief, last.turn) == (4900, 4900, relief, 2)


def test_the_branch_alone_decides_for_the_retired(zhang):
    relief = ask(zhang, category="retired", kind="reduction", pays_fen=900)

    assert (relief.needs_superior, owed(zhang)) == (False, 900)


def test_declined_changes_nothing_and_leaves_room_for_another(cast, zhang):
    relief = ask(zhang, by=cast.officer)
    with pytest.raises(Refused):
        decline_relief(relief, reason=" ", by=cast.district_staff, on=TODAY)
    decline_relief(relief, reason="收入稳定", by=cast.district_staff, on=TODAY)

    assert (owed(zhang), Entry.objects.get(action="decline_relief").reason) == (4900, "收入稳定")
    assert ask(zhang, kind="reduction", pays_fen=100).pays_fen == 100


@pytest.mark.parametrize("decide", ["approve", "decline"])
def test_who_asked_or_is_concerned_doesnt_decide(cast, zhang, decide):
    cast.district_staff.member = cast.zhang
    relief = ask(zhang, by=cast.county_staff)
    for by in (cast.county_staff, cast.district_staff):
        with pytest.raises(Refused):
            if decide == "approve":
                approve_relief(relief, document="", by=by, on=TODAY)
            else:
                decline_relief(relief, reason="x", by=by, on=TODAY)

    relief.refresh_from_db()
    assert (relief.approved_on, relief.declined_on) == (None, None)


def test_it_is_decided_once(cast, zhang):
    relief = ask(zhang, by=cast.officer)
    approve_relief(relief, document="", by=cast.district_staff, on=TODAY)

    with pytest.raises(Refused):
        decline_relief(relief, reason="x", by=cast.district_staff, on=TODAY)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "half"}, "kind"),
        ({"kind": "waiver", "pays_fen": 100}, "pays"),
        ({"kind": "reduction", "pays_fen": 0}, "pays"),
        ({"ground": " "}, "ground"),
        ({"decided_on": date(2026, 11, 25)}, "decided_on"),
        ({"valid_until": MARCH}, "valid_until"),
        ({"valid_from": date(2026, 3, 2)}, "valid_until"),
    ],
)
def test_what_cant_be_is_refused_and_nothing_is_stored(zhang, fields, field):
    with pytest.raises(Refused) as refused:
        ask(zhang, **fields)

    assert refused.value.field == field
    assert (Relief.objects.count(), Entry.objects.filter(action="ask_relief").count()) == (0, 0)


def test_two_dont_hold_in_the_same_month(zhang):
    ask(zhang, valid_until=month("2026-06"))

    with pytest.raises(Refused):
        ask(zhang, valid_from=month("2026-05"))
    with pytest.raises(Refused):
        ask(zhang, valid_from=month("2026-01"))
    assert ask(zhang, valid_from=month("2026-06"))
    assert ask(zhang, valid_from=month("2026-01"), valid_until=MARCH)


def test_the_same_form_twice_asks_once(zhang):
    once = new(zhang)

    asked = [ask_relief(once, category="employed", by="officer", on=TODAY) for _ in range(2)]
    assert asked[0] == asked[1]
    assert Relief.objects.count() == 1


def test_the_ground_is_sealed(zhang):
    relief = ask(zhang)
    relief.refresh_from_db()

    assert (str(relief.ground), relief.ground.open()) == ("••••••", "长期患病")


def test_an_ended_relief_is_asked_for_again(cast, zhang):
    charge_month(cast.branch, month("2026-04"), by="officer", on=TODAY)
    relief = ask(zhang, category="retired")
    assert Charge.objects.net() == 0
    for wrong, reason in [("2026-02", "x"), ("2026-04", " ")]:
        with pytest.raises(Refused):
            end_relief(relief, valid_until=month(wrong), reason=reason, by="officer", on=TODAY)
    end_relief(relief, valid_until=month("2026-04"), reason="情况好转", by=cast.officer, on=TODAY)

    assert (owed(zhang), Charge.objects.net()) == (0, 4900)
    assert Entry.objects.get(action="end_relief").details["until"] == "2026-04"


def test_the_receipt_of_a_month_that_was_waived_still_says_that_month(cast, zhang):
    charge_month(cast.branch, month("2026-04"), by="officer", on=TODAY)
    pay(zhang, 4900, "2026-03-20")
    ask(zhang, category="retired", valid_until=month("2026-04"))

    assert settled(zhang) == {"2026-03": 4900}
    assert every_fen_is_somewhere()
