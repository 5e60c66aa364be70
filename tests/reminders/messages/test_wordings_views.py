"""The pages of wordings: what holds where, an editor with a preview, and the way back."""

import pytest
from django.urls import reverse

from reminders.choices import Addressee, ChannelKind, MessageKind
from reminders.messages.services import give_wording_back, write_wording
from reminders.messages.wording_queries import Slot
from reminders.models import Wording
from tests.cast import TODAY, make_organization
from tests.meetings.votes.voting import hold
from tests.reminders.messages.told import tell

pytestmark = pytest.mark.usefixtures("today")

LIST = "reminders:wording-list"
DUES = Slot(MessageKind.DUES, Addressee.MEMBER, "zh-hans")
MISSED = Slot(MessageKind.MISSED, Addressee.MEMBER, "zh-hans")
TEXT = {"subject": "党费", "text": "{姓名}，请交党费{金额}"}
ALLOWED = ["district_staff", "county_staff"]
QUERIES_OF_LIST, QUERIES_OF_EDITOR = 6, 7
WITHOUT_OFFICE = ["stranger", "member", "secretary", "officer", "county_secretary", "inspector", "administrator"]


def edit(place, slot=DUES):
    return reverse("reminders:wording-edit", args=[place.code, *slot])


def give_back(place, slot=DUES):
    return reverse("reminders:wording-give-back", args=[place.code, *slot])


def write(cast, place=None, slot=DUES, text="{姓名}同志请交党费{金额}", subject="党费提醒您"):
    return write_wording(
        organization=place or cast.district, slot=slot, subject=subject, text=text, by=cast.district_staff
    )


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_says_whose_wording_holds(cast, as_user):
    write(cast, cast.county, subject="县委的党费提醒")
    write(cast, slot=MISSED, text="{姓名}没来", subject="区里的问候")
    page = as_user(cast.district_staff).get(reverse(LIST))

    assert page.status_code == 200
    assert page.context["place"] == cast.district
    whose = {
        (line["kind"], line["told"], text["language"]): (text["held"].organization, text["is_own"])
        for line in page.context["lines"]
        for text in line["texts"]
    }
    assert len(whose) == 26
    assert whose[MessageKind.DUES.label, Addressee.MEMBER.label, "简体中文"] == (cast.county, False)
    assert whose[MessageKind.MISSED.label, Addressee.MEMBER.label, "简体中文"] == (cast.district, True)
    assert whose[MessageKind.MISSED.label, Addressee.CONTACT_PERSON.label, "简体中文"] == (None, False)
    assert "县委的党费提醒" in page.content.decode()


def test_a_county_chooses_among_its_committees(cast, as_user):
    page = as_user(cast.county_staff).get(reverse(LIST), {"org": "other-district"})

    assert page.context["place"] == cast.other_district
    assert [place.code for place in page.context["places"]] == ["county", "district", "other-district"]


@pytest.mark.parametrize("committees", [1, 3])
def test_the_list_takes_the_same_queries_however_much_was_written(cast, as_user, django_assert_num_queries, committees):
    for number in range(committees):
        place = make_organization(f"new-{number}", f"新{number}镇党委", "committee", cast.district)
        write(cast, place)
    client = as_user(cast.district_staff)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(reverse(LIST))


@pytest.mark.parametrize(
    ("part", "place", "status"),
    [
        ("district_staff", "county", 404),
        ("district_staff", "other-district", 404),
        ("district_staff", "missing", 404),
        ("district_staff", "branch", 404),
        ("county_staff", "district", 200),
    ],
)
def test_places_outside_ones_own_and_branches_are_not_found(cast, as_user, part, place, status):
    assert as_user(getattr(cast, part)).get(reverse(LIST), {"org": place}).status_code == status


@pytest.mark.parametrize("part", WITHOUT_OFFICE)
def test_only_who_manages_messages_sees_wordings(cast, as_user, part):
    client = as_user(getattr(cast, part))

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(edit(cast.district)).status_code == 403
    assert client.post(edit(cast.district), TEXT).status_code == 403
    assert client.post(give_back(cast.district)).status_code == 403
    assert not Wording.objects.exists()


