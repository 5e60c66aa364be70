"""The roster as a workbook: exactly the list, private fields only with a reason, and back in by the import."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from members.choices import DuesCategory, Education, LeavingReason, Membership, OfficeKind, Sex, SituationKind
from members.imports.running import import_roster
from members.models import Affiliation, Member, Situation, User
from members.offices import CAPABILITIES
from members.roster import exporting
from members.roster.services import describe
from tests.cast import TODAY, Cast, make_member, make_national_id

pytestmark = pytest.mark.django_db

AsUser = Callable[[User], Client]
EXPORT = reverse("members:roster-export")
ZHANG_ID, ZHANG_PHONE = make_national_id("19750109", 349), "15695900689"


def read(content: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    headings, *rows = sheet.values
    return [dict(zip(headings, row, strict=True)) for row in rows]


def exported(client: Client, query: str = "", **data: str) -> list[dict[str, object]]:
    answer = client.post(f"{EXPORT}?{query}", data)
    assert answer.status_code == 200
    return read(b"".join(answer.streaming_content))


@pytest.fixture
def full_cast(cast: Cast) -> Cast:
    """With everything recorded that a workbook can say."""
    zhang = cast.zhang
    for name, value in {
        "sex": Sex.MALE, "ethnicity": "汉族", "native_place": "东山县", "birth_on": date(1975, 1, 9),
        "birth_precision": "day", "education": Education.BACHELOR, "joined_on": date(1998, 7, 1),
        "joined_precision": "month", "full_on": date(1999, 7, 1), "full_precision": "day", "work_post": "教师",
        "party_post": "书记", "dues_category": DuesCategory.EMPLOYED, "former_names": "张小英",
        "address": "红旗路1号",
    }.items():  # fmt: skip
        setattr(zhang, name, value)
    describe(zhang)
    zhang.save()
    Member.objects.filter(pk=cast.li.pk).update(
        sex=Sex.MALE, birth_on=date(1948, 11, 19), birth_precision="day", dues_category=DuesCategory.RETIRED
    )
    for member, sex, born in ((cast.wang, Sex.FEMALE, date(1952, 3, 18)), (cast.zhao, Sex.MALE, date(1983, 8, 4))):
        Member.objects.filter(pk=member.pk).update(sex=sex, birth_on=born, birth_precision="day")
    Situation.objects.create(member=cast.li, kind=SituationKind.RETIRED)
    Situation.objects.create(member=cast.li, kind=SituationKind.FRAIL)
    Situation.objects.create(member=zhang, kind=SituationKind.MOBILE, place="杭州")
    return cast


def test_the_workbook_says_what_is_recorded_under_the_usual_headings(full_cast: Cast, as_user: AsUser) -> None:
    zhang, li = exported(as_user(full_cast.secretary))
    assert zhang == {
        "姓名": "张英", "曾用名": "张小英", "性别": "男", "民族": "汉族", "籍贯": "东山县",
        "出生日期": openpyxl.utils.datetime.datetime.datetime(1975, 1, 9), "学历": "大学本科", "党员类别": "正式党员",
        "入党时间": "1998-07", "转正时间": openpyxl.utils.datetime.datetime.datetime(1999, 7, 1),
        "所在党支部": "县委/城关镇党委/红旗社区第一党支部", "党小组": None, "工作单位及职务": "教师",
        "党内职务": "书记", "党费类别": "在职", "是否流动党员": "是", "流动去向": "杭州", "是否失联": None,
        "是否困难党员": None, "现实情况": "流动党员",
    }  # fmt: skip
    assert (li["党小组"], li["现实情况"]) == ("第一党小组", "离退休、年老体弱")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["张英", "李国强", "王秀兰"]),
        ("situation=frail", ["李国强"]),
        ("org=next-branch", ["王秀兰"]),
        ("q=zy", ["张英"]),
        ("sort=name&columns=sex&after=nonsense", ["张英", "李国强", "王秀兰"]),
        ("q=nobody", []),
    ],
)
def test_exactly_the_members_on_the_list_are_exported_on_all_its_pages(
    full_cast: Cast, as_user: AsUser, query: str, names: list[str]
) -> None:
    assert [row["姓名"] for row in exported(as_user(full_cast.district_staff), query)] == names
    entry = Entry.objects.get(action="export_roster")
    assert entry.details == {"rows": len(names), "private": False}


def test_without_a_reason_no_private_column_is_there_at_all(full_cast: Cast, as_user: AsUser) -> None:
    client = as_user(full_cast.secretary)
    content = b"".join(client.post(EXPORT).streaming_content)
    assert not {"公民身份号码", "手机号码", "现居住地址"} & set(read(content)[0])
    answer = client.post(EXPORT, {"private": "1", "reason": "  "})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert Entry.objects.filter(action="export_roster").count() == 1


def test_private_columns_come_with_a_reason_that_is_on_record(full_cast: Cast, as_user: AsUser) -> None:
    zhang, _ = exported(as_user(full_cast.secretary), private="1", reason="上报年度统计")
    assert (zhang["公民身份号码"], zhang["手机号码"], zhang["现居住地址"]) == (ZHANG_ID, ZHANG_PHONE, "红旗路1号")
    entry = Entry.objects.get(action="export_roster")
    fields = ["national_id", "phone", "address"]
    assert (entry.reason, entry.details) == ("上报年度统计", {"rows": 2, "private": True, "fields": fields})
    assert (entry.actor, entry.organization_code) == (full_cast.secretary.username, "branch")


def test_an_office_that_may_not_reveal_gets_no_private_columns(
    full_cast: Cast, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    less = {kind: held - {"reveal_private"} for kind, held in CAPABILITIES.items()}
    monkeypatch.setitem(CAPABILITIES, OfficeKind.SECRETARY, less[OfficeKind.SECRETARY])
    client = as_user(full_cast.secretary)
    assert client.post(EXPORT, {"private": "1", "reason": "上报年度统计"}).status_code == 403
    assert not Entry.objects.filter(action="export_roster").exists()
    assert len(exported(client)) == 2
    assert 'name="private"' not in client.get(reverse("members:roster-list")).content.decode()


@pytest.mark.parametrize("part", ["group_leader", "member", "county_secretary", "administrator"])
def test_whoever_may_not_export_is_refused_and_offered_nothing(cast: Cast, as_user: AsUser, part: str) -> None:
    assert as_user(getattr(cast, part)).post(EXPORT).status_code == 403
    assert not Entry.objects.filter(action="export_roster").exists()


def test_a_list_that_may_be_seen_but_not_exported_has_no_button(cast: Cast, as_user: AsUser) -> None:
    assert EXPORT not in as_user(cast.group_leader).get(reverse("members:roster-list")).content.decode()
    assert EXPORT in as_user(cast.secretary).get(reverse("members:roster-list")).content.decode()


def test_an_export_is_asked_for_never_merely_visited(cast: Cast, as_user: AsUser) -> None:
    assert as_user(cast.secretary).get(EXPORT).status_code == 405


def test_an_organization_out_of_scope_is_as_good_as_missing(cast: Cast, as_user: AsUser) -> None:
    assert as_user(cast.secretary).post(f"{EXPORT}?org=next-branch").status_code == 404


def test_too_many_members_are_refused_with_a_way_out_and_without_an_entry(
    cast: Cast, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
    answer = as_user(cast.secretary).post(f"{EXPORT}?sort=name", follow=True)
    assert answer.context["chosen"].sort == "name", "the same list, with what was asked for"
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Entry.objects.filter(action="export_roster").exists()


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "\t=1"])
def test_what_looks_like_a_formula_stays_text(cast: Cast, as_user: AsUser, text: str) -> None:
    Member.objects.filter(pk=cast.zhang.pk).update(work_post=text)
    content = b"".join(as_user(cast.secretary).post(EXPORT).streaming_content)
    cells = [cell for row in openpyxl.load_workbook(BytesIO(content)).active for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(str(cell.value).strip() == text.strip() for cell in cells)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    cast: Cast, django_assert_num_queries: Callable[..., object]
) -> None:
    scope, given = Member.objects.below(cast.branch.path), {"place": cast.branch, "on": TODAY, "by": cast.secretary}
    exporting.export_roster(members=scope.none(), target=BytesIO(), **given)
    for more in (0, 2):
        for number in range(more):
            make_member(f"王{number}", cast.branch)
        with django_assert_num_queries(13):
            exporting.export_roster(members=scope, target=BytesIO(), **given)


@pytest.mark.parametrize("private", [True, False])
def test_the_workbook_can_be_imported_again_and_changes_nothing(full_cast: Cast, tmp_path: Path, private: bool) -> None:
    before = snapshot()
    file = tmp_path / "名册.xlsx"
    with file.open("wb") as target:
        exporting.export_roster(
            members=Member.objects.on_roster(), target=target, place=full_cast.county, on=TODAY,
            by=full_cast.county_staff, private=private, reason="核对年度名册",
        )  # fmt: skip
    report = import_roster(file, into=full_cast.county, may_build=False, on=TODAY, by="shell")
    assert report.counts == {"unchanged": 4}
    assert [column.heading for column in report.layout.unknown] == ["现实情况"]
    assert snapshot() == before


def snapshot() -> list[object]:
    columns = ("name", "sex", "birth_on", "joined_on", "joined_precision", "full_on", "membership", "dues_category")
    more = ("education", "work_post", "roster_path", "national_id_print", "search_terms")
    members = Member.objects.order_by("pk").values_list(*columns, *more)
    situations = Situation.objects.order_by("key").values_list("member", "kind", "valid_until", "place")
    affiliations = Affiliation.objects.order_by("key").values_list("member", "organization", "valid_until")
    return [*members, *situations, *affiliations]


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (exporting.SEXES, Sex),
        (exporting.MEMBERSHIPS, Membership),
        (exporting.CATEGORIES, DuesCategory),
        (exporting.EDUCATIONS, Education),
        (exporting.KINDS, SituationKind),
        (exporting.REASONS, LeavingReason),
    ],
)
def test_there_is_a_word_for_every_choice(words: dict[str, str], choices: type) -> None:
    assert set(words) == set(choices)
