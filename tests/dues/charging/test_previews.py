"""Acts that change months which are on record say so first: receipts, months, published figures."""

import json
import re
import uuid

import pytest
from django.core.management import call_command
from django.urls import reverse

from dues.charging.relief_services import NewRelief, ask_relief
from dues.choices import ReliefKind
from dues.models import Basis, Charge, ClosedMonth, LedgerImport, Relief
from dues.upwards.services import disclose
from members.choices import DuesCategory
from members.models import Member
from tests.cast import TODAY
from tests.dues.books.ledger_files import ledger
from tests.dues.making import charge, fix, month, pay, pay_by_ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
MARCH = month("2026-03")


@pytest.fixture
def paid(cast):
    """March is charged and paid with a receipt, April only charged; the year is published."""
    fix(cast.zhang, 4900, base=490_000, category="retired")
    for one in ("2026-03", "2026-04"):
        charge(cast.zhang, one, 4900)
    receipt = pay(cast.zhang, 4900, "2026-03-20").receipt
    disclose(
        organization=cast.branch, year=2026, way="board", place="公示栏", disclosed_on=TODAY, by=cast.officer, on=TODAY
    )
    return receipt


def shown(answer) -> str:
    """The part of the page that says what would be touched."""
    found = re.search(
        r'<section [^>]*aria-labelledby="touched"[^>]*>(.*?)</section>', answer.content.decode(), re.DOTALL
    )
    return re.sub(r"<[^>]+>|\s", "", found[1]) if found else ""


def seen(answer) -> dict[str, str]:
    return {"seen": re.search(r'name="seen" value="(\w+)"', answer.content.decode())[1]}


def names_all(text, receipt):
    wanted = (str(receipt), "张英", "2026年3月", "2026年4月", "红旗社区第一党支部2026")
    return all(one in text for one in wanted)


def relief_typed(**changed):
    facts = {
        "key": uuid.uuid4(),
        "kind": "waiver",
        "ground": "长期患病",
        "first": "2026-03",
        "decided_on": "2026-11-02",
    }
    return facts | changed


def test_a_waiver_for_past_months_names_them_with_receipt_and_publication_first(cast, as_user, paid):
    client, url, typed = as_user(cast.officer), reverse("dues:relief-new", args=[cast.zhang.key]), relief_typed()
    answer = client.post(url, typed)

    assert names_all(shown(answer), paid)
    assert shown(answer).startswith("存入后会影响什么还没有保存")
    assert re.search(r'<section [^>]*aria-labelledby="touched" tabindex="-1" autofocus>', answer.text)
    assert "49.00" in shown(answer)
    assert (Relief.objects.count(), Charge.objects.net()) == (0, 9800)
    client.post(url, typed | seen(answer))
    assert (Relief.objects.count(), Charge.objects.net()) == (1, 0)


def test_what_was_changed_on_the_form_meanwhile_is_shown_once_more(cast, as_user, paid):
    client, url, typed = as_user(cast.officer), reverse("dues:relief-new", args=[cast.zhang.key]), relief_typed()
    first = client.post(url, typed)
    second = client.post(url, typed | {"first": "2026-04"} | seen(first))

    assert "2026年3月" not in shown(second)
    assert "2026年4月" in shown(second)
    assert not Relief.objects.exists()


def test_a_waiver_that_waits_for_the_committee_touches_nothing_yet(cast, as_user, paid):
    Basis.objects.update(category="employed")
    answer = as_user(cast.officer).post(reverse("dues:relief-new", args=[cast.zhang.key]), relief_typed())

    assert answer.status_code == 302
    assert Relief.objects.get().needs_superior


@pytest.fixture
def asked(cast):
    new = NewRelief(
        key=uuid.uuid4(), member=cast.zhang, kind=ReliefKind.WAIVER, ground="大病", decided_on=MARCH, valid_from=MARCH
    )
    return ask_relief(new, category="employed", by=cast.officer, on=TODAY)


