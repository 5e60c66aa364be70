"""Who may be on record already; who moves a member to another branch; what each end asks for."""

import uuid
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from audit.models import Entry
from members.choices import OrganizationKind, RowVerdict
from members.imports.running import import_roster
from members.models import Member, Organization
from tests.cast import TODAY, make_member, make_national_id, make_organization
from tests.members.imports.roster_files import person, roster
from tests.members.workbooks.workbook_files import identity

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

NEW_ID = make_national_id("19600501", 128)
CREATE = "members:member-create"


def filled(cast, **changed):
    return {
        "key": str(uuid.uuid4()),
        "organization": cast.branch.pk,
        "since": "2026-03-01",
        "name": "陈玉兰",
        "sex": "female",
        "membership": "formal_member",
        "national_id": NEW_ID,
        "phone": "13912345678",
        "born": "1960-05-01",
        "joined": "1985-07",
        "confirmed": "1986.7.1",
        **changed,
    }


# --- The same person twice ---
def test_who_may_be_on_record_already_is_shown_before_anything_is_stored(cast, as_user):
    client = as_user(cast.secretary)
    client.post(reverse(CREATE), filled(cast))
    sent = filled(cast, national_id="", phone="")
    answer = client.post(reverse(CREATE), sent)

    (double,) = answer.context["form"].doubles
    assert (double.member.name, double.same_number, double.same_birth, double.same_phone) == (
        "陈玉兰", False, True, False,
    )  # fmt: skip
    page = answer.content.decode()
    assert double.member.get_absolute_url() in page
    assert cast.branch.name in page
    assert "13912345678" not in page.replace(sent["key"], "")
    assert Member.objects.filter(name="陈玉兰").count() == 1

    client.post(reverse(CREATE), {**sent, "another": "on"})
    assert Member.objects.filter(name="陈玉兰").count() == 2


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, True),
        ({"born": "1960-05-02", "phone": "13912345678"}, True),
        ({"name": "陈玉华"}, False),
        ({"born": "1960-05"}, False),
        ({"born": ""}, False),
    ],
)
def test_the_name_with_the_birth_date_or_the_phone_number_make_a_double(cast, as_user, changed, found):
    client = as_user(cast.secretary)
    client.post(reverse(CREATE), filled(cast))
    client.post(reverse(CREATE), filled(cast, national_id="", **{"phone": "", **changed}))

    assert Member.objects.filter(name__startswith="陈玉").count() == (1 if found else 2)


def test_nothing_is_said_about_other_branches(cast, as_user):
    """A number that stands on another roster is stored like any other; the committee above both is told."""
    as_user(cast.next_secretary).post(reverse(CREATE), filled(cast, organization=cast.next_branch.pk))
    answer = as_user(cast.secretary).post(reverse(CREATE), filled(cast))

    assert answer.status_code == 302
    stored = Member.objects.get(name="陈玉兰", roster_path=cast.branch.path)
    assert cast.next_branch.name not in as_user(cast.secretary).get(stored.get_absolute_url()).content.decode()


def test_the_same_identity_number_is_led_to_the_entry_and_never_stored_twice(cast, as_user):
    client = as_user(cast.secretary)
    client.post(reverse(CREATE), filled(cast))
    answer = client.post(reverse(CREATE), filled(cast, another="on"))

    assert [one.same_number for one in answer.context["form"].doubles] == [True]
    assert "national_id" in answer.context["form"].errors
    assert Member.objects.filter(name="陈玉兰").count() == 1


# --- To another branch, and off the roster ---
def test_a_committees_staff_moves_a_member_between_its_branches(cast, as_user):
    url = reverse("members:member-move", args=[cast.zhang.key])
    client = as_user(cast.district_staff)
    offered = {place.code for place in client.get(url).context["form"].fields["organization"].queryset}
    client.post(url, {"key": uuid.uuid4(), "organization": cast.next_branch.pk, "on": "2026-11-01"})

    assert {"branch", "group", "next-branch"} <= offered
    assert "other-branch" not in offered
    cast.zhang.refresh_from_db()
    assert cast.zhang.roster_path == cast.next_branch.path


