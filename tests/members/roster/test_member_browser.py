"""The care for members in Chromium: the secretary's job from the list to the answer, on a desk and on a phone."""

import uuid
from datetime import date

import pytest

from members.choices import ContactKind, SituationKind
from members.models import Affiliation, Contact, ContactPerson, HelpRequest, Member, Situation
from tests.cast import PASSWORD, make_cast


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    Situation.objects.create(member=cast.zhang, kind=SituationKind.MOBILE, place="深圳市南山区粤海街道")
    Situation.objects.create(member=cast.zhang, kind=SituationKind.RETIRED, valid_from=date(2020, 1, 1))
    ContactPerson.objects.create(member=cast.zhang, name="张小兰", relation="住在一起的女儿", phone="13900004444")
    Contact.objects.create(
        member=cast.zhang, happened_on=date(2026, 1, 1), kind=ContactKind.VISIT, made_by="李国强",
        needs="一切都好。" * 20, recorded_by=cast.secretary,
    )  # fmt: skip
    HelpRequest.objects.create(
        member=cast.zhang, asked_on=date(2026, 1, 1), due_on=date(2026, 1, 16), request="想借一辆轮椅",
        recorded_by=cast.secretary,
    )  # fmt: skip
    return cast


@pytest.fixture
def desk(cast, page, live_server):
    page.goto(f"{live_server.url}/reach/")
    page.fill("[name=login]", "secretary")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit], .entrance-form button[type=submit]")
    page.wait_for_url("**/reach/")
    return page


@pytest.mark.parametrize("width", [1280, 360])
def test_a_call_is_recorded_from_the_list_and_the_request_it_brought_is_answered(desk, cast, width):
    desk.set_viewport_size({"width": width, "height": 800})
    desk.click(f"a[href='/members/{cast.zhang.key}/contacts/new/?back=reach']")
    desk.fill("[name=needs]", "膝盖好多了")
    desk.fill("[name=request]", "想要一份报纸")
    desk.click("main form button[type=submit]")
    desk.wait_for_url("**/reach/")
    assert desk.query_selector(".tag-bad") is None

    request = HelpRequest.objects.order_by("-asked_on").first()
    desk.goto(desk.url.replace("/reach/", f"/help/{request.key}/"))
    assert "想要一份报纸" in desk.inner_text("main")
    desk.fill("[name=answer]", "每周送到家")
    desk.click("main form button[type=submit]")
    desk.wait_for_url("**/help/")
    assert "每周送到家" in desk.inner_text("main")


def test_a_double_click_stores_one_member(desk, cast, live_server):
    desk.goto(f"{live_server.url}/members/new/")
    desk.select_option("[name=organization]", label="红旗社区第一党支部")
    desk.fill("[name=name]", "陈玉兰")
    desk.select_option("[name=membership]", "formal_member")
    desk.dblclick("main form button[type=submit]")
    desk.wait_for_url(lambda address: "/members/new/" not in address)
    desk.wait_for_load_state("networkidle")
    assert Member.objects.filter(name="陈玉兰").count() == 1


def test_numbers_appear_only_after_a_reason(desk, cast, live_server):
    desk.goto(f"{live_server.url}/reach/print/")
    assert "13900004444" not in desk.content()
    desk.fill("[name=reason]", "供暖前电话走访")
    desk.click("main form button[type=submit]")
    desk.wait_for_selector(".notice-warn")
    assert "13900004444" in desk.inner_text("main")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_leaves_the_screen_also_at_large_type(desk, cast, live_server, width):
    cast.secretary.prefer(text_size="large", theme="dark")
    desk.set_viewport_size({"width": width, "height": 800})
    member, relation = cast.zhang.key, Affiliation.objects.get(member=cast.zhang).key
    pages = [
        "reach/", "reach/print/", "help/", "members/new/", "organizations/branch/groups/",
        f"relations/{relation}/leave/",
        f"members/{member}/", f"members/{member}/edit/", f"members/{member}/move/", f"members/{member}/contacts/new/",
        f"members/{member}/situations/new/", f"members/{member}/contact-persons/new/",
        f"members/{member}/photo/change/",
    ]  # fmt: skip
    for address in pages:
        assert desk.goto(f"{live_server.url}/{address}").status == 200, address
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_stranger_gets_nothing(cast, page, live_server):
    page.goto(f"{live_server.url}/members/{cast.zhang.key}/")
    assert "张英" not in page.content()
    page.fill("[name=login]", "stranger")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit], .entrance-form button[type=submit]")
    page.wait_for_load_state("networkidle")
    for address in (f"members/{cast.zhang.key}/", "reach/", "help/", f"members/{uuid.uuid4()}/"):
        answer = page.goto(f"{live_server.url}/{address}")
        assert answer.status in (403, 404)
        assert "张英" not in page.content()
