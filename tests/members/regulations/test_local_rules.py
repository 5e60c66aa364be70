"""A committee sets a rule of its own and ends it: rows, audit, refusals that leave nothing."""

import uuid
from datetime import date
from decimal import Decimal

import pytest

from audit.models import Entry
from members.access.queries import access_for
from members.models import LocalRule
from members.refused import Refused
from members.regulations import services
from members.regulations.queries import bearing_on, in_force_at, place_of
from members.regulations.services import Basis, add_local_rule, end_local_rule
from rulebook.book import rule
from tests.cast import TODAY

THEME_DAY = "meet.theme_day.per_month"
BASIS = Basis("关于主题党日的通知", "县委〔2026〕3号", "县委", date(2025, 12, 20))


def add(cast, organization=None, rule_key=THEME_DAY, value="2", valid_from=date(2026, 1, 1), **facts):
    known = {"key": uuid.uuid4(), "basis": BASIS, "on": TODAY, "by": cast.county_staff, **facts}
    return add_local_rule(
        organization=organization or cast.county, rule_key=rule_key, value=value, valid_from=valid_from, **known
    )


def reader(cast, part):
    """Somebody of the cast as a request knows them."""
    user = getattr(cast, part)
    user.access = access_for(user, on=TODAY)
    return user


def test_a_local_rule_is_stored_with_its_basis_and_audited(cast):
    row = add(cast)
    assert (row.rule_key, row.value, row.document, row.approved_by) == (THEME_DAY, "2", BASIS.document, "县委")
    assert (row.valid_from, row.valid_until) == (date(2026, 1, 1), None)
    entry = Entry.objects.get(action="add_local_rule")
    assert (entry.subject_id, entry.organization_code) == (str(row.pk), "county")
    assert entry.details == {"rule": THEME_DAY, "value": "2", "from": "2026-01-01"}


def test_the_same_form_sent_twice_stores_one_row(cast):
    key = uuid.uuid4()
    assert add(cast, key=key) == add(cast, key=key)
    assert LocalRule.objects.count() == 1
    assert Entry.objects.filter(action="add_local_rule").count() == 1


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"value": "0"}, "0"),
        ({"value": "9"}, "9"),
        ({"value": "two"}, "two"),
        ({"value": "1.5"}, "1.5"),
        ({"rule_key": "vote.general.pass", "value": "1"}, "."),
        ({"rule_key": "dues.flat.farmer", "value": "1.01"}, "1.01"),
        ({"rule_key": "dues.backpay.max_months", "value": "7"}, "7"),
        ({"rule_key": "dues.rounding", "value": "cent"}, "cent"),
        ({"valid_from": date(2010, 1, 1)}, "2010-01-01"),
        ({"basis": Basis("通知", "", "县委", date(2026, 11, 25))}, "."),
    ],
)
def test_what_loosens_or_has_no_place_is_refused_and_leaves_nothing(cast, facts, sentence):
    with pytest.raises(Refused, match=sentence):
        add(cast, **facts)
    assert not LocalRule.objects.exists()
    assert not Entry.objects.exists()


def test_only_a_committee_sets_rules(cast):
    with pytest.raises(Refused):
        add(cast, cast.branch)
    assert not LocalRule.objects.exists()


def test_a_committee_below_may_tighten_further_but_not_loosen_the_county(cast):
    add(cast, value="2")
    with pytest.raises(Refused, match="1"):
        add(cast, cast.district, value="1")
    assert add(cast, cast.district, value="3").value == "3"


def test_two_rules_of_one_committee_never_hold_at_once(cast):
    add(cast)
    with pytest.raises(Refused):
        add(cast, value="3", valid_from=date(2026, 6, 1))
    assert LocalRule.objects.count() == 1


def test_after_its_end_another_one_may_follow(cast):
    end_local_rule(local_rule=add(cast), on=date(2026, 6, 1), reason="县委〔2026〕9号", by=cast.county_staff)
    follower = add(cast, value="3", valid_from=date(2026, 6, 1))
    held = {on: rule(THEME_DAY, on, in_force_at(cast.branch.path, on=on)).whole for on in (date(2026, 5, 31), TODAY)}
    assert list(held.values()) == [2, 3]
    assert follower.valid_until is None


