"""Material, observers and the signed sheet: what is accepted, who gets it, and how it is served."""

import io
import struct
import uuid
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from meetings.documents import LARGEST, DocumentKind, NotADocument, bare_document
from meetings.meeting.services import Handout, WrongState, add_material, attach_sheet
from meetings.models import Material, Meeting, Observer
from members.choices import OfficeKind
from members.models import Office
from tests.meetings.votes.voting import hold, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PDF = b"%PDF-1.7\n%..."
PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    for kind, body in [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
)


def packed(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as pack:
        for name in names:
            pack.writestr(name, "x")
    return content.getvalue()


WORD = packed("[Content_Types].xml", "word/document.xml")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=2, present=2)


def url(name, *rows):
    return reverse(f"meetings:{name}", args=[getattr(row, "pk", row) for row in rows])


def sent(content, name="a.pdf", **more):
    return {"key": uuid.uuid4(), "title": "会议材料", "file": SimpleUploadedFile(name, content), **more}


def material(meeting, **more):
    return add_material(meeting=meeting, key=uuid.uuid4(), handout=Handout("会议材料", **more), by="secretary")


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, DocumentKind.PDF), (WORD, DocumentKind.WORD), (PNG, DocumentKind.PNG)],
    ids=["pdf", "word", "png"],
)
def test_a_file_is_known_by_its_content(content, kind):
    assert bare_document(content)[0] == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert()</script>",
        b"GIF89a",
        b"MZ",
        b"PK\x03\x04broken",
        packed("xl/workbook.xml"),
        packed("word/document.xml", "word/vbaProject.bin"),
        PNG[:30],
        PDF + b"0" * LARGEST,
    ],
    ids=["empty", "web page", "gif", "program", "broken", "workbook", "macros", "cut off", "too large"],
)
def test_everything_else_is_refused(content):
    with pytest.raises(NotADocument):
        bare_document(content)


@pytest.mark.parametrize(
    ("content", "ending"), [(PDF, ".pdf"), (WORD, ".docx"), (PNG, ".png")], ids=["pdf", "word", "png"]
)
def test_material_is_kept_once_under_a_name_that_says_nothing(meeting, cast, as_user, media, content, ending):
    client, form = as_user(cast.secretary), sent(content, "../../evil.html")
    client.post(url("material-add", meeting), form)
    form["file"].seek(0)
    client.post(url("material-add", meeting), form)

    stored = [file.name for file in media.rglob("*") if file.is_file()]
    assert len(stored) == Material.objects.count() == 1
    assert stored[0].endswith(ending) and "evil" not in stored[0]
    assert Entry.objects.filter(action="add_material").count() == 1


@pytest.mark.parametrize("form", [{"title": "会议材料"}, {"text": "读"}, sent(b"<html>", "a.pdf")])
def test_what_is_no_material_is_refused(meeting, cast, as_user, media, form):
    form = {"key": uuid.uuid4(), **form}
    answer = as_user(cast.secretary).post(url("material-add", meeting), form)

    assert answer.context["form"].errors
    assert not Material.objects.exists()
    assert not [file for file in media.rglob("*") if file.is_file()]


def test_a_file_is_saved_by_the_browser_and_never_run(meeting, cast, as_user):
    answer = as_user(cast.secretary).get(url("material", material(meeting, content=PDF)))

    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_text_is_a_page_that_leads_to_its_file(meeting, cast, as_user):
    one = material(meeting, text="第一章", content=PDF)
    client = as_user(cast.secretary)

    assert "第一章" in client.get(url("material", one)).content.decode()
    assert client.get(url("material", one) + "?file").headers["Content-Type"] == "application/pdf"


def test_a_text_without_a_file_has_none_to_send(meeting, cast, as_user):
    assert as_user(cast.secretary).get(url("material", material(meeting, text="读")) + "?file").status_code == 404


def test_members_who_are_asked_get_what_is_open_to_them(meeting, cast, as_user):
    shown, kept = material(meeting, text="读"), material(meeting, text="草稿", is_open_to_members=False)
    client = as_user(cast.member)

    assert client.get(url("material", shown)).status_code == 200
    assert client.get(url("material", kept)).status_code == 404


@pytest.mark.parametrize("part", ["next_secretary", "district_staff", "stranger"])
def test_nobody_else_gets_material(meeting, cast, as_user, part):
    assert as_user(getattr(cast, part)).get(url("material", material(meeting, text="读"))).status_code == 404


def test_material_is_removed_with_its_file(meeting, cast, as_user, media, django_capture_on_commit_callbacks):
    one = material(meeting, content=PDF)
    with django_capture_on_commit_callbacks(execute=True):
        as_user(cast.secretary).post(url("material-remove", one))

    assert not Material.objects.exists()
    assert not [file for file in media.rglob("*") if file.is_file()]


def test_a_meeting_that_was_called_off_takes_no_material(cast):
    meeting = plan(cast, formal=2)
    Meeting.objects.filter(pk=meeting.pk).update(state="cancelled", cancelled_because="台风")

    with pytest.raises(WrongState):
        material(meeting, text="读")


# --- The signed sheet ----------------------------------------
def test_the_photograph_of_the_sheet_replaces_the_one_before(
    meeting, cast, as_user, media, django_capture_on_commit_callbacks
):
    client = as_user(cast.secretary)
    for _turn in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(url("sheet-attach", meeting), {"file": SimpleUploadedFile("a.png", PNG)})
    answer = client.get(url("sheet", meeting))

    assert answer.headers["Content-Type"] == "image/png"
    assert len([file for file in media.rglob("*") if file.is_file()]) == 1


