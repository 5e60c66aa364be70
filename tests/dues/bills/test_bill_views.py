"""The pages about bills: upload, confirm what is clear, decide what is not."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dues.bills.queries import lines_of
from dues.bills.services import post_row, set_aside
from dues.choices import BillRowState
from dues.models import Bill, BillRow, Payment
from dues.payments.services import reverse_payment
from members.choices import OfficeKind
from members.models import Office
from tests.cast import TODAY
from tests.dues.bills.bill_files import WECHAT_ABOVE, WECHAT_HEADINGS, line, store, wechat_row
from tests.dues.making import charge, fix, left_open, pay, settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST, NEW, WAITING = reverse("dues:bill-list"), reverse("dues:bill-new"), reverse("dues:bill-row-list")


@pytest.fixture
def owing(cast):
    """张英 owes 40 yuan a month since September, 李国强 10 for November."""
    fix(cast.zhang, 4000)
    fix(cast.li, 1000)
    for month in ("2026-09", "2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    charge(cast.li, "2026-11", 1000)
    return cast


@pytest.fixture
def bill(owing):
    """Two clear rows for 张英, one to decide, one of nobody."""
    return store(
        owing,
        line(at="2026-11-20 08:00:00"),
        line(at="2026-11-21 08:00:00"),
        line(payer="金瑞", note="张英 李国强党费", fen=5500),
        line(payer="金瑞", note="还饭钱", fen=700),
    )


def at(name, row):
    return reverse(f"dues:{name}", args=[row.pk])


def upload(*rows, name="微信支付账单.csv"):
    content = (WECHAT_ABOVE + "\n".join([WECHAT_HEADINGS, *rows])).encode("utf-8-sig")
    return SimpleUploadedFile(name, content)


def groups(answer):
    return {group.name: group.lines for group in answer.context["groups"]}


def send(client, file, organization="branch", key=None):
    return client.post(NEW, {"key": key or uuid.uuid4(), "organization": organization, "file": file})


def test_uploading_leads_to_the_bill_and_posts_nothing(owing, as_user):
    file = upload(wechat_row("27815005961001", "金瑞", "张英党费", "40.00"))
    answer = send(as_user(owing.officer), file)
    bill = Bill.objects.get()
    assert answer.headers["Location"] == bill.get_absolute_url()
    assert (bill.organization, bill.source, bill.rows.get().state) == (owing.branch, "wechat", "certain")
    assert not Payment.objects.exists()


def test_a_double_click_uploads_once(owing, as_user):
    client, key = as_user(owing.officer), uuid.uuid4()
    for _click in range(2):
        send(client, upload(wechat_row("27815005961001", "金瑞", "张英党费", "40.00")), key=key)
    assert (Bill.objects.count(), BillRow.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "file"),
        (b"<html><body><table></table></body></html>", "file"),
        (b"PK\x03\x04cut", "file"),
        ("姓名,性别\n张英,女\n".encode(), "file"),
    ],
)
def test_what_is_no_bill_comes_back_with_a_sentence(owing, as_user, content, word):
    answer = send(as_user(owing.officer), SimpleUploadedFile("bill.xls", content))
    assert answer.status_code == 200
    assert answer.context["form"].errors[word]
    assert not Bill.objects.exists()


def test_a_row_that_cannot_be_read_is_told(owing, as_user):
    file = SimpleUploadedFile("明细.csv", "交易日期,收入,对方户名\n2026-10-29,四十元,张英\n".encode())
    client = as_user(owing.officer)
    send(client, file)
    assert "四十" in client.get(Bill.objects.get().get_absolute_url()).content.decode()


def test_another_branchs_bill_cannot_be_uploaded(owing, as_user):
    answer = send(
        as_user(owing.officer), upload(wechat_row("27815005961001", "金瑞", "张英党费", "40.00")), "next-branch"
    )
    assert (answer.status_code, Bill.objects.count()) == (200, 0)
    assert answer.context["form"].errors["organization"]


def test_the_bill_shows_what_each_row_would_settle(bill, owing, as_user):
    lines = groups(as_user(owing.officer).get(bill.get_absolute_url()))
    settles = [[f"{one.month:%Y-%m}" for one in clear.first.settles] for clear in lines["certain"]]
    assert settles == [["2026-09"], ["2026-10"]]
    [doubtful] = lines["doubtful"]
    assert [(one.member, one.open_fen, one.over_fen) for one in doubtful.choices] == [
        (owing.zhang, 12000, 0),
        (owing.li, 1000, 4500),
    ]
    assert [one.row.reason for one in lines["unmatched"]] == ["not_dues"]


def test_an_equal_payment_of_those_days_is_pointed_at(owing, as_user):
    cash = pay(owing.zhang, 4000, "2026-11-10")
    pay(owing.zhang, 4000, "2026-09-10")
    [clear] = groups(as_user(owing.officer).get(store(owing, line()).get_absolute_url()))["amount"]
    assert clear.first.alike == cash


def test_one_confirm_posts_what_is_ticked_and_no_more(bill, owing, as_user):
    first, second = bill.rows.filter(state="certain").order_by("came_at")
    answer = as_user(owing.officer).post(at("bill-post", bill), {"row": [str(first.pk)]})
    assert answer.headers["Location"] == bill.get_absolute_url()
    assert list(bill.rows.order_by("came_at").filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)) == [
        "posted",
        "certain",
    ]
    assert settled(owing.zhang) == {"2026-09": 4000}


def test_a_confirm_never_posts_what_is_doubtful(bill, owing, as_user):
    rows = [str(key) for key in bill.rows.values_list("pk", flat=True)]
    as_user(owing.officer).post(at("bill-post", bill), {"row": [*rows, "nonsense"]})
    assert sorted(bill.rows.values_list("state", flat=True)) == ["doubtful", "posted", "posted", "unmatched"]


def test_a_double_click_on_the_confirm_posts_once(bill, owing, as_user):
    rows = [str(key) for key in bill.rows.values_list("pk", flat=True)]
    for _click in range(2):
        as_user(owing.officer).post(at("bill-post", bill), {"row": rows})
    assert Payment.objects.count() == 2


def test_a_doubtful_row_is_decided_with_one_click(bill, owing, as_user):
    row = bill.rows.get(state="doubtful")
    answer = as_user(owing.officer).post(at("bill-row-decide", row), {"member": owing.zhang.key})
    row.refresh_from_db()
    assert answer.headers["Location"] == bill.get_absolute_url()
    assert (row.state, row.payment.member, row.decided_by) == ("posted", owing.zhang, "officer")


def test_what_the_ledger_refuses_is_held_and_says_why(bill, owing, as_user):
    row = bill.rows.get(state="doubtful")
    client = as_user(owing.officer)
    answer = client.post(at("bill-row-decide", row), {"member": owing.li.key}, follow=True)
    row.refresh_from_db()
    assert (row.state, row.member) == (BillRowState.HELD, owing.li)
    assert "45.00" in answer.content.decode()
    client.post(at("bill-row-decide", row), {"member": owing.li.key, "voluntary": "45"})
    row.refresh_from_db()
    assert (row.state, row.payment.voluntary_fen, left_open(owing.li)) == ("posted", 4500, {})


@pytest.mark.parametrize("sent", [{}, {"member": "nobody"}, {"member": uuid.uuid4()}, {"member": "", "voluntary": "x"}])
def test_a_decision_without_a_member_of_the_branch_comes_back(bill, owing, as_user, sent):
    row = bill.rows.get(state="doubtful")
    answer = as_user(owing.officer).post(at("bill-row-decide", row), sent)
    assert answer.status_code == 200
    assert answer.context["decide"].errors
    assert not Payment.objects.exists()


def test_a_member_of_another_branch_cannot_be_chosen(bill, owing, as_user):
    answer = as_user(owing.officer).post(
        at("bill-row-decide", bill.rows.get(state="doubtful")), {"member": owing.wang.key}
    )
    assert answer.context["decide"].errors["member"]
    assert owing.wang.name not in answer.content.decode()


def test_a_row_is_set_aside_taken_up_and_needs_a_reason(bill, owing, as_user):
    client, row = as_user(owing.officer), bill.rows.get(state="unmatched")
    assert client.post(at("bill-row-aside", row), {"reason": ""}).context["aside"].errors["reason"]
    client.post(at("bill-row-aside", row), {"reason": "还的饭钱"})
    row.refresh_from_db()
    assert (row.state, row.reason) == ("set_aside", "还的饭钱")
    client.post(at("bill-row-take-up", row))
    row.refresh_from_db()
    assert row.state == "unmatched"


def test_a_posting_is_taken_back_with_a_reason(bill, owing, as_user):
    client, row = as_user(owing.officer), bill.rows.filter(state="certain").first()
    post_row(row=row, by=owing.secretary, on=TODAY)
    assert client.post(at("bill-row-undo", row), {"reason": ""}).context["undo"].errors["reason"]
    client.post(at("bill-row-undo", row), {"reason": "记错了人"})
    row.refresh_from_db()
    assert (row.state, row.reason, settled(owing.zhang)) == ("doubtful", "记错了人", {})


@pytest.mark.parametrize(("reason", "left"), [("recorded", 2), ("nonsense", 4), ("", 4)])
def test_several_rows_are_set_aside_for_one_of_the_usual_reasons(bill, owing, as_user, reason, left):
    rows = [str(key) for key in bill.rows.exclude(state="certain").values_list("pk", flat=True)]
    as_user(owing.officer).post(at("bill-aside", bill), {"row": [*rows, "x"], "reason": reason})
    assert bill.rows.waiting().count() == left


def test_clear_rows_that_are_recorded_already_are_set_aside_from_the_same_list(bill, owing, as_user):
    client, row = as_user(owing.officer), bill.rows.filter(state="certain").first()
    assert f'formaction="{at("bill-aside", bill)}"' in client.get(bill.get_absolute_url()).content.decode()
    client.post(at("bill-aside", bill), {"row": [str(row.pk)], "reason": "recorded"})
    assert list(bill.rows.filter(state="set_aside")) == [row]


def test_what_is_posted_is_not_set_aside_with_the_others(bill, owing, as_user):
    row = post_row(row=bill.rows.filter(state="certain").first(), by="officer", on=TODAY)
    as_user(owing.officer).post(at("bill-aside", bill), {"row": [str(row.pk)], "reason": "recorded"})
    row.refresh_from_db()
    assert row.state == "posted"


def test_what_may_be_recorded_already_is_not_ticked(owing, as_user):
    pay(owing.zhang, 4000, "2026-11-10")
    bill = store(owing, line(), line(payer="李国强", note="党费", fen=1000))
    page = as_user(owing.officer).get(bill.get_absolute_url()).content.decode()
    ticked = {
        line.row.payer_name: f'id="row-{line.row.pk}" checked' in page for line in lines_of(bill.rows.all(), on=TODAY)
    }
    assert ticked == {"张英": False, "李国强": True}


def test_an_amount_that_is_no_number_of_months_is_never_ticked_nor_among_the_clear(owing, as_user):
    bill = store(owing, line(fen=8000), line(note="党费", fen=5000), line(payer="李国强", note="党费", fen=1000))
    answer = as_user(owing.officer).get(bill.get_absolute_url())
    clear, doubted = answer.context["groups"]

    assert (clear.name, clear.total, clear.fen, clear.shown_fen) == ("certain", 2, 9000, 9000)
    assert (doubted.name, doubted.total, doubted.fen) == ("amount", 1, 5000)
    assert f'id="row-{doubted.lines[0].row.pk}" data-fen="5000"' in answer.text
    assert answer.text.count(" checked") == 2
    assert "90.00" in answer.text.split("data-ticks-listed")[1].split("</span>")[0]


def test_what_the_service_refuses_is_shown(bill, owing, as_user):
    client, row = as_user(owing.officer), bill.rows.filter(state="certain").first()
    assert client.post(at("bill-row-undo", row), {"reason": "x"}).context["undo"].errors
    assert client.post(at("bill-row-take-up", row), follow=True).status_code == 200
    set_aside(row=row, reason="饭钱", by="officer")
    assert client.post(at("bill-row-decide", row), {"member": owing.zhang.key}).context["decide"].errors


def test_looking_again_changes_nothing_where_nothing_is_new(bill, owing, as_user):
    assert as_user(owing.officer).post(at("bill-again", bill)).headers["Location"] == bill.get_absolute_url()
    assert sorted(bill.rows.values_list("state", flat=True)) == ["certain", "certain", "doubtful", "unmatched"]


def test_every_state_of_a_row_has_a_page(bill, owing, as_user):
    client, rows = as_user(owing.officer), list(bill.rows.order_by("came_at", "amount_fen"))
    post_row(row=rows[0], member=owing.zhang, by="officer", on=TODAY)
    back = post_row(row=rows[1], member=owing.zhang, by="officer", on=TODAY)
    reverse_payment(back.payment, key=uuid.uuid4(), reason="错了", by="officer", on=TODAY)
    set_aside(row=rows[2], reason="饭钱", by="officer")
    for row in rows:
        assert client.get(at("bill-row-detail", row)).status_code == 200
    assert client.get(bill.get_absolute_url()).status_code == 200
    assert client.get(WAITING, {"state": "all"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 4),
        ({"state": "doubtful"}, 1),
        ({"state": "posted"}, 0),
        ({"state": "all"}, 4),
        ({"state": "nonsense"}, 4),
        ({"q": "金瑞"}, 2),
        ({"q": "饭钱"}, 1),
        ({"q": "张英"}, 3),
        ({"source": "alipay"}, 0),
        ({"source": "wechat", "order": "most"}, 4),
        ({"page": "x"}, 4),
    ],
)
def test_rows_that_wait_can_be_filtered(bill, owing, as_user, asked, count):
    assert len(as_user(owing.officer).get(WAITING, asked).context["listing"].rows) == count


def test_empty_lists_say_what_to_do(cast, as_user):
    client = as_user(cast.officer)
    assert NEW in client.get(LIST).content.decode()
    assert "includes" not in client.get(WAITING).content.decode()
    empty = store(cast)
    assert client.get(empty.get_absolute_url()).status_code == 200


def test_the_list_counts_what_waits(bill, owing, as_user):
    post_row(row=bill.rows.filter(state="certain").first(), by="officer", on=TODAY)
    answer = as_user(owing.officer).get(LIST)
    [shown] = answer.context["page"]
    assert (shown.waiting, shown.posted, shown.set_aside, shown.fen, answer.context["waiting"]) == (3, 1, 0, 14200, 3)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_the_same_queries_for_any_number_of_rows(owing, as_user, django_assert_num_queries, rows):
    lines = [line(at=f"2026-11-0{day} 08:00:00") for day in range(1, rows + 1)]
    bill = store(owing, *lines, *[line(payer="金瑞", note="张英 李国强", fen=day) for day in range(1, rows + 1)])
    client = as_user(owing.officer)
    client.get(LIST)
    for address, queries in ((LIST, 6), (bill.get_absolute_url(), 13), (WAITING, 9)):
        with django_assert_num_queries(queries):
            client.get(address)


OFFICERS = ("secretary", "officer")
PAGES = ("bill-detail", "bill-row-detail")
POSTS = (
    "bill-post",
    "bill-aside",
    "bill-again",
    "bill-row-decide",
    "bill-row-aside",
    "bill-row-take-up",
    "bill-row-undo",
)


@pytest.mark.parametrize("name", [*PAGES, *POSTS])
def test_only_who_records_the_branchs_dues_may(bill, owing, as_user, name):
    target = bill.rows.first() if "row" in name else bill
    method = "get" if name in PAGES else "post"
    for part, user in owing.users().items():
        status = getattr(as_user(user), method)(at(name, target)).status_code
        if part in OFFICERS:
            assert status in {200, 302}, part
        else:
            assert status in {403, 404}, part
    assert bill.rows.filter(state="posted").count() == 0


@pytest.mark.parametrize("address", [LIST, NEW, WAITING])
def test_only_who_records_dues_may_open_the_lists(owing, as_user, address):
    for part, user in owing.users().items():
        allowed = part in {*OFFICERS, "next_secretary", "other_secretary"}
        assert as_user(user).get(address).status_code == (200 if allowed else 403), part


def test_another_branch_sees_nothing_of_it(bill, owing, as_user):
    client = as_user(owing.next_secretary)
    assert client.get(bill.get_absolute_url()).status_code == 404
    assert list(client.get(LIST).context["page"]) == []
    assert client.get(WAITING, {"state": "all"}).context["listing"].rows == []


@pytest.mark.parametrize("name", POSTS)
def test_what_changes_something_is_only_posted(bill, owing, as_user, name):
    target = bill.rows.first() if "row" in name else bill
    assert as_user(owing.officer).get(at(name, target)).status_code == 405


def test_several_branches_can_be_told_apart(bill, owing, as_user):
    Office.objects.create(user=owing.officer, kind=OfficeKind.ORGANIZATION_OFFICER, organization=owing.next_branch)
    client = as_user(owing.officer)
    assert len(client.get(WAITING, {"org": "branch"}).context["listing"].rows) == 4
    assert len(client.get(WAITING, {"org": "next-branch"}).context["listing"].rows) == 0
