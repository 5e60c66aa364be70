"""The pages of values and objections: what they do, for whom, and what they refuse."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessment.models import Assessment, ManualValue, Objection
from tests.assessment.assessments.judging import (
    again,
    begun,
    clause,
    entered,
    indicator,
    page,
    record_says,
    second,
    shown,
)
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PDF = b"%PDF-1.7 evidence"
D = Decimal


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    record_says(monkeypatch)


def value(**facts):
    return {"key": uuid.uuid4(), "value": "2", "basis": "查阅台账", **facts}


def test_one_enters_and_another_confirms(cast, as_user):
    one = begun(cast)
    address, typed = page(one, "value-new", clause(one).pk), value(file=SimpleUploadedFile("x.exe", PDF))
    for _turn in range(2):
        typed["file"].seek(0)
        as_user(cast.district_staff).post(address, typed)
    made = ManualValue.objects.get()
    confirm = {"values": [made.pk]}
    as_user(cast.district_staff).post(page(one, "value-confirm"), confirm)
    assert ManualValue.objects.get().state == "waiting"
    sent = as_user(cast.district_staff).get(page(made, "value-file"))
    assert (sent["Content-Type"], ".exe" in sent["Content-Disposition"]) == ("application/pdf", False)
    assert as_user(cast.secretary).get(page(made, "value-file")).status_code == 404
    as_user(second(cast)).post(page(one, "value-confirm"), confirm)

    assert ManualValue.objects.get().state == "confirmed"
    assert again(one).known_points > 0


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("1.2", {"value": "x"}), ("1.2", {"value": "-1"}), ("1.2", {"basis": ""}), ("2.1", {"value": "91"}),
        ("1.2", {"key": "x"}), ("1.2", {"file": SimpleUploadedFile("x.pdf", b"no document")}),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_on_the_page(cast, as_user, code, wrong):
    one = begun(cast)
    typed = value(value="2" if code == "1.2" else "90", **wrong) if "value" not in wrong else value() | wrong
    answer = as_user(cast.district_staff).post(page(one, "value-new", clause(one, code).pk), typed)

    assert answer.status_code == 200
    assert not ManualValue.objects.exists()


def test_a_tier_is_chosen_from_its_words(cast, as_user):
    one = begun(cast)
    address = page(one, "value-new", clause(one, "2.1").pk)
    offered = as_user(cast.district_staff).get(address).context["form"].fields["value"].choices
    as_user(cast.district_staff).post(address, value(value="60"))

    assert [bound for bound, _words in offered] == ["90", "60", "0"]
    assert ManualValue.objects.get().value == 60


def test_nothing_found_is_entered_for_all_at_once(cast, as_user):
    one, key = begun(cast), uuid.uuid4()
    for _turn in range(2):
        as_user(cast.district_staff).post(page(one, "value-nothing"), {"key": key, "basis": "未发现"})

    assert [made.value for made in ManualValue.objects.all()] == [0, 0]


def test_a_value_is_refused_with_the_reason(cast, as_user):
    one = begun(cast)
    made = entered(one, cast.district_staff)
    address = page(made, "value-refuse")
    assert as_user(second(cast)).post(address, {"reason": ""}).status_code == 200
    assert as_user(cast.district_staff).post(address, {"reason": "不对"}).status_code == 200
    as_user(second(cast)).post(address, {"reason": "依据不足"})

    assert ManualValue.objects.get().refused_because == "依据不足"
    assert "依据不足" in as_user(cast.district_staff).get(page(one, "value-list")).content.decode()


def test_values_are_for_who_assesses(cast, as_user):
    one = shown(begun(cast), cast)
    entered(one, cast.district_staff)
    for name, more in (("value-list", ()), ("value-new", (clause(one).pk,)), ("value-nothing", ())):
        assert as_user(cast.secretary).get(page(one, name, *more)).status_code == 403
        assert as_user(cast.other_secretary).get(page(one, name, *more)).status_code in (403, 404)
    assert as_user(cast.district_staff).get(page(one, "value-new", uuid.uuid4())).status_code == 404
    assert as_user(cast.district_staff).get(page(one, "value-points", uuid.uuid4())).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_values_ask_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    one = begun(cast)
    for about in [clause(one), clause(one, position=1), clause(one, "2.1")][:number]:
        entered(one, cast.district_staff, about)
    client = as_user(second(cast))
    client.get(page(one, "value-list"))
    with django_assert_num_queries(7):
        client.get(page(one, "value-list"))


# --- Objections -------------------------------------------------------------------------------------------------------
def test_the_branch_objects_and_the_committee_answers(cast, as_user):
    one = shown(begun(cast), cast)
    address, typed = page(one, "objection-new", indicator(one).pk), {"key": uuid.uuid4(), "text": "材料已补"}
    assert as_user(cast.district_staff).post(address, typed).status_code == 403
    assert as_user(cast.next_secretary).post(address, typed).status_code in (403, 404)
    assert as_user(cast.secretary).post(address, typed | {"text": ""}).status_code == 200
    for _turn in range(2):
        as_user(cast.secretary).post(address, typed)
    objection = Objection.objects.get()
    answer = {"key": uuid.uuid4(), "outcome": "upheld", "points": "18", "answer": "已核实"}
    target = page(objection, "objection-answer")
    assert as_user(cast.secretary).post(target, answer).status_code == 403
    for wrong in ({"outcome": "x"}, {"points": ""}, {"points": "21"}, {"answer": ""}):
        assert as_user(cast.district_staff).post(target, answer | wrong).status_code == 200
    for _turn in range(2):
        as_user(cast.district_staff).post(target, answer)

    assert ManualValue.objects.get().value == 18
    for part in (cast.secretary, cast.district_staff):
        text = as_user(part).get(page(one)).content.decode()
        assert "材料已补" in text
        assert "已核实" in text


def test_objections_end_with_their_day(cast, as_user):
    one = shown(begun(cast), cast)
    Assessment.objects.update(shown_on=TODAY - timedelta(days=20), objections_until=TODAY - timedelta(days=1))
    answer = as_user(cast.secretary).post(
        page(one, "objection-new", indicator(one).pk), {"key": uuid.uuid4(), "text": "材料已补"}
    )

    assert answer.status_code == 200
    assert not as_user(cast.secretary).get(page(one)).context["may_object"]
    assert not Objection.objects.exists()
