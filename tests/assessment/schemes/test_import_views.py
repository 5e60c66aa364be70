"""The pages of a scheme from a workbook: what they do, for whom, and what they refuse."""

import uuid
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessment.models import Scheme, SchemeImport
from assessment.schemes.import_services import SAMPLES, change_import, plan_kept, store_import, throw_away
from assessment.schemes.queries import preview_of
from audit.models import Entry
from members.refused import Refused
from tests.assessment.schemes.indicator_files import ROWS, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

NEW, LIST = reverse("assessment:scheme-import-new"), reverse("assessment:scheme-import-list")
DOUBTFUL = [*ROWS, ("", "特色", 5, "工作有声有色")]


def page(kept, name="detail"):
    return reverse(f"assessment:scheme-import-{name}", args=[kept.pk])


@pytest.fixture
def upload(cast, as_user, tmp_path):
    def uploading(content=None, user=None, **typed):
        content = workbook(tmp_path / "a.xlsx", DOUBTFUL).read_bytes() if content is None else content
        form = {"key": uuid.uuid4(), "organization": "district", "file": SimpleUploadedFile("指标.xlsx", content)}
        return as_user(user or cast.district_staff).post(NEW, form | typed)

    return uploading


@pytest.fixture
def kept(upload):
    upload()
    return SchemeImport.objects.get()


def test_the_whole_way_from_the_file_to_the_draft(upload, cast, as_user):
    address = upload()["Location"]
    kept, client = SchemeImport.objects.get(), as_user(cast.district_staff)
    shown = client.get(address).content.decode()

    assert address == page(kept)
    assert all(written in shown for written in ("换届", "每少一次扣0.5分", "D6", "工作有声有色"))
    assert not Scheme.objects.exists()

    stored = client.post(page(kept, "store"))
    scheme = Scheme.objects.get()
    assert stored["Location"] == scheme.get_absolute_url()
    assert (scheme.organization, scheme.state, scheme.indicators.count()) == (cast.district, "draft", 6)
    assert client.get(scheme.get_absolute_url()).status_code == 200
    assert Entry.objects.filter(action="build_scheme").count() == 1


def test_a_double_click_stores_once(upload, kept, cast, as_user):
    key = uuid.uuid4()
    assert upload(key=key)["Location"] == upload(key=key)["Location"]
    client = as_user(cast.district_staff)
    answers = [client.post(page(kept, "store"))["Location"] for _turn in range(2)]

    assert answers[0] == answers[1]
    assert (SchemeImport.objects.count(), Scheme.objects.count()) == (2, 1)


def test_the_same_workbook_again_is_no_new_version(upload, cast, as_user):
    for _turn in range(2):
        upload()
    for kept in SchemeImport.objects.all():
        as_user(cast.district_staff).post(page(kept, "store"))

    assert Scheme.objects.count() == 1


def test_code_title_year_and_committee_are_changed_before_it_is_stored(kept, cast, as_user):
    typed = {"organization": "district", "code": "KH-9", "title": "新的", "year": 2027}
    answer = as_user(cast.district_staff).post(page(kept, "edit"), typed)
    kept.refresh_from_db()
    plan = plan_kept(kept)

    assert answer["Location"] == page(kept)
    assert (plan.code, plan.title, plan.year, kept.organization) == ("KH-9", "新的", 2027, cast.district)
    assert len(plan.indicators) == 6


@pytest.mark.parametrize(
    "change", [{"code": ""}, {"title": ""}, {"year": "1850"}, {"organization": "other-district"}, {"code": "x" * 61}]
)
def test_a_wrong_change_is_refused(kept, cast, as_user, change):
    typed = {"organization": "district", "code": "KH", "title": "新的", "year": 2027} | change
    answer = as_user(cast.district_staff).post(page(kept, "edit"), typed)

    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)


def test_it_is_thrown_away_on_record(kept, cast, as_user):
    answer = as_user(cast.district_staff).post(page(kept, "discard"))

    assert answer["Location"] == NEW
    assert not SchemeImport.objects.exists()
    assert Entry.objects.filter(action="throw_scheme_import_away").count() == 1