# --- The editor -------------------------------------------------------------------------------------------------------
def test_the_editor_begins_with_the_wording_that_holds(cast, as_user):
    write(cast, cast.county, text="{姓名}同志，县委提醒您")
    page = as_user(cast.district_staff).get(edit(cast.district))

    assert page.context["form"].initial["text"] == "{姓名}同志，县委提醒您"
    assert page.context["own"] is None
    assert "县委" in page.content.decode()


@pytest.mark.parametrize(
    "slot", [DUES, MISSED, DUES._replace(language="en"), DUES._replace(addressee="contact_person")]
)
def test_every_placeholder_of_the_kind_is_listed(cast, as_user, slot):
    page = as_user(cast.district_staff).get(edit(cast.district, slot))

    written = [name for name, _says, _may_lack in page.context["placeholders"]]
    assert ("{amount}" in written) == (slot.kind == MessageKind.DUES and slot.language == "en")
    assert ("{回复链接}" in written) == (slot.kind == MessageKind.MISSED)
    assert all(name in page.content.decode() for name in written)


def test_a_wording_is_stored_and_holds_below(cast, as_user):
    answer = as_user(cast.district_staff).post(edit(cast.district), TEXT)

    assert answer.status_code == 302
    assert answer.url == f"{reverse(LIST)}?org=district"
    row = Wording.objects.get()
    assert (row.organization, row.subject, row.text, row.written_by) == (
        cast.district,
        *TEXT.values(),
        cast.district_staff,
    )


def test_lines_end_without_spaces_and_windows_line_ends_are_one(cast, as_user):
    as_user(cast.district_staff).post(edit(cast.district), TEXT | {"text": "{姓名}  \r\n请交{金额}\r\n"})

    assert Wording.objects.get().text == "{姓名}\n请交{金额}"


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"text": "{姓名}，{会议}"}, "{会议}"),
        ({"text": "{姓名"}, "{姓名}"),
        ({"subject": "{性名}"}, "{性名}"),
        ({"text": ""}, ""),
        ({"subject": ""}, ""),
        ({"text": "长" * 2001}, ""),
        ({"subject": "长" * 121}, ""),
        ({"text": "\0"}, ""),
    ],
)
def test_what_could_not_be_sent_is_refused_with_a_sentence(cast, as_user, typed, named):
    page = as_user(cast.district_staff).post(edit(cast.district), TEXT | typed)

    assert page.status_code == 200
    [sentences] = page.context["form"].errors.values()
    assert named in sentences[0]
    assert page.context["preview"] is None
    assert not Wording.objects.exists()


def test_a_preview_stores_nothing_and_shows_what_was_typed(cast, as_user):
    page = as_user(cast.district_staff).post(edit(cast.district), TEXT | {"preview": "1"})

    assert page.status_code == 200
    assert page.context["preview"] == ("党费", "张英，请交党费120.00元")
    assert not Wording.objects.exists()


def test_the_patched_preview_is_the_one_of_the_page(cast, as_user):
    client = as_user(cast.district_staff)
    typed = TEXT | {"preview": "1"}
    patch = client.post(edit(cast.district), typed, headers={"HX-Request": "true"}).content.decode()
    page = client.post(edit(cast.district), typed).content.decode()

    def preview(content):
        return content.partition('id="preview"')[2].partition("</section>")[0]

    assert preview(patch) == preview(page)
    assert "请交党费120.00元" in preview(patch)


def test_a_preview_speaks_of_a_real_meeting_of_a_branch_below(cast, as_user):
    hold(cast, formal=3, present=3)
    page = as_user(cast.district_staff).post(
        edit(cast.district, MISSED), {"subject": "{会议}", "text": "{姓名} {日期} {组织}", "preview": "1"}
    )

    subject, text = page.context["preview"]
    assert subject == "党员大会"
    assert text.startswith("张英 11月24日")
    assert text.endswith("红旗社区第一党支部")
    assert "红旗社区第一党支部" in page.context["source"]


def test_a_preview_in_english_is_english(cast, as_user):
    hold(cast, formal=3, present=3)
    page = as_user(cast.district_staff).get(edit(cast.district, MISSED._replace(language="en")))

    assert "24 November" in page.context["preview"][0] or "November 24" in page.context["preview"][0]


