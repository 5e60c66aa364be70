"""A number says nothing about who stands on other rosters: taken elsewhere or unknown, it is answered the same."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from members.access.queries import access_for
from members.choices import RowVerdict
from members.imports import running
from members.models import Member, RosterImport, User
from members.refused import Refused
from members.roster import services
from members.roster.merge_queries import disputes
from members.roster.merge_services import confirm_merge, propose_merge, undo_merge
from members.verification import checks
from tests.cast import TODAY, Cast, make_national_id
from tests.members.imports.roster_files import person, roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
TAKEN, UNKNOWN = make_national_id("19520318", 188), make_national_id("19520318", 586)
"""Of wang of the next branch, and of nobody; both of a woman of that day."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NEW = reverse("members:member-create")
AsUser = Callable[[User], Client]


def typed(cast: Cast, number: str, name: str = "周梅") -> dict[str, str]:
    return {
        "key": str(uuid4()), "organization": str(cast.branch.pk), "name": name, "national_id": number,
        "membership": "formal_member", "another": "1",
    }  # fmt: skip


def loaded(user: User) -> User:
    user.access = access_for(user, on=TODAY)
    return user


def entered(cast: Cast, number: str = TAKEN, by: User | str | None = None, name: str = "周梅") -> Member:
    values = {"name": name, "national_id": number, "membership": "formal_member"}
    return services.create_member(
        key=uuid4(), organization=cast.branch, since=None, values=values, on=TODAY, by=by or loaded(cast.secretary)
    )


def test_the_form_for_a_new_member_answers_the_same(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.secretary)
    answers = [client.post(NEW, typed(cast, number)) for number in (TAKEN, UNKNOWN)]
    assert [answer.status_code for answer in answers] == [302, 302]
    taken, unknown = Member.objects.filter(name="周梅").order_by("pk")
    assert (taken.number_disputed, unknown.number_disputed) == (True, False)
    client.get("/")  # where what was stored is said
    pages = [client.get(one.get_absolute_url()).content.decode() for one in (taken, unknown)]
    assert shown(pages[0]) == shown(pages[1])