def test_what_is_stored_is_neither_thrown_away_nor_changed(kept, cast, as_user):
    store_import(scheme_import=kept, by=cast.district_staff)
    as_user(cast.district_staff).post(page(kept, "discard"))
    with pytest.raises(Refused):
        throw_away(scheme_import=kept, by=cast.district_staff)
    with pytest.raises(Refused):
        change_import(scheme_import=kept, organization=cast.district, values={"code": "Y"})

    assert SchemeImport.objects.get().scheme


def test_a_code_of_another_committee_is_refused_with_a_sentence(kept, cast, as_user):
    store_import(scheme_import=kept, by=cast.district_staff)
    Scheme.objects.update(organization=cast.other_district)
    other = SchemeImport.objects.create(organization=cast.district, file_name="b.xlsx", found=kept.found)
    answer = as_user(cast.district_staff).post(page(other, "store"))

    assert answer["Location"] == page(other)
    assert Scheme.objects.count() == 1


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.number)
def test_a_sample_is_taken_and_downloaded(cast, as_user, sample):
    client = as_user(cast.district_staff)
    form = {"key": uuid.uuid4(), "organization": "district", "sample": sample.number}
    shown = client.get(client.post(NEW, form)["Location"])
    file = client.get(reverse("assessment:scheme-import-sample", args=[sample.number]))

    assert shown.context["preview"].plan.total == 100
    assert b"".join(file.streaming_content) == sample.path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"%PDF-1.7", "姓名,电话\n张三,1".encode()])
def test_a_file_that_is_no_scheme_gets_a_sentence(upload, content):
    answer = upload(content)

    assert (answer.status_code, len(answer.context["form"].errors["file"])) == (200, 1)
    assert not SchemeImport.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"file": ""}, {"organization": "branch"}, {"organization": "other-district"}, {"key": "x"}, {"sample": "9"}],
)
def test_a_wrong_upload_is_refused(upload, change):
    answer = upload(**change)

    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert not SchemeImport.objects.exists()


@pytest.mark.parametrize("part", ["secretary", "officer", "member", "inspector", "county_secretary", "administrator"])
def test_only_who_keeps_schemes_comes_in(cast, as_user, kept, part):
    client = as_user(getattr(cast, part))

    assert [client.get(address).status_code for address in (NEW, LIST, page(kept))] == [403] * 3
    assert client.post(page(kept, "store")).status_code == 403


def test_another_committees_import_is_not_there(cast, as_user, kept):
    SchemeImport.objects.update(organization=cast.other_district)
    client = as_user(cast.district_staff)

    assert [client.get(page(kept, name)).status_code for name in ("detail", "edit")] == [404] * 2
    assert [client.post(page(kept, name)).status_code for name in ("store", "discard")] == [404] * 2
    assert client.get(reverse("assessment:scheme-import-sample", args=["9"])).status_code == 404


def test_a_wrong_method_is_refused(cast, as_user, kept):
    client = as_user(cast.district_staff)

    assert [client.get(page(kept, name)).status_code for name in ("store", "discard")] == [405] * 2
    assert [client.post(address).status_code for address in (LIST, page(kept))] == [405] * 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(cast, as_user, kept, rows, django_assert_num_queries):
    for number in range(rows - 1):
        SchemeImport.objects.create(organization=cast.district, file_name=f"{number}.xlsx", found=kept.found)
    client = as_user(cast.district_staff)
    client.get(LIST)
    with django_assert_num_queries(5):
        assert len(client.get(LIST).context["page"]) == rows


def test_the_preview_counts_what_the_record_says_and_what_people_enter(kept):
    preview = preview_of(kept)

    assert (preview.by_record, preview.by_person) == (3, 1)
    assert [line.row for line in preview.lines] == [3, 3, 4, 5, 5, 6]
    assert [doubt.code for line in preview.lines for doubt in line.doubts] == ["not_understood"]


def test_a_changed_plan_is_the_next_version(kept, cast):
    first = store_import(scheme_import=kept, by=cast.district_staff)
    other = SchemeImport.objects.create(organization=cast.district, file_name="b.xlsx", found=kept.found)
    change_import(scheme_import=other, organization=cast.district, values={"title": "改过的"})
    second = store_import(scheme_import=other, by=cast.district_staff)

    assert (first.scheme.version, second.scheme.version, second.is_new) == (1, 2, True)
    assert replace(plan_kept(other), title="") == replace(plan_kept(kept), title="")
