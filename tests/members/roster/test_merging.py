"""Two entries of one person: who merges them, what moves, what stays, and parting them again."""

import re
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import serializers
from django.db.models import Sum
from django.urls import reverse

from audit.models import Entry
from dues.ledger.queries import standing_charges
from dues.models import Allocation, Charge, Payment
from dues.payments.services import reverse_payment
from meetings.models import Attendance, Meeting
from members.fields import opened
from members.models import Affiliation, Contact, Member, Merge, Office, Situation
from members.refused import Refused
from members.roster.merge_queries import MOVES, ONE, STAYS, counted, label, obstacles, references
from members.roster.merge_services import confirm_merge, propose_merge, refuse_merge, undo_merge
from members.roster.move_services import take_back_step
from members.roster.services import scope_mismatches
from tests.cast import TODAY, make_member, make_national_id
from tests.dues.making import charge, fix, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def double(cast):
    """Another entry of Zhang Ying: with a phone, a number, a contact, a situation, two meetings and a month's dues."""
    number = make_national_id("19750109", 351)
    member = make_member("张瑛", cast.branch, national_id=number, phone="13900001111", ethnicity="回族")
    Contact.objects.create(member=member, happened_on=TODAY, kind="visit", made_by="李", recorded_by=cast.secretary)
    for one in (member, cast.zhang):
        Situation.objects.create(member=one, kind="mobile", valid_from="2026-01-01")
    Situation.objects.create(member=member, kind="hardship", valid_from="2026-01-01")
    for day, present in (("2026-10-09", (member, cast.zhang)), ("2026-11-09", (member,))):
        meeting = Meeting.objects.create(
            organization=cast.branch, kind="theme_day", day=day, counts_for_year=2026, state="held"
        )
        for one in present:
            Attendance.objects.create(meeting=meeting, member=one, name=one.name, is_formal=True, state="on_site")
    charge(member, "2026-09", 500)
    pay(member, 500, "2026-10-01")
    charge(cast.zhang, "2026-10", 500)
    return member


def propose(cast, double, takes=("name", "national_id"), **given):
    facts = {
        "key": uuid.uuid4(),
        "kept": cast.zhang,
        "merged": double,
        "takes": takes,
        "reason": "同一个人",
        "by": cast.officer,
    }
    return propose_merge(**facts | given)


@pytest.fixture
def merge(cast, double):
    return propose(cast, double)


def confirmed(cast, merge):
    confirm_merge(merge=merge, on=TODAY, by=cast.secretary)
    merge.refresh_from_db()
    cast.zhang.refresh_from_db()
    merge.merged.refresh_from_db()
    return merge


def everything():
    """Every row that names a member, and the members."""
    models = [Member, *dict.fromkeys(field.model for field in references() if field.model is not Merge)]
    rows = [row for model in models for row in serializers.serialize("python", model._base_manager.order_by("pk"))]
    return [
        {**row, "fields": {name: str(value) for name, value in row["fields"].items() if name not in SEALED}}
        for row in rows
    ]


SEALED = {"national_id", "phone", "address", "dues_base"}
"""Stored anew, they are other ciphers of the same."""


def totals():
    return (
        Charge.objects.aggregate(Sum("amount_fen")), Payment.objects.aggregate(Sum("amount_fen")),
        Allocation.objects.count(), standing_charges().count(), Attendance.objects.filter(state="on_site").count(),
        Contact.objects.count(), Situation.objects.count(),
    )  # fmt: skip


def test_every_field_that_names_a_member_says_what_becomes_of_it():
    found = {label(field) for field in references()}

    assert found == set(settings.MERGING)
    assert set(settings.MERGING.values()) == {MOVES, STAYS, ONE}


def test_each_of_them_has_a_chinese_name(cast):
    """What the page names must be read there."""
    names = {str(field.model._meta.verbose_name) for field in references()}

    assert {name for name in names if name.isascii()} == set()


def test_what_may_move_moves_and_the_rest_is_reached_and_no_total_changes(cast, merge, double):
    before, members = totals(), Member.objects.on_roster().count()
    confirmed(cast, merge)

    assert totals() == before
    assert Member.objects.on_roster().count() == members - 1
    assert Contact.objects.get().member == cast.zhang
    assert {(one.member_id, one.kind) for one in Situation.objects.all()} == {
        (cast.zhang.pk, "mobile"), (cast.zhang.pk, "hardship"), (double.pk, "mobile"),
    }  # fmt: skip
    assert [(one.member_id, str(one.meeting.day)) for one in Attendance.objects.order_by("meeting__day", "pk")] == [
        (double.pk, "2026-10-09"), (cast.zhang.pk, "2026-10-09"), (cast.zhang.pk, "2026-11-09"),
    ]  # fmt: skip
    assert Charge.objects.get(month="2026-09-01").member == double
    charged = next(line for line in counted(cast.zhang, double) if line.name == str(Charge._meta.verbose_name))
    assert (charged.kept, charged.merged, charged.stays) == (1, 1, True)


