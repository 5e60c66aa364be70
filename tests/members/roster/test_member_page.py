"""One member's page, one's own page, and the photo."""

import re
import uuid
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse

from members.choices import ContactKind, Membership, SituationKind
from members.models import Contact, ContactPerson, HelpRequest, Member, Situation
from members.roster.photos import LARGEST, store_photo
from tests.cast import make_national_id
from tests.members.roster.photo_files import jpeg, png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

CANARIES = {"phone": "15695900689", "national_id": make_national_id("19750109", 349), "address": "秘密地址七号"}


@pytest.fixture
def zhang(cast):
    zhang = cast.zhang
    zhang.joined_on, zhang.joined_precision = date(1999, 7, 1), "month"
    zhang.full_on, zhang.full_precision = date(2000, 7, 1), "month"
    zhang.birth_on, zhang.birth_precision = date(1975, 1, 9), "day"
    zhang.address, zhang.dues_base = CANARIES["address"], "123456789"
    zhang.save()
    return zhang


@pytest.fixture
def log(cast, zhang):
    """A contact log with a note that only the branch may read."""
    ContactPerson.objects.create(member=zhang, name="张小兰", relation="女儿", phone="13900004444")
    Contact.objects.create(
        member=zhang, happened_on=date(2026, 10, 1), kind=ContactKind.VISIT, made_by="李国强",
        needs="膝盖手术后行动不便", recorded_by=cast.secretary,
    )  # fmt: skip
    HelpRequest.objects.create(
        member=zhang,
        asked_on=date(2026, 10, 2),
        due_on=date(2026, 10, 17),
        request="想借一辆轮椅",
        recorded_by=cast.secretary,
    )


def page(as_user, user, member, query=""):
    return as_user(user).get(reverse("members:member-detail", args=[member.key]) + query)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_page_says_who_the_member_is_and_how_they_stand(cast, zhang, as_user):
    response = page(as_user, cast.secretary, zhang)
    content = text_of(response)

    for word in ("张英", "红旗社区第一党支部", "1975-01-09", "1999-07", "2000-07"):
        assert word in content
    assert "1999-07-01" not in content
    assert (response.context["age"], response.context["standing"]) == ("51", "26")


def test_private_values_are_masked_with_a_way_to_reveal_one(cast, zhang, log, as_user):
    content = text_of(page(as_user, cast.secretary, zhang))

    for canary in (*CANARIES.values(), "1234567.89", "123456789", "13900004444"):
        assert canary not in content
    for field in ("phone", "national_id", "address", "dues_base"):
        assert f"{reverse('members:member-reveal', args=[zhang.key])}?field={field}" in content


def test_who_may_not_reveal_sees_no_way_to(cast, zhang, as_user):
    assert "/reveal/" not in text_of(page(as_user, cast.group_leader, cast.li))
    assert "••••••" in text_of(page(as_user, cast.group_leader, cast.li))


def test_somebody_without_the_vote_is_told_so_with_the_article(cast, zhang, as_user, settings):
    settings.LANGUAGE_CODE = "en"
    Situation.objects.create(member=zhang, kind=SituationKind.PROBATION_WITHIN_PARTY, note="x")
    content = text_of(page(as_user, cast.secretary, zhang))
    assert "中国共产党基层组织选举工作条例" in content

    Member.objects.filter(pk=zhang.pk).update(membership=Membership.PROBATIONARY, full_on=None, full_precision="")
    assert page(as_user, cast.secretary, zhang).context["page"].formal is False


def test_situations_show_their_dates_and_those_that_ended_only_in_the_timeline(cast, zhang, as_user):
    Situation.objects.create(member=zhang, kind=SituationKind.MOBILE, valid_from=date(2026, 1, 5), place="深圳")
    Situation.objects.create(
        member=zhang, kind=SituationKind.SECONDED, valid_from=date(2020, 1, 5), valid_until=date(2021, 1, 5)
    )
    context = page(as_user, cast.secretary, zhang).context
    assert [(str(one.kind), begun) for one, begun in context["situations"]] == [("mobile", True)]
    assert "2021-01-05" in [event.when for event in context["events"]]