def test_without_a_branch_below_the_preview_says_that_it_is_invented(cast, as_user):
    empty = make_organization("new", "新镇党委", "committee", cast.district)
    with_branches = as_user(cast.district_staff).get(edit(cast.district)).context["source"]
    without = as_user(cast.district_staff).get(edit(empty)).context

    assert without["preview"]
    assert without["source"] != with_branches


def test_no_preview_shows_what_was_written_to_a_member(cast, as_user):
    """A committee doesn't read messages: neither whom they were for, nor what they say, nor their links."""
    meeting = hold(cast, formal=3, present=3)
    values = {
        "name": "李国强",
        "member": "李国强",
        "amount": "777.77元",
        "answer_link": "https://party.example/a/token/",
    }
    tell(cast.branch, cast.li, about=meeting.pk, values=values, channel=ChannelKind.SMS)
    tell(cast.branch, cast.li, kind=MessageKind.DUES, values=values)
    client = as_user(cast.district_staff)

    for slot in (DUES, MISSED, MISSED._replace(addressee="contact_person")):
        content = client.get(edit(cast.district, slot)).content.decode()
        assert "777.77" not in content
        assert "token" not in content.replace("csrfmiddlewaretoken", "")


@pytest.mark.parametrize(
    "slot", [("dues", "officer", "zh-hans"), ("dues", "member", "fr"), ("gossip", "member", "en"), ("dues", "x", "en")]
)
def test_a_wording_that_there_is_not_is_not_found(cast, as_user, slot):
    client = as_user(cast.district_staff)

    assert client.get(edit(cast.district, slot)).status_code == 404
    assert client.post(give_back(cast.district, slot)).status_code == 404


@pytest.mark.parametrize("place", ["county", "other_district", "branch"])
def test_nobody_writes_outside_their_own_place_or_for_a_branch(cast, as_user, place):
    client = as_user(cast.district_staff)

    assert client.get(edit(getattr(cast, place))).status_code == 404
    assert client.post(edit(getattr(cast, place)), TEXT).status_code == 404
    assert client.post(give_back(getattr(cast, place))).status_code == 404
    assert not Wording.objects.exists()


def test_what_a_page_does_not_do_is_refused(cast, as_user):
    client = as_user(cast.district_staff)

    assert client.post(reverse(LIST)).status_code == 405
    assert client.put(edit(cast.district)).status_code == 405
    assert client.get(give_back(cast.district)).status_code == 405


# --- Back, and what was before ----------------------------------------------------------------------------------------
def test_back_to_the_level_above(cast, as_user):
    write(cast, cast.county, text="{姓名}同志，县委提醒您")
    write(cast)
    client = as_user(cast.district_staff)
    page = client.get(edit(cast.district))
    assert page.context["own"]
    assert page.context["above"].text == "{姓名}同志，县委提醒您"

    assert client.post(give_back(cast.district)).status_code == 302

    page = client.get(edit(cast.district))
    assert page.context["own"] is None
    assert page.context["held"].text == "{姓名}同志，县委提醒您"


def test_what_was_written_before_can_be_read_with_who_and_when(cast, as_user):
    write(cast, text="{姓名}一")
    give_wording_back(organization=cast.district, slot=DUES, by=cast.district_staff)
    write(cast, text="{姓名}二")
    write(cast, cast.county, text="{姓名}三")
    page = as_user(cast.district_staff).get(edit(cast.district))

    assert [row.text for row in page.context["history"]] == ["{姓名}二", "", "{姓名}一"]
    content = page.content.decode()
    assert "{姓名}一" in content
    assert "district_staff" in content
    assert str(TODAY.year) in content


@pytest.mark.parametrize("rows", [1, 3])
def test_the_editor_takes_the_same_queries_however_long_its_history(cast, as_user, django_assert_num_queries, rows):
    for number in range(rows):
        write(cast, text=f"{{姓名}}{number}")
    client = as_user(cast.district_staff)
    with django_assert_num_queries(QUERIES_OF_EDITOR):
        client.get(edit(cast.district))
