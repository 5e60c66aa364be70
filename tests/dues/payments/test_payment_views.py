"""Recording a payment, looking at it, taking it back: the pages."""

import re
import uuid

import pytest
from django.urls import reverse

from dues.models import Payment, PaymentProposal
from dues.payments.services import reverse_payment
from members.models import Office, User
from tests.cast import TODAY
from tests.dues.making import charge, left_open, pay, settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def zhang(cast):
    for month in ("2026-09", "2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    return cast.zhang


def new(member):
    return reverse("dues:payment-new", args=[member.key])


def typed(**changed):
    fields = {"key": uuid.uuid4(), "amount": "40.00", "paid_on": "2026-11-20", "way": "cash", "payer_kind": "self"}
    return fields | changed


def errors(answer):
    return answer.context["form"].errors


# --- Recording -----------------------------------------------------------------------------------------------------


def test_the_form_begins_with_all_that_is_open(cast, zhang, as_user):
    answer = as_user(cast.officer).get(new(zhang))

    assert answer.context["form"]["amount"].value() == "120.00"
    assert [effect.left_fen for effect in answer.context["outlook"].effects] == [0, 0, 0]


def test_a_payment_leads_to_its_receipt(cast, zhang, as_user):
    answer = as_user(cast.officer).post(new(zhang), typed(amount="60"), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("dues:receipt-detail", args=[Payment.objects.get().pk])
    assert "2026-0001" in answer.content.decode()
    assert "陆拾元整" in answer.content.decode()
    assert settled(zhang) == {"2026-09": 4000, "2026-10": 2000}


def test_a_double_click_is_one_payment(cast, zhang, as_user):
    client, form = as_user(cast.officer), typed()
    first, second = client.post(new(zhang), form), client.post(new(zhang), form)

    assert first.url == second.url
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "40.005"}, "amount"),
        ({"amount": "vierzig"}, "amount"),
        ({"amount": "120.01"}, "amount"),
        ({"paid_on": "2026-11-25"}, "paid_on"),
        ({"paid_on": "yesterday"}, "paid_on"),
        ({"way": "barter"}, "way"),
        ({"way": "ledger"}, "way"),
        ({"payer_kind": "relative"}, "payer_name"),
        ({"payer_kind": "other_member"}, "payer"),
        ({"voluntary": "40.01"}, "voluntary"),
        ({"voluntary": "-1"}, "voluntary"),
        ({"amount": "1120", "voluntary": "1000"}, "voluntary"),
    ],
)
def test_what_cant_be_is_said_beside_its_field(cast, zhang, as_user, changed, field):
    answer = as_user(cast.officer).post(new(zhang), typed(**changed))

    assert [*errors(answer)] == [field]
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("way", ["wage_deduction", "branch_funds"])
def test_forbidden_ways_are_answered_with_the_article(cast, zhang, as_user, way):
    answer = as_user(cast.officer).post(new(zhang), typed(way=way))

    assert "14" in errors(answer)["way"][0]


def test_months_further_back_ask_for_a_reason(cast, as_user):
    charge(cast.zhang, "2026-01", 4000)
    client = as_user(cast.officer)

    assert [*errors(client.post(new(cast.zhang), typed()))] == ["reason"]
    assert client.post(new(cast.zhang), typed(reason="住院半年")).status_code == 302


def test_a_relative_and_another_member_are_kept_by_name(cast, zhang, as_user):
    client = as_user(cast.officer)
    client.post(new(zhang), typed(payer_kind="relative", payer_name="张明", payer=cast.li.pk))
    client.post(new(zhang), typed(payer_kind="other_member", payer_name="张明", payer=cast.li.pk))

    assert list(Payment.objects.order_by("recorded_at").values_list("payer_name", "payer")) == [
        ("张明", None),
        ("", cast.li.pk),
    ]


def test_only_the_branch_is_offered_to_hand_over(cast, zhang, as_user):
    client = as_user(cast.officer)

    assert [*client.get(new(zhang)).context["form"].fields["payer"].queryset] == [cast.li]
    assert [*errors(client.post(new(zhang), typed(payer_kind="other_member", payer=cast.wang.pk)))] == ["payer"]