def test_the_branch_reads_the_contact_log_and_committees_do_not(cast, zhang, log, as_user):
    secrets = ("膝盖手术后行动不便", "想借一辆轮椅", "张小兰")
    branch, committee = (text_of(page(as_user, user, zhang)) for user in (cast.secretary, cast.county_staff))
    for secret in secrets:
        assert secret in branch
        assert secret not in committee
    assert "contacts/" not in committee


def test_the_timeline_goes_on_page_by_page(cast, zhang, as_user):
    Contact.objects.bulk_create(
        Contact(
            member=zhang, happened_on=date(2024, 1, 1) + timedelta(days=day), kind="phone", made_by="x",
            recorded_by=cast.secretary,
        )
        for day in range(20)
    )  # fmt: skip
    first = page(as_user, cast.secretary, zhang).context
    second = page(as_user, cast.secretary, zhang, f"?from={first['page'].older}").context
    assert (len(first["events"]), len(second["events"]), second["page"].older) == (15, 7, None)


@pytest.mark.parametrize("typed", ["-1", "x", "999999999999", "１"])
def test_a_page_of_the_timeline_that_is_none_is_the_first(cast, zhang, as_user, typed):
    assert page(as_user, cast.secretary, zhang, f"?from={typed}").context["start"] == 0


@pytest.mark.parametrize(
    ("actor", "whom", "status"),
    [
        ("secretary", "zhang", 200),
        ("secretary", "li", 200),
        ("district_staff", "zhang", 200),
        ("group_leader", "li", 200),
        ("group_leader", "zhang", 404),
        ("secretary", "wang", 404),
        ("next_secretary", "zhang", 404),
        ("other_secretary", "zhang", 404),
        ("county_secretary", "zhang", 403),
        ("inspector", "zhang", 403),
        ("administrator", "zhang", 403),
        ("stranger", "zhang", 403),
        ("member", "zhang", 403),
    ],
)
def test_who_may_open_whose_page(cast, as_user, actor, whom, status):
    assert page(as_user, getattr(cast, actor), getattr(cast, whom)).status_code == status


def test_a_member_who_is_not_there_is_as_missing_as_one_out_of_scope(cast, as_user):
    client = as_user(cast.secretary)
    assert client.get(reverse("members:member-detail", args=[uuid.uuid4()])).status_code == 404


def test_the_page_is_only_read(cast, as_user):
    assert as_user(cast.secretary).post(reverse("members:member-detail", args=[cast.zhang.key])).status_code == 405


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_costs_the_same_however_much_there_is(cast, zhang, as_user, rows, django_assert_num_queries):
    user = cast.secretary
    for number in range(rows):
        day = date(2020, 1, 1) + timedelta(days=40 * number)
        Contact.objects.create(member=zhang, happened_on=day, kind="visit", made_by="x", recorded_by=user)
        ContactPerson.objects.create(member=zhang, person=cast.li, valid_from=day)
        Situation.objects.create(member=zhang, kind="seconded", valid_from=day, valid_until=day + timedelta(days=9))
    client = as_user(user)
    with django_assert_num_queries(23):
        assert client.get(reverse("members:member-detail", args=[zhang.key])).status_code == 200


# --- One's own page ---
def test_ones_own_page_shows_ones_own_data(cast, zhang, log, as_user):
    content = text_of(as_user(cast.member).get(reverse("members:member-me")))
    for word in (*CANARIES.values(), "1234567.89", "想借一辆轮椅", "膝盖手术后行动不便", "张小兰"):
        assert word in content
    for link in ("/edit/", "/reveal/", "contacts/", "help/"):
        assert link not in content