def test_a_local_rule_ends_on_a_day_with_its_reason_in_the_audit(cast):
    row = add(cast)
    end_local_rule(local_rule=row, on=date(2026, 6, 1), reason="县委〔2026〕9号", by=cast.county_staff)
    row.refresh_from_db()
    assert row.valid_until == date(2026, 6, 1)
    entry = Entry.objects.get(action="end_local_rule")
    assert (entry.reason, entry.details) == ("县委〔2026〕9号", {"rule": THEME_DAY, "until": "2026-06-01"})


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 6, 1), date(2026, 7, 1)])
def test_an_end_before_the_beginning_or_after_an_end_is_refused(cast, on):
    row = add(cast)
    end_local_rule(local_rule=row, on=date(2026, 6, 1), reason="通知", by=cast.county_staff)
    with pytest.raises(Refused):
        end_local_rule(local_rule=row, on=on, reason="通知", by=cast.county_staff)
    row.refresh_from_db()
    assert row.valid_until == date(2026, 6, 1)
    assert Entry.objects.filter(action="end_local_rule").count() == 1


def test_a_branch_is_bound_by_the_committees_above_it_outermost_first(cast):
    add(cast, cast.district, value="3")
    add(cast, cast.county, value="2")
    add(cast, cast.other_district, value="4")
    held = in_force_at(cast.branch.path, on=TODAY)
    assert [(one.organization, one.value) for one in held] == [("county", Decimal(2)), ("district", Decimal(3))]
    assert rule(THEME_DAY, TODAY, held).whole == 3


def test_words_and_fractions_come_back_as_the_rulebook_wants_them(cast):
    add(cast, rule_key="dues.rounding", value="jiao")
    add(cast, rule_key="dues.flat.farmer", value="0.50")
    assert {one.value for one in in_force_at(cast.county.path, on=TODAY)} == {"jiao", Decimal("0.5")}


def test_everybody_reads_what_binds_them_and_what_lies_in_their_care(cast):
    county, district, other = (
        add(cast, organization, value="2") for organization in (cast.county, cast.district, cast.other_district)
    )
    seen = {part: set(bearing_on(reader(cast, part))) for part in ("secretary", "member", "other_secretary")}
    assert seen == {"secretary": {county, district}, "member": {county, district}, "other_secretary": {county, other}}
    assert set(bearing_on(reader(cast, "county_staff"))) == {county, district, other}
    assert set(bearing_on(reader(cast, "stranger"))) == set()


def test_the_place_of_a_reader(cast):
    assert place_of(reader(cast, "secretary")) == cast.branch.path
    assert place_of(reader(cast, "member")) == cast.branch.path
    assert place_of(reader(cast, "stranger")) == ""


@pytest.mark.parametrize("same_form", [True, False])
def test_of_two_clicks_at_once_one_is_stored_and_the_other_told(cast, monkeypatch, same_form):
    key = uuid.uuid4()
    other = LocalRule(
        key=key if same_form else uuid.uuid4(), organization=cast.county, rule_key=THEME_DAY, value="2",
        document="通知", approved_by="县委", approved_on=date(2025, 12, 20), valid_from=date(2026, 1, 1),
    )  # fmt: skip
    monkeypatch.setattr(services, "_refuse_overlap", lambda row: other.save(force_insert=True))
    monkeypatch.setattr(services, "_stored_meanwhile", stored_meanwhile_after(other, services._stored_meanwhile))
    if same_form:
        assert add(cast, key=key).pk == other.pk
    else:
        with pytest.raises(Refused):
            add(cast, key=key)
    assert LocalRule.objects.count() == 1


def stored_meanwhile_after(other, look):
    """What the rolled-back transaction of this test took with it is stored again, as the other click's would be."""

    def stored(key):
        other.save(force_insert=True)
        return look(key)

    return stored
