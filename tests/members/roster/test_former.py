"""Who left the last roster: found by the branch that they left and above it, read there, and changed by nobody."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from members.access.queries import access_for
from members.choices import LeavingReason, SituationKind
from members.models import Affiliation, Member, Situation, User
from members.roster.services import end_belonging, place_member
from tests.cast import TODAY, Cast, make_member

pytestmark = pytest.mark.django_db

AsUser = Callable[[User], Client]
LIST, EXPORT = reverse("members:roster-list"), reverse("members:roster-export")
MARCH, JUNE, JULY = date(2026, 3, 1), date(2026, 6, 1), date(2026, 7, 1)
CELL = re.compile(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a></th>(.*)</tr>')


def leave(member: Member, on: date = JUNE, because: LeavingReason = LeavingReason.LEFT_SYSTEM) -> None:
    end_belonging(member=member, on=on, today=TODAY, because=because, by="system")


def former(client: Client, **query: str) -> list[str]:
    html = client.get(LIST, {"former": "yes", **query}).content.decode()
    return [name for name, _cells in CELL.findall(html)]


def seen_by(user: User) -> set[str]:
    user.access = access_for(user, on=TODAY)
    return set(Member.objects.visible_to(user).values_list("name", flat=True))


@pytest.fixture
def zhang(cast: Cast) -> Member:
    leave(cast.zhang)
    return cast.zhang


@pytest.mark.parametrize("because", ["left_system", "deceased", "removed", "withdrawn"])
def test_the_list_of_former_members_says_when_and_why_each_left(cast: Cast, as_user: AsUser, because: str) -> None:
    leave(cast.zhang, because=LeavingReason(because))
    html = as_user(cast.secretary).get(LIST, {"former": "yes"}, headers={"Accept-Language": "en"}).content.decode()
    ((name, cells),) = CELL.findall(html)
    assert name == "张英"
    assert "2026-06-01" in cells
    assert str(LeavingReason(because).label) in cells


def test_the_usual_list_is_without_them(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    html = as_user(cast.secretary).get(LIST).content.decode()
    assert [name for name, _cells in CELL.findall(html)] == ["李国强"]


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("secretary", ["李国强", "张英"]),
        ("group_leader", ["李国强"]),
        ("next_secretary", []),
        ("other_secretary", ["赵东山"]),
        ("district_staff", ["李国强", "张英"]),
        ("county_staff", ["李国强", "张英", "赵东山"]),
    ],
)
def test_each_office_finds_those_who_left_its_own_part_of_the_tree(
    cast: Cast, as_user: AsUser, part: str, names: list[str]
) -> None:
    for member in (cast.zhang, cast.li, cast.zhao):
        leave(member)
    assert former(as_user(getattr(cast, part))) == names


def test_who_moved_to_another_branch_is_that_branchs(cast: Cast, as_user: AsUser) -> None:
    place_member(member=cast.wang, organization=cast.branch, on=MARCH, today=TODAY, by="system")
    assert former(as_user(cast.next_secretary)) == []
    assert "王秀兰" not in seen_by(cast.next_secretary)
    leave(cast.wang)
    assert former(as_user(cast.next_secretary)) == []
    assert "王秀兰" not in seen_by(cast.next_secretary)
    assert former(as_user(cast.secretary)) == ["王秀兰"]


def test_of_two_relations_that_ended_on_one_day_the_later_one_was_the_last(cast: Cast) -> None:
    place_member(member=cast.wang, organization=cast.branch, on=JUNE, today=TODAY, by="system")
    leave(cast.wang, on=JUNE)
    assert "王秀兰" in seen_by(cast.secretary)
    assert "王秀兰" not in seen_by(cast.next_secretary)


def test_taking_part_somewhere_is_not_belonging_there(cast: Cast) -> None:
    Affiliation.objects.create(
        member=cast.zhang, organization=cast.next_branch, kind="participation", valid_from=MARCH, valid_until=JULY,
        left_because="left_system",
    )  # fmt: skip
    leave(cast.zhang)
    assert "张英" not in seen_by(cast.next_secretary)


def test_who_came_back_is_on_the_roster_and_no_former_member(cast: Cast, as_user: AsUser) -> None:
    leave(cast.zhang, on=MARCH)
    place_member(member=cast.zhang, organization=cast.next_branch, on=JUNE, today=TODAY, by="system")
    assert former(as_user(cast.secretary)) == []
    assert "张英" not in seen_by(cast.secretary)


def test_who_never_belonged_anywhere_is_seen_by_nobody(cast: Cast) -> None:
    Member.objects.create(name="周", membership="formal_member")
    assert "周" not in seen_by(cast.county_staff)


@pytest.mark.parametrize(
    ("query", "names"),
    [({"q": "张英"}, ["张英"]), ({"q": "zy"}, ["张英"]), ({"org": "group"}, ["李国强"]), ({"org": "next-branch"}, [])],
)
def test_former_members_are_searched_and_narrowed_like_others(
    cast: Cast, as_user: AsUser, query: dict[str, str], names: list[str]
) -> None:
    leave(cast.zhang)
    leave(cast.li)
    assert former(as_user(cast.county_staff), **query) == names


def test_an_organization_out_of_scope_stays_missing(cast: Cast, as_user: AsUser) -> None:
    assert as_user(cast.secretary).get(LIST, {"former": "yes", "org": "next-branch"}).status_code == 404


@pytest.mark.parametrize("members", [1, 3])
def test_the_list_takes_as_many_queries_for_one_as_for_many(
    cast: Cast, as_user: AsUser, django_assert_num_queries: Callable[..., object], members: int
) -> None:
    for number in range(members):
        leave(make_member(f"周{number}", cast.branch))
    client = as_user(cast.secretary)
    former(client)
    with django_assert_num_queries(8):
        assert len(former(client)) == members


def test_pages_follow_each_other(cast: Cast, as_user: AsUser) -> None:
    for number in range(70):
        leave(make_member(f"周{number:02}", cast.branch))
    client = as_user(cast.secretary)
    first = client.get(LIST, {"former": "yes"}).content.decode()
    after = re.search(r"after=([0-9a-f-]{36})", first)
    assert after
    assert len(former(client)) == 35
    assert len(former(client, after=after[1])) == 35


def test_the_page_says_how_they_left_and_offers_nothing_but_to_take_it_back(
    zhang: Member, cast: Cast, as_user: AsUser
) -> None:
    Situation.objects.create(member=zhang, kind=SituationKind.HARDSHIP, valid_from=MARCH)
    html = as_user(cast.secretary).get(zhang.get_absolute_url()).content.decode()
    assert "2026-06-01" in html
    assert "红旗社区第一党支部" in html
    links = set(re.findall(r'href="(/(?:members|relations|situations)/[^"]+)"', html))
    ended = Affiliation.objects.get(member=zhang)
    assert links - {reverse("members:member-me")} == {reverse("members:member-take-back", args=[ended.pk])}
    assert "15695900689" not in html


def test_committee_staff_read_the_page_without_the_way_back(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    answer = as_user(cast.district_staff).get(zhang.get_absolute_url())
    assert answer.status_code == 200
    assert "take-back" not in answer.content.decode()


def test_a_page_that_changes_something_says_why_it_stays_closed(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.secretary)
    for name in ("member-edit", "member-move", "member-photo-change", "situation-add", "contact-add", "member-reveal"):
        answer = client.get(reverse(f"members:{name}", args=[zhang.key]), headers={"Accept-Language": "en"})
        assert answer.status_code == 403, name
    assert Member.objects.get(pk=zhang.pk).roster_path == ""


def test_what_was_taken_back_can_be_changed_again(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    client, ended = as_user(cast.secretary), Affiliation.objects.get(member=zhang)
    client.post(reverse("members:member-take-back", args=[ended.pk]), {"reason": "登记错了"})
    assert client.get(reverse("members:member-edit", args=[zhang.key])).status_code == 200


@pytest.mark.parametrize("part", ["next_secretary", "other_secretary", "group_leader"])
def test_a_neighbour_gets_the_answer_of_a_page_that_does_not_exist(
    zhang: Member, cast: Cast, as_user: AsUser, part: str
) -> None:
    assert as_user(getattr(cast, part)).get(zhang.get_absolute_url()).status_code == 404


def test_ones_own_page_says_that_one_has_left(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    html = as_user(cast.member).get(reverse("members:member-me")).content.decode()
    assert "2026-06-01" in html
    assert "take-back" not in html


def test_the_workbook_of_former_members_says_when_and_why(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    content = b"".join(as_user(cast.secretary).post(f"{EXPORT}?former=yes").streaming_content)
    headings, row = openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    line = dict(zip(headings, row, strict=True))
    assert (line["姓名"], line["离开原因"]) == ("张英", "转出")
    assert str(line["离开日期"]).startswith("2026-06-01")
    assert Entry.objects.get(action="export_roster").details == {"rows": 1, "private": False}


def test_their_private_fields_are_in_no_workbook(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    answer = as_user(cast.secretary).post(f"{EXPORT}?former=yes", {"private": "1", "reason": "核对"})
    assert answer.status_code == 403
    assert not Entry.objects.filter(action="export_roster").exists()


def test_the_api_of_the_roster_is_without_them(zhang: Member, cast: Cast, as_user: AsUser) -> None:
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    assert not Member.objects.visible_to(cast.secretary, former=False).filter(pk=zhang.pk).exists()