def test_who_is_no_member_is_told_pleasantly(cast, as_user):
    response = as_user(cast.administrator).get(reverse("members:member-me"))
    assert response.status_code == 200
    assert response.context["nothing"].url == reverse("reminders:desk")


def test_ones_own_page_is_not_kept_by_the_browser_and_needs_a_log_in(cast, as_user, client):
    assert client.get(reverse("members:member-me")).status_code == 302
    response = as_user(cast.member).get(reverse("members:member-me"))
    assert "no-store" in response["Cache-Control"]
    assert as_user(cast.member).post(reverse("members:member-me")).status_code == 405


# --- The photo ---
@pytest.fixture
def photo(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    store_photo(member=cast.zhang, content=jpeg(), by=cast.secretary)
    return reverse("members:member-photo", args=[cast.zhang.key])


@pytest.mark.parametrize(
    ("actor", "status"),
    [("secretary", 200), ("member", 200), ("county_staff", 200), ("next_secretary", 404), ("stranger", 404)],
)
def test_a_photo_is_served_to_those_who_may_see_the_member(cast, photo, as_user, actor, status):
    response = as_user(getattr(cast, actor)).get(photo)
    assert response.status_code == status
    if status == 200:
        assert response["Content-Type"] == "image/jpeg"
        assert b"".join(response.streaming_content) == jpeg()
        assert "private" in response["Cache-Control"]


def test_a_photo_whose_file_is_gone_or_was_never_there_is_missing(cast, photo, as_user):
    cast.zhang.photo.storage.delete(cast.zhang.photo.name)
    assert as_user(cast.secretary).get(photo).status_code == 404
    assert as_user(cast.secretary).get(reverse("members:member-photo", args=[cast.li.key])).status_code == 404


def change(as_user, user, member, content):
    file = BytesIO(content)
    file.name = "portrait.jpg"
    return as_user(user).post(reverse("members:member-photo-change", args=[member.key]), {"photo": file})


def test_a_photo_is_uploaded_shown_and_removed(cast, photo, as_user):
    assert change(as_user, cast.secretary, cast.zhang, png()).status_code == 302
    assert Member.objects.get(pk=cast.zhang.pk).photo.name.endswith(".png")
    assert photo in text_of(page(as_user, cast.secretary, cast.zhang))

    removed = as_user(cast.secretary).post(reverse("members:member-photo-remove", args=[cast.zhang.key]))
    assert removed.status_code == 302
    assert not Member.objects.get(pk=cast.zhang.pk).photo


def test_what_is_no_picture_is_refused_with_a_sentence(cast, photo, as_user):
    response = change(as_user, cast.secretary, cast.zhang, b"<svg onload=alert(1)>")
    assert response.status_code == 200
    assert response.context["form"].errors["photo"]


def test_a_picture_that_is_too_large_is_refused_before_it_is_read(cast, photo, as_user):
    response = change(as_user, cast.secretary, cast.zhang, jpeg() + b"\0" * LARGEST)
    assert response.context["form"].errors["photo"]


@pytest.mark.parametrize(("actor", "status"), [("group_leader", 403), ("next_secretary", 404), ("county_staff", 403)])
def test_who_does_not_keep_the_roster_changes_no_photo(cast, photo, as_user, actor, status):
    user = getattr(cast, actor)
    assert change(as_user, user, cast.zhang, png()).status_code == status
    assert as_user(user).post(reverse("members:member-photo-remove", args=[cast.zhang.key])).status_code == status
    assert as_user(cast.secretary).get(reverse("members:member-photo-remove", args=[cast.zhang.key])).status_code == 405


def test_the_branch_is_a_link_for_who_may_read_its_roster(cast, as_user):
    url = reverse("members:member-groups", args=[cast.branch.code])

    assert url in text_of(page(as_user, cast.secretary, cast.li))
    assert url not in text_of(page(as_user, cast.group_leader, cast.li))