def test_a_group_is_offered_with_its_branch_and_the_move_is_asked_about(cast, as_user):
    html = as_user(cast.district_staff).get(reverse("members:member-move", args=[cast.zhang.key])).content.decode()

    assert f">{cast.branch.name} · {cast.group.name}</option>" in html
    assert f">{cast.next_branch.name}</option>" in html
    assert f'data-confirm="从所填日期起，{cast.zhang.name}' in html


def test_a_branch_is_told_who_can_move_a_member_to_another(cast, as_user):
    url = reverse("members:member-move", args=[cast.zhang.key])

    assert as_user(cast.secretary).get(url).context["others"] == ["城关镇党委 district_staff", "县委 county_staff"]
    assert "城关镇党委 district_staff" in as_user(cast.secretary).get(url).content.decode()
    assert as_user(cast.district_staff).get(url).context["others"] is None


def leave(client, member, **given):
    url = reverse("members:member-leave", args=[member.affiliations.get().key])
    return client.post(url, {"on": "2026-11-02", **given})


def test_what_happened_is_asked_first(cast, as_user):
    client = as_user(cast.secretary)
    url = reverse("members:member-leave", args=[cast.zhang.affiliations.get().key])
    page = client.get(url).content.decode()

    assert all(f"?because={code}" in page for code in ("left_system", "deceased", "removed", "withdrawn"))
    assert "form" not in client.get(url, {"because": "import_undone"}).context


@pytest.mark.parametrize(
    ("because", "given", "reason"),
    [
        ("deceased", {"proof": "family"}, "家属告知"),
        ("deceased", {"proof": "certificate", "reason": "2026-118"}, "死亡证明 · 2026-118"),
        ("deceased", {"reason": "2026-118"}, None),
        ("left_system", {"reason": "回执18"}, "回执18"),
        ("left_system", {}, None),
        ("removed", {"reason": "大会决定，党委批复"}, "大会决定，党委批复"),
        ("withdrawn", {"proof": "family", "reason": ""}, None),
    ],
)
def test_each_end_asks_for_the_paper_that_exists_for_it(cast, as_user, because, given, reason):
    """Also of somebody who can't be written to: nobody has to be told first."""
    Member.objects.filter(pk=cast.zhang.pk).update(phone="", email="", reach_by="")
    answer = leave(as_user(cast.secretary), cast.zhang, because=because, **given)

    ended = cast.zhang.affiliations.get()
    assert (answer.status_code, ended.left_because) == ((302, because) if reason else (200, ""))
    assert [one.reason for one in Entry.objects.filter(action="end_belonging")] == ([reason] if reason else [])


# --- On import ---
@pytest.fixture
def branch(db: None) -> Organization:
    return make_organization("b1", "红旗社区第一党支部", OrganizationKind.BRANCH)


def test_a_newcomer_with_name_and_birth_date_of_somebody_is_stored_with_a_warning(
    branch: Organization, tmp_path: Path
) -> None:
    other = make_organization("b2", "红旗社区第二党支部", OrganizationKind.BRANCH)
    born = {"birth_on": date(1958, 11, 26), "birth_precision": "day"}
    make_member("张三", branch, national_id=identity(number=31), **born)
    make_member("李四", other, **born)
    path = roster(tmp_path / "a.xlsx", [person("张三", 11), person("李四", 12), person("王五", 13), person("王五", 14)])
    report = import_roster(path, into=branch, may_build=True, on=TODAY, by="shell", dry_run=False)

    doubles = [note for note in report.warnings if note.problem.code.startswith("possible_double")]
    assert [(note.row, note.problem.code, note.problem.about) for note in doubles] == [
        (4, "possible_double", {"place": branch.name}),
        (7, "possible_double_in_file", {"row": 6}),
    ]
    assert report.counts == {RowVerdict.NEW: 4}