def test_without_script_a_button_shows_what_the_amount_would_settle(cast, zhang, as_user):
    answer = as_user(cast.officer).post(new(zhang), typed(amount="50", show="1"))

    assert [effect.gives_fen for effect in answer.context["outlook"].effects] == [4000, 1000, 0]
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "gives", "over"),
    [
        ({"amount": "50"}, ["40.00", "10.00", "—"], False),
        ({"amount": "50", "voluntary": "20"}, ["30.00", "—", "—"], False),
        ({"amount": "121"}, ["40.00", "40.00", "40.00"], True),
        ({"amount": "abc"}, ["—", "—", "—"], False),
        ({}, ["—", "—", "—"], False),
    ],
)
def test_the_part_that_follows_the_amount_says_what_it_settles(cast, zhang, as_user, asked, gives, over):
    text = as_user(cast.officer).get(reverse("dues:payment-effect", args=[zhang.key]), asked).content.decode()
    rows = text[text.index("<tbody>") : text.index("</tbody>")].split("</tr>")[:-1]

    assert [re.findall(r'<td class="number">(.*?)</td>', row)[1] for row in rows] == gives
    assert ("notice-warn" in text, "<form" in text) == (over, False)


def test_the_patched_part_is_the_part_of_the_fresh_page(cast, zhang, as_user):
    client = as_user(cast.officer)
    patch = client.get(reverse("dues:payment-effect", args=[zhang.key]), {"amount": "120.00"}).content.decode()

    assert patch.strip() in client.get(new(zhang)).content.decode()


# --- One's own -----------------------------------------------------------------------------------------------------


@pytest.fixture
def own(cast, zhang):
    User.objects.filter(pk=cast.member.pk).update(member=None)
    User.objects.filter(pk=cast.officer.pk).update(member=zhang)
    return zhang


def test_an_officers_own_payment_waits_for_another(cast, own, as_user):
    client = as_user(cast.officer)
    page = client.get(new(own))
    answer = client.post(new(own), typed())

    assert "payer" not in page.context["form"].fields
    assert answer.url == reverse("dues:proposal-list")
    assert (Payment.objects.count(), PaymentProposal.objects.count()) == (0, 1)


def test_another_officer_confirms_it_and_the_proposer_cant(cast, own, as_user):
    as_user(cast.officer).post(new(own), typed())
    confirm = reverse("dues:proposal-confirm", args=[PaymentProposal.objects.get().pk])

    as_user(cast.officer).post(confirm)
    assert Payment.objects.count() == 0
    assert confirm not in as_user(cast.officer).get(reverse("dues:proposal-list")).content.decode()
    assert confirm in as_user(cast.secretary).get(reverse("dues:proposal-list")).content.decode()
    as_user(cast.secretary).post(confirm)
    assert (Payment.objects.get().recorded_by, Payment.objects.get().confirmed_by) == ("officer", "secretary")


def test_declined_ones_stand_below_and_settle_nothing(cast, own, as_user):
    as_user(cast.officer).post(new(own), typed())
    client = as_user(cast.secretary)
    client.post(reverse("dues:proposal-decline", args=[PaymentProposal.objects.get().pk]))
    page = client.get(reverse("dues:proposal-list"))

    assert (page.context["waiting"], len(page.context["decided"]), settled(own)) == ([], 1, {})


def test_proposals_of_another_branch_arent_there(cast, own, as_user):
    as_user(cast.officer).post(new(own), typed())
    client, key = as_user(cast.next_secretary), PaymentProposal.objects.get().pk

    assert client.get(reverse("dues:proposal-list")).context["waiting"] == []
    for name in ("proposal-confirm", "proposal-decline"):
        assert client.post(reverse(f"dues:{name}", args=[key])).status_code == 404


# --- Looking at it and taking it back --------------------------------------------------------------------------------


@pytest.fixture
def payment(zhang):
    return pay(zhang, 6000, "2026-11-20")


def page_of(payment):
    return reverse("dues:payment-detail", args=[payment.pk])


def back(payment):
    return reverse("dues:payment-reverse", args=[payment.pk])


def test_a_payment_shows_what_it_settles(cast, payment, as_user):
    answer = as_user(cast.secretary).get(page_of(payment))

    assert [(f"{one.month:%m}", one.fen) for one in answer.context["settled"]] == [("09", 4000), ("10", 2000)]
    assert answer.context["may_reverse"] and answer.context["may_audit"]


def test_the_member_sees_it_without_the_buttons(cast, payment, as_user):
    answer = as_user(cast.member).get(page_of(payment))

    assert answer.status_code == 200
    assert not answer.context["may_reverse"] and not answer.context["may_audit"]
    assert back(payment) not in answer.content.decode()