def test_the_chosen_facts_are_taken_and_the_number_is_given_away(cast, merge, double):
    number, phone = opened(double.national_id), opened(cast.zhang.phone)
    confirmed(cast, merge)

    assert (cast.zhang.name, opened(cast.zhang.national_id), opened(cast.zhang.phone)) == ("张瑛", number, phone)
    assert opened(merge.merged.national_id) == ""
    assert list(Member.objects.search("张瑛").filter(pk=cast.zhang.pk)) == [cast.zhang]


def test_the_entry_that_goes_leaves_its_roster_and_both_trails_tell_it(cast, merge, double):
    confirmed(cast, merge)
    ended = Affiliation.objects.get(member=double)

    assert (ended.valid_until, ended.left_because, merge.merged.roster_path) == (TODAY, "merged", "")
    assert not scope_mismatches(on=TODAY).exists()
    told = Entry.objects.filter(action="confirm_merge").values_list("subject_id", "actor")
    assert {one for one, _actor in told} == {str(cast.zhang.pk), str(double.pk)}
    with pytest.raises(Refused):
        take_back_step(affiliation=ended, reason="x", by=cast.secretary)


def test_undoing_restores_exactly(cast, merge, double):
    before, numbers = everything(), [opened(one.national_id) for one in (cast.zhang, double)]
    confirmed(cast, merge)
    assert everything() != before
    undo_merge(merge=merge, reason="是两个人", on=TODAY + timedelta(days=30), by=cast.officer)

    assert everything() == before
    assert [
        opened(one.national_id) for one in Member.objects.filter(pk__in=(cast.zhang.pk, double.pk)).order_by("pk")
    ] == numbers
    undo_merge(merge=merge, reason="x", on=TODAY, by=cast.officer)
    assert Entry.objects.filter(action="undo_merge").count() == 2


def test_it_is_undone_within_thirty_days_and_not_over_what_was_written_since(cast, merge):
    confirmed(cast, merge)
    with pytest.raises(Refused):
        undo_merge(merge=merge, reason="x", on=TODAY + timedelta(days=31), by=cast.officer)
    Member.objects.filter(pk=cast.zhang.pk).update(ethnicity="苗族")
    with pytest.raises(Refused):
        undo_merge(merge=merge, reason="x", on=TODAY, by=cast.officer)


def test_nobody_confirms_a_proposal_of_their_own(cast, merge):
    with pytest.raises(Refused):
        confirm_merge(merge=merge, on=TODAY, by=cast.officer)
    merge.refresh_from_db()
    assert merge.state == "proposed"

    refuse_merge(merge=merge, on=TODAY, by=cast.officer)
    confirm_merge(merge=merge, on=TODAY, by=cast.secretary)
    merge.refresh_from_db()
    assert merge.state == "refused"


def test_twice_with_one_key_is_once_and_one_entry_is_merged_once(cast, double):
    key = uuid.uuid4()
    assert propose(cast, double, key=key) == propose(cast, double, key=key)
    with pytest.raises(Refused):
        propose(cast, double)
    with pytest.raises(Refused):
        propose(cast, double, kept=double, merged=cast.zhang)


def test_what_has_to_be_settled_first_is_said(cast, double):
    assert obstacles(cast.zhang, double) == []
    charge(cast.zhang, "2026-09", 500)
    charge(double, "2026-11", 500)
    Office.objects.create(member=cast.zhang, organization=cast.branch, kind="committee_member")
    Office.objects.create(member=double, organization=cast.branch, kind="committee_member")

    assert len(obstacles(cast.zhang, double)) == 3
    with pytest.raises(Refused):
        propose(cast, double)
    assert not Merge.objects.exists()


def test_the_entry_with_the_dues_is_the_one_that_is_kept(cast, double):
    other = make_member("张英", cast.branch)
    with pytest.raises(Refused):
        propose(cast, cast.zhang, kept=other, takes=())
    assert propose(cast, other, takes=())


def test_without_charges_the_entry_with_the_bases_is_kept(cast):
    other = make_member("张英", cast.branch)
    fix(cast.zhang, 500)
    assert (len(obstacles(other, cast.zhang)), obstacles(cast.zhang, other)) == (1, [])
    charge(other, "2026-10", 500)
    assert obstacles(other, cast.zhang) == []