def shown(page: str) -> str:
    """What a person reads: without the keys of rows and the token of the form."""
    return UUID.sub("", "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line))


def test_without_the_rule_the_form_would_tell(cast: Cast, as_user: AsUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: who is told of everybody is refused for the one number and not for the other."""
    monkeypatch.setattr(services, "User", type("Nobody", (), {}))
    client = as_user(cast.secretary)
    assert [client.post(NEW, typed(cast, number)).status_code for number in (TAKEN, UNKNOWN)] == [200, 302]


@pytest.mark.parametrize("number", [TAKEN, UNKNOWN])
def test_entered_a_second_time_it_is_known_on_ones_own_roster(cast: Cast, as_user: AsUser, number: str) -> None:
    client = as_user(cast.secretary)
    client.post(NEW, typed(cast, number))
    assert client.post(NEW, typed(cast, number)).context["form"].errors["national_id"]


@pytest.mark.parametrize("number", [TAKEN, UNKNOWN])
def test_a_number_that_is_corrected_is_answered_the_same(cast: Cast, number: str) -> None:
    zhang = Member.objects.get(pk=cast.zhang.pk)
    changed = services.edit_member(
        member=zhang, values={"national_id": number}, version=services.version_of(zhang), on=TODAY,
        by=loaded(cast.secretary), reason="看错了身份证",
    )  # fmt: skip
    assert changed == ["national_id"]


def test_who_sees_both_rosters_is_told(cast: Cast) -> None:
    with pytest.raises(Refused):
        entered(cast, by=loaded(cast.district_staff))
    with pytest.raises(Refused):
        entered(cast, by="shell")


def imported(cast: Cast, path: Path, number: str, by: User, name: str = "周梅") -> RosterImport:
    """As the pages do it: read, confirmed by whoever looked through it, stored."""
    row = person(name, 1, male=False, born="19520318", 身份证号码=number, 性别=None)
    begun = running.service.receive_workbook(
        key=uuid4(), file_name="名册.xlsx", organization=cast.branch, may_build=False, by=by
    )
    running.file_of(begun).parent.mkdir(parents=True, exist_ok=True)
    running.file_of(begun).write_bytes(roster(path, [row]).read_bytes())
    running.read_import(begun, on=TODAY)
    begun.refresh_from_db()
    return begun


@pytest.fixture
def own_folder(settings, tmp_path: Path) -> None:
    settings.IMPORT_ROOT = tmp_path / "imports"


@pytest.mark.usefixtures("own_folder")
def test_an_import_answers_the_same(cast: Cast, tmp_path: Path) -> None:
    found = [
        imported(cast, tmp_path / f"{number}.xlsx", number, cast.secretary).rows.values_list("verdict", "problems")[:]
        for number in (TAKEN, UNKNOWN)
    ]
    assert list(found[0]) == list(found[1])
    assert found[0][0][0] == RowVerdict.NEW


@pytest.mark.usefixtures("own_folder")
def test_somebody_who_left_another_branch_is_as_unknown(cast: Cast, tmp_path: Path) -> None:
    Member.objects.filter(pk=cast.wang.pk).update(roster_path="")
    row = imported(cast, tmp_path / "a.xlsx", TAKEN, cast.secretary).rows.get()
    assert (row.verdict, row.problems) == (RowVerdict.NEW, [])


@pytest.mark.usefixtures("own_folder")
def test_the_committees_staff_is_told_by_an_import(cast: Cast, tmp_path: Path) -> None:
    row = imported(cast, tmp_path / "a.xlsx", TAKEN, cast.district_staff).rows.get()
    assert (row.verdict, row.problems[0]["code"]) == (RowVerdict.REFUSED, "belongs_to_another_branch")


@pytest.mark.usefixtures("own_folder")
def test_an_import_stores_it_and_knows_it_again(cast: Cast, tmp_path: Path) -> None:
    for verdict in (RowVerdict.NEW, RowVerdict.UNCHANGED):
        begun = imported(cast, tmp_path / f"{verdict}.xlsx", TAKEN, cast.secretary)
        assert begun.rows.get().verdict == verdict
        running.service.confirm_import(roster_import=begun, by=cast.secretary)
        running.apply_import(begun, on=TODAY)
    stored = Member.objects.get(name="周梅")
    assert (stored.number_disputed, stored.roster_path) == (True, cast.branch.path)


def test_the_committee_above_both_gets_a_line_with_the_two_entries(cast: Cast, as_user: AsUser) -> None:
    later = entered(cast)
    link = f"{reverse('members:merge-new', args=[cast.wang.key])}?other={later.key}"
    seen = {part: bool(disputes(loaded(user))) for part, user in cast.users().items()}
    assert {part for part, sees in seen.items() if sees} == {"district_staff", "county_staff"}
    client = as_user(cast.district_staff)
    assert link in client.get("/").content.decode().replace("&amp;", "&")
    assert client.get(link).status_code == 200


def test_merging_the_two_ends_the_dispute_and_parting_them_takes_it_up(cast: Cast) -> None:
    later = entered(cast)
    merge = propose_merge(
        key=uuid4(), kept=later, merged=cast.wang, takes=[], reason="同一个人", by=loaded(cast.district_staff)
    )
    confirm_merge(merge=merge, on=TODAY, by=loaded(cast.county_staff))
    later.refresh_from_db()
    assert (later.number_disputed, disputes(loaded(cast.county_staff))) == (False, [])
    merge.refresh_from_db()
    undo_merge(merge=merge, reason="不是同一个人", on=TODAY, by=loaded(cast.county_staff))
    assert len(disputes(loaded(cast.county_staff))) == 1


def test_a_number_that_is_corrected_elsewhere_is_the_others_alone(cast: Cast) -> None:
    later, wang = entered(cast), Member.objects.get(pk=cast.wang.pk)
    services.edit_member(
        member=wang, values={"national_id": UNKNOWN}, version=services.version_of(wang), on=TODAY,
        by=loaded(cast.next_secretary), reason="看错了身份证",
    )  # fmt: skip
    later.refresh_from_db()
    assert not later.number_disputed


def test_another_fact_of_a_disputed_entry_can_be_changed(cast: Cast) -> None:
    later = entered(cast)
    for by in (cast.secretary, cast.county_staff):
        fresh = Member.objects.get(pk=later.pk)
        services.edit_member(
            member=fresh, values={"remark": str(by)}, version=services.version_of(fresh), on=TODAY, by=loaded(by)
        )
    later.refresh_from_db()
    assert later.number_disputed


def test_the_record_is_found_whole(cast: Cast) -> None:
    entered(cast)
    assert all(check.ok for check in checks() if check.name in ("descriptions", "search_index", "private_values"))


def test_what_the_trail_says_is_the_same(cast: Cast) -> None:
    for number in (TAKEN, UNKNOWN):
        entered(cast, number)
    first, second = Entry.objects.filter(action="create_member").order_by("number")
    assert (first.details, first.reason, first.changes) == (second.details, second.reason, second.changes)
    assert timezone.now() > first.at