def test_it_is_taken_back_with_a_reason(cast, zhang, payment, as_user):
    client = as_user(cast.officer)
    answer = client.post(back(payment), {"key": uuid.uuid4(), "reason": "记错了人"}, follow=True)

    assert "记错了人" in answer.content.decode()
    assert not answer.context["may_reverse"]
    assert (settled(zhang), Payment.objects.count()) == ({}, 2)
    line = Payment.objects.get(reverses=payment)
    assert client.get(page_of(line)).status_code == 200


def test_without_a_reason_it_stays(cast, zhang, payment, as_user):
    answer = as_user(cast.officer).post(back(payment), {"key": uuid.uuid4(), "reason": " "})

    assert [*errors(answer)] == ["reason"]
    assert Payment.objects.count() == 1


def test_a_second_click_on_taking_back_finds_it_done(cast, payment, as_user):
    client, form = as_user(cast.officer), {"key": uuid.uuid4(), "reason": "记错了人"}
    answers = [client.post(back(payment), form) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Payment.objects.count() == 2


def test_nobody_takes_his_own_payment_back(cast, own, as_user):
    payment = pay(own, 4000, "2026-11-20")
    answer = as_user(cast.officer).post(back(payment), {"key": uuid.uuid4(), "reason": "记错了"})

    assert answer.context["form"].non_field_errors()
    assert Payment.objects.count() == 1


# --- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("officer", 200),
        ("secretary", 200),
        ("next_secretary", 404),
        ("other_secretary", 404),
        ("member", 403),
        ("group_leader", 403),
        ("district_staff", 403),
        ("county_secretary", 403),
        ("inspector", 403),
        ("administrator", 403),
        ("stranger", 403),
    ],
)
@pytest.mark.parametrize("name", ["payment-new", "payment-effect"])
def test_who_may_record(cast, zhang, as_user, part, status, name):
    address = reverse(f"dues:{name}", args=[zhang.key])

    assert as_user(getattr(cast, part)).get(address).status_code == status


@pytest.mark.parametrize(
    ("part", "status"), [("next_secretary", 404), ("district_staff", 404), ("stranger", 404), ("member", 200)]
)
def test_who_may_look(cast, payment, as_user, part, status):
    assert as_user(getattr(cast, part)).get(page_of(payment)).status_code == status


@pytest.mark.parametrize(("part", "status"), [("next_secretary", 404), ("district_staff", 403), ("member", 403)])
def test_who_may_take_back(cast, payment, as_user, part, status):
    form = {"key": uuid.uuid4(), "reason": "不该由我"}

    assert as_user(getattr(cast, part)).post(back(payment), form).status_code == status
    assert Payment.objects.count() == 1


def test_somebody_on_no_roster_has_no_branch_to_pay_at(cast, zhang, as_user):
    zhang.affiliations.update(valid_until=TODAY, left_because="left_system")
    type(zhang).objects.filter(pk=zhang.pk).update(roster_path="")

    assert as_user(cast.officer).get(new(zhang)).status_code == 403


def test_wrong_methods_are_refused(cast, payment, as_user):
    client = as_user(cast.officer)

    assert client.get(back(payment)).status_code == 405
    assert client.post(page_of(payment)).status_code == 405


def test_an_unknown_payment_isnt_there(cast, as_user):
    assert as_user(cast.officer).get(reverse("dues:payment-detail", args=[uuid.uuid4()])).status_code == 404


def test_the_receipt_of_a_payment_taken_back_stays_open_to_be_read(cast, zhang, payment, as_user):
    reverse_payment(payment, key=uuid.uuid4(), reason="记错了人", by="officer", on=TODAY)

    assert left_open(zhang) == {"2026-09": 4000, "2026-10": 4000, "2026-11": 4000}
    answer = as_user(cast.member).get(reverse("dues:receipt-detail", args=[payment.pk]))
    assert not answer.context["sheets"][0].is_valid


def test_who_may_confirm_is_named_and_where_nobody_may_what_helps(cast, own, as_user):
    User.objects.update(language="en")
    client, page = as_user(cast.officer), reverse("dues:proposal-list")
    client.post(new(own), typed())
    named = client.get(page).text
    Office.objects.filter(user=cast.secretary).update(valid_until=TODAY)
    alone = client.get(page).text

    assert "To be confirmed by secretary (Branch secretary)." in named
    assert "Nobody else of the branch may confirm it yet." in alone
