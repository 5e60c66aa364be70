"""The reveal page: for offices that may, at the member's place, one value at a time, kept by no cache."""

import pytest
from django.urls import reverse

from audit.models import Entry
from members.models import Member
from tests.cast import make_national_id

PHONE, NATIONAL_ID = "15695900689", make_national_id("19750109", 349)


def url(member):
    return reverse("members:member-reveal", args=[member.key])


@pytest.fixture
def reveal(cast, as_user):
    def send(user=cast.secretary, member=cast.zhang, **data):
        return as_user(user).post(url(member), {"field": "phone", "reason": "通知开会", **data})

    return send


def text_of(answer):
    return answer.content.decode()


def test_the_form_shows_what_is_recorded_and_no_value(cast, as_user):
    page = text_of(as_user(cast.secretary).get(url(cast.zhang)))

    assert 'value="phone"' in page
    assert 'value="national_id"' in page
    assert 'value="address"' not in page
    assert PHONE not in page
    assert NATIONAL_ID not in page
    assert not Entry.objects.exists()


def test_one_value_is_shown_after_a_reason_was_typed(reveal):
    page = text_of(reveal())

    assert page.count(PHONE) == 1
    assert NATIONAL_ID not in page
    assert Entry.objects.get().details == {"field": "phone"}


def test_the_dues_base_is_shown_in_yuan(cast, reveal):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_base="480050")

    assert "4800.5" in text_of(reveal(field="dues_base"))


@pytest.mark.parametrize(
    "data",
    [
        {"reason": ""},
        {"reason": "  "},
        {"reason": "x"},
        {"reason": "因" * 201},
        {"field": ""},
        {"field": "address"},
        {"field": "remark"},
        {"field": "national_id_print"},
        {"field": ["phone", "national_id"], "reason": ""},
    ],
)
def test_a_form_that_is_not_filled_in_shows_no_value_and_leaves_no_entry(reveal, data):
    answer = reveal(**data)

    assert answer.status_code == 200
    assert "invalid-feedback" in text_of(answer)
    assert PHONE not in text_of(answer)
    assert not Entry.objects.exists()


def test_two_fields_in_one_form_show_one_value(reveal):
    page = text_of(reveal(field=["phone", "national_id"]))

    assert NATIONAL_ID in page
    assert PHONE not in page


def test_when_there_are_too_many_a_sentence_says_so(reveal, settings):
    settings.REVEALS_PER_HOUR = 1
    reveal()
    page = text_of(reveal())

    assert PHONE not in page
    assert "notice-bad" in page
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_cache_keeps_the_page(cast, as_user, method):
    answer = getattr(as_user(cast.secretary), method)(url(cast.zhang), {"field": "phone", "reason": "通知开会"})

    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_the_value_never_comes_into_an_address(reveal):
    answer = reveal()

    assert answer.status_code == 200
    assert answer.request["QUERY_STRING"] == ""


STATUS = [
    # part, own branch, next branch, other district
    ("secretary", 200, 404, 404),
    ("officer", 200, 404, 404),
    ("next_secretary", 404, 200, 404),
    ("district_staff", 200, 200, 404),
    ("county_staff", 200, 200, 200),
    ("group_leader", 403, 403, 403),
    ("county_secretary", 403, 403, 403),
    ("inspector", 403, 403, 403),
    ("administrator", 403, 403, 403),
    ("member", 403, 403, 403),
    ("stranger", 403, 403, 403),
]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("part", "zhang", "wang", "zhao"), STATUS)
def test_only_offices_that_may_reveal_at_the_members_place_get_there(cast, as_user, method, part, zhang, wang, zhao):
    client, data = as_user(getattr(cast, part)), {"field": "phone", "reason": "通知开会"}
    answers = [getattr(client, method)(url(member), data) for member in (cast.zhang, cast.wang, cast.zhao)]

    assert [answer.status_code for answer in answers] == [zhang, wang, zhao]
    shown = [
        phone in text_of(answer) for phone, answer in zip((PHONE, "18114818389", "13603060558"), answers, strict=True)
    ]
    assert shown == [method == "post" and status == 200 for status in (zhang, wang, zhao)]


def test_being_a_member_elsewhere_opens_nothing_there(cast, as_user):
    """A secretary sees his own row in the next branch, but has no office there."""
    cast.secretary.member = cast.wang
    cast.secretary.save()

    assert as_user(cast.secretary).get(url(cast.wang)).status_code == 403


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(cast, as_user, method):
    assert getattr(as_user(cast.secretary), method)(url(cast.zhang)).status_code == 405


def test_a_member_of_whom_nothing_private_is_known_has_nothing_to_choose(cast, as_user):
    Member.objects.filter(pk=cast.zhang.pk).update(phone="", national_id="")

    assert 'class="empty"' in text_of(as_user(cast.secretary).get(url(cast.zhang)))


def test_the_address_may_name_the_field(cast, as_user):
    form = as_user(cast.secretary).get(url(cast.zhang), {"field": "national_id"}).context["form"]

    assert form["field"].value() == "national_id"