def test_a_double_that_was_charged_all_year_can_be_settled_by_what_the_page_says(cast, as_user):
    months = [f"2026-{number:02}" for number in range(1, 12)]
    double = make_member("张英", cast.branch)
    for one in (cast.zhang, double):
        basis = fix(one, 500)
        for name in months:
            charge(one, name, 500, basis=basis)
    payment = pay(double, 500, "2026-01-15")
    url = reverse("members:merge-new", args=[cast.zhang.key])
    page = as_user(cast.officer).get(url, {"other": double.key}).text

    assert "、".join(months[1:]) in page
    for name, key, shown in (("dues:payment-detail", payment.pk, True), ("dues:member-detail", double.key, False)):
        assert (f'href="{reverse(name, args=[key])}"' in page) is shown
    reverse_payment(payment, key=uuid.uuid4(), reason="重复登记", by=cast.officer, on=TODAY)
    assert obstacles(cast.zhang, double) == []
    assert "、".join(months) in as_user(cast.officer).get(url, {"other": double.key}).text


# --- Pages ---
def test_the_page_proposes_to_keep_the_entry_with_more_of_the_dues(cast, as_user, double):
    other = make_member("张英", cast.branch)
    client = as_user(cast.officer)

    def turned(kept, merged):
        url = reverse("members:merge-new", args=[kept.key])
        link = f'href="{reverse("members:merge-new", args=[merged.key])}?other={kept.key}"'
        return link in client.get(url, {"other": merged.key}).content.decode()

    assert turned(cast.zhang, double)
    assert turned(other, cast.zhang)
    assert not turned(double, cast.zhang)


def test_from_the_members_page_to_the_second_persons_yes_and_back(cast, as_user, double):
    client, url = as_user(cast.officer), reverse("members:merge-new", args=[cast.zhang.key])
    assert f'href="{url}"' in client.get(cast.zhang.get_absolute_url()).content.decode()
    Member.objects.filter(pk=double.pk).update(name="张英")
    assert f"?other={double.key}" in client.get(url).content.decode()
    form = client.get(url, {"other": double.key}).context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"reason": "重复登记", "take_ethnicity": "merged"}
    page = client.post(f"{url}?other={double.key}", sent)["Location"]
    assert "13900001111" not in client.get(f"{url}?other={double.key}").content.decode()

    assert client.post(page, {"act": "confirm"}).status_code == 200
    other = as_user(cast.secretary)
    assert page in other.get("/").content.decode()
    assert other.post(page, {"act": "confirm"}).status_code == 302
    cast.zhang.refresh_from_db()
    assert (cast.zhang.ethnicity, Merge.objects.get().state) == ("回族", "done")
    assert page in other.get(double.get_absolute_url()).content.decode()
    assert other.post(page, {"act": "undo"}).status_code == 200
    assert other.post(page, {"act": "undo", "reason": "看错了"}).status_code == 302
    assert Merge.objects.get().state == "undone"


def test_the_page_tells_two_entries_of_one_name_apart(cast, as_user, merge, double):
    """Birth date, day of entry and place beside each; none of them where it isn't known."""
    Member.objects.filter(pk=double.pk).update(name="张英", birth_on="1975-01-09", birth_precision="day")
    new, client = reverse("members:merge-new", args=[cast.zhang.key]), as_user(cast.officer)
    for page in (client.get(new, {"other": double.key}).text, client.get(merge.get_absolute_url()).text):
        one, other = re.findall(r'<a href="/members/[^"]*">张英</a> <span class="quiet">(.*?)</span>', page)
        assert "1975-01-09" in other
        assert "1975-01-09" not in one
        assert cast.branch.name in one and cast.branch.name in other


def test_each_fact_that_differs_says_of_which_entry_it_is(cast, as_user, double):
    """Of a phone number only that there is one: so the words before it tell the two apart."""
    Member.objects.filter(pk=cast.zhang.pk).update(ethnicity="汉族", phone="13900002222")
    page = as_user(cast.officer).get(reverse("members:merge-new", args=[cast.zhang.key]), {"other": double.key}).text

    for said in ("保留的登记：汉族", "并入的登记：回族", "保留的登记：••••••", "并入的登记：••••••"):
        assert said in page
    assert "1390000" not in page


def test_an_entry_of_a_roster_that_one_does_not_keep_is_not_offered(cast, as_user):
    Member.objects.filter(pk=cast.wang.pk).update(name=cast.zhang.name)
    client, url = as_user(cast.secretary), reverse("members:merge-new", args=[cast.zhang.key])

    assert client.get(url).context["choices"] == []
    assert client.get(url, {"other": cast.wang.key}).status_code == 404
    (other,) = as_user(cast.district_staff).get(url).context["choices"]
    assert other.url == f"?other={cast.wang.key}"