def test_the_committee_reads_which_months_but_no_amount_of_anybody(cast, as_user, paid, asked):
    client, url = as_user(cast.district_staff), reverse("dues:relief-approve", args=[asked.key])
    answer = client.post(url, {"document": ""})

    assert names_all(shown(answer), paid)
    assert "49" not in shown(answer)
    asked.refresh_from_db()
    assert asked.approved_on is None
    client.post(url, {"document": ""} | seen(answer))
    asked.refresh_from_db()
    assert (asked.approved_on, Charge.objects.net()) == (TODAY, 0)


def test_ending_it_for_months_that_are_over_says_so_first(cast, as_user, paid, asked):
    Relief.objects.update(needs_superior=False)
    client, url = as_user(cast.officer), reverse("dues:relief-end", args=[asked.key])
    for one in ("2026-03", "2026-04"):
        client.post(reverse("dues:charging-charge", args=["branch", 2026]), {"month": one})
    typed = {"last": "2026-02", "reason": "误记"}
    Relief.objects.update(valid_from=month("2026-01"))
    charge(cast.zhang, "2026-05", 4900, waived=4900, relief=asked, basis=Basis.objects.get())
    answer = client.post(url, typed)

    assert "2026年5月" in shown(answer)
    asked.refresh_from_db()
    assert asked.valid_until is None
    client.post(url, typed | seen(answer))
    asked.refresh_from_db()
    assert asked.valid_until == MARCH


def test_another_base_for_past_months_names_them_first(cast, as_user, paid):
    client, url = as_user(cast.officer), reverse("dues:basis-fix", args=[cast.zhang.key, 2026])
    typed = {"key": uuid.uuid4(), "category": "employed", "valid_from": "2026-03", "base": "9000", "reason": "补发"}
    answer = client.post(url, typed)

    assert names_all(shown(answer), paid)
    assert Basis.objects.count() == 1
    client.post(url, typed | seen(answer))
    assert Basis.objects.count() == 2


def test_charging_a_month_again_names_it_first(cast, as_user, paid):
    Basis.objects.update(amount_fen=2450)
    client, url = as_user(cast.officer), reverse("dues:charging-charge", args=["branch", 2026])
    answer = client.post(url, {"month": "2026-03"})

    assert "2026年3月" in shown(answer)
    assert str(paid) in shown(answer)
    assert "2026年4月" not in shown(answer)
    assert Charge.objects.net() == 9800
    client.post(url, {"month": "2026-03"} | seen(answer))
    assert Charge.objects.net() == 4900 + 2450


def test_what_touches_nothing_is_done_at_once(cast, as_user):
    fix(cast.zhang, 4900)
    as_user(cast.officer).post(reverse("dues:charging-charge", args=["branch", 2026]), {"month": "2026-03"})

    assert Charge.objects.net() == 4900


def test_amounts_that_another_branch_charged_are_not_shown(cast, as_user):
    fix(cast.zhang, 4900, category="retired")
    charge(cast.zhang, "2026-03", 4900, organization=cast.next_branch)
    answer = as_user(cast.officer).post(reverse("dues:relief-new", args=[cast.zhang.key]), relief_typed())

    assert "2026年3月" in shown(answer)
    assert "49" not in shown(answer)


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_the_command_prints_what_an_import_touches_as_warnings(cast, tmp_path, capsys, dry):
    Member.objects.update(dues_category=DuesCategory.EMPLOYED)
    charge(cast.zhang, "2026-02", 4000)
    pay_by_ledger(cast.zhang, 4000, "2026-03-05")
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")
    disclose(
        organization=cast.branch, year=2026, way="board", place="公示栏", disclosed_on=TODAY, by=cast.officer, on=TODAY
    )
    path = ledger(tmp_path / "one.xlsx", [["张英", 40, 10]], headings=["姓名", "月应交", "1月"])
    call_command("import_dues", str(path), "--org", "branch", "--year", "2026", "--json", *dry)
    warnings = {one["code"]: one["message"] for one in json.loads(capsys.readouterr().out)["warnings"]}

    assert "40.00" in warnings["touches_month"]
    assert "10.00" in warnings["touches_month"]
    assert "2026-02" in warnings["touches_closed"]
    assert "2026" in warnings["touches_published"]
    assert "touches_receipts" not in warnings
    assert LedgerImport.objects.count() == (0 if dry else 1)