def test_the_same_sheet_sent_twice_is_kept_once(meeting, media):
    names = {attach_sheet(meeting=meeting, content=PNG, by="secretary").sheet.name for _time in range(2)}

    assert len(names) == 1
    assert Entry.objects.filter(action="attach_sheet").count() == 1
    assert len([file for file in media.rglob("*") if file.is_file()]) == 1


def test_a_sheet_whose_file_is_gone_is_kept_anew(meeting, media):
    attach_sheet(meeting=meeting, content=PNG, by="secretary")
    (media / Meeting.objects.get().sheet.name).unlink()
    kept = attach_sheet(meeting=meeting, content=PNG, by="secretary")

    assert kept.sheet.storage.exists(kept.sheet.name)
    assert Entry.objects.filter(action="attach_sheet").count() == 2


@pytest.mark.parametrize("form", [{}, {"file": SimpleUploadedFile("a.png", PDF)}])
def test_a_sheet_is_a_picture(meeting, cast, as_user, form):
    answer = as_user(cast.secretary).post(url("sheet-attach", meeting), {"x": "", **form})

    assert "file" in answer.context["form"].errors
    assert not Meeting.objects.get().sheet


def test_members_do_not_see_the_sheet_with_everybodys_signature(meeting, cast, as_user):
    attach_sheet(meeting=meeting, content=PNG, by="secretary")

    assert as_user(cast.member).get(url("sheet", meeting)).status_code == 403
    assert as_user(cast.next_secretary).get(url("sheet", meeting)).status_code == 404


def test_a_sheet_is_attached_to_what_was_opened(cast):
    with pytest.raises(WrongState):
        attach_sheet(meeting=plan(cast, formal=2), content=PNG, by="secretary")


# --- Observers ----------------------------------------
@pytest.fixture
def leader(cast):
    """王秀兰 of the next branch holds an office of the district."""
    return Office.objects.create(kind=OfficeKind.COMMITTEE_STAFF, organization=cast.district, member=cast.wang)


def test_a_guest_is_an_observer_by_name(meeting, cast, as_user):
    form = {"key": uuid.uuid4(), "name": "孙来宾", "office": "社区民警"}
    for _turn in range(2):
        as_user(cast.secretary).post(url("observer-add", meeting), form)

    one = Observer.objects.get()
    assert (one.name, one.is_from_above, one.member) == ("孙来宾", False, None)


def test_a_leader_from_above_is_added_once_with_the_name_of_the_member(meeting, cast, as_user, leader):
    client = as_user(cast.secretary)
    for _turn in range(2):
        client.post(url("observer-add", meeting), {"key": uuid.uuid4(), "above": leader.pk})

    one = Observer.objects.get()
    assert (one.name, one.is_from_above, one.member) == ("王秀兰", True, cast.wang)


@pytest.mark.parametrize("form", [{}, {"above": "x"}, {"name": "长" * 61}])
def test_an_observer_has_a_name(meeting, cast, as_user, form):
    answer = as_user(cast.secretary).post(url("observer-add", meeting), {"key": uuid.uuid4(), **form})

    assert answer.context["form"].errors
    assert not Observer.objects.exists()


def test_only_offices_above_are_offered(meeting, cast, as_user, leader):
    offered = as_user(cast.secretary).get(url("observer-add", meeting)).context["form"].fields["above"].queryset

    assert {office.organization for office in offered} == {cast.district, cast.county}


def test_an_observer_is_taken_back(meeting, cast, as_user):
    one = Observer.objects.create(meeting=meeting, name="孙来宾")
    client = as_user(cast.secretary)
    answers = [client.post(url("observer-remove", meeting, one)).status_code for _turn in range(2)]

    assert answers == [302, 404]
    assert not Observer.objects.exists()
    assert Entry.objects.filter(action="remove_observer").count() == 1


def test_an_observer_of_another_meeting_is_not_found_below_this_one(meeting, cast, as_user):
    one = Observer.objects.create(meeting=plan(cast, formal=2), name="孙来宾")

    assert as_user(cast.secretary).post(url("observer-remove", meeting, one)).status_code == 404
    assert Observer.objects.exists()


def test_a_form_with_the_key_of_another_meetings_row_stores_nothing(meeting, cast, as_user):
    other = plan(cast, formal=2)
    text, guest = material(other, text="读"), Observer.objects.create(meeting=other, name="孙来宾")
    client = as_user(cast.secretary)
    for name, row in [("material-add", text), ("observer-add", guest)]:
        answer = client.post(url(name, meeting), {"key": row.pk, "title": "新", "text": "新", "name": "新"})
        assert "另一次会议" in answer.context["form"].non_field_errors()[0]

    assert (Material.objects.count(), Observer.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", ["material-add", "sheet-attach", "observer-add"])
def test_nobody_else_adds_anything(meeting, cast, as_user, name):
    assert as_user(cast.next_secretary).post(url(name, meeting), {"name": "x"}).status_code == 404
    assert as_user(cast.member).post(url(name, meeting), {"name": "x"}).status_code == 403
    assert as_user(cast.secretary).delete(url(name, meeting)).status_code == 405
