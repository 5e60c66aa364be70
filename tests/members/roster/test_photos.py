"""Photographs without what cameras write into them."""

import pytest
from django.core.files.storage import default_storage

from audit.models import Entry
from members.models import Member
from members.refused import Refused
from members.roster.photos import LARGEST, NotAPhoto, PhotoKind, bare_photo, photo_kind, remove_photo, store_photo
from tests.members.roster.photo_files import SECRET, chunk, exif, jpeg, png, segment


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    "content",
    [
        jpeg(segment(0xE1, exif(None))),
        jpeg(segment(0xE1, exif(None, ">")), segment(0xED, SECRET), segment(0xFE, SECRET)),
        jpeg(behind=jpeg(segment(0xE1, exif(None)))),
        png(chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET), chunk(b"iTXt", SECRET)),
    ],
    ids=["exif", "all metadata", "a second picture behind the first", "png"],
)
def test_what_a_camera_wrote_is_gone_and_the_picture_is_the_same(content):
    bare = bare_photo(content)
    assert SECRET in content
    assert SECRET not in bare
    assert bare == (jpeg() if content.startswith(b"\xff") else png())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_of_the_metadata_only_how_the_camera_was_held_is_kept(order, orientation):
    bare = bare_photo(jpeg(segment(0xE1, exif(orientation, order))))
    assert SECRET not in bare
    assert b"Exif\0\0MM\0*" in bare
    assert bare_photo(bare) == bare


@pytest.mark.parametrize("orientation", [0, 9, 777])
def test_an_orientation_that_is_none_is_left_out(orientation):
    assert bare_photo(jpeg(segment(0xE1, exif(orientation)))) == jpeg()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg onload=alert(1)>",
        b"\xff\xd8\xff",
        jpeg()[:-2],
        jpeg()[:40],
        b"\xff\xd8\xff\xe1\xff\xff",
        png()[:-4],
        png()[:20],
        jpeg() + b"\0" * LARGEST,
    ],
    ids=["empty", "gif", "svg", "head", "no end", "cut", "length beyond", "png cut", "png head", "too large"],
)
def test_whatever_is_no_whole_picture_is_refused(content):
    with pytest.raises(NotAPhoto):
        bare_photo(content)


def test_the_kind_goes_by_the_content():
    assert (photo_kind(jpeg()), photo_kind(png())) == (PhotoKind.JPEG, PhotoKind.PNG)


@pytest.mark.django_db
def test_a_photo_is_stored_under_a_name_that_says_nothing(cast):
    store_photo(member=cast.zhang, content=jpeg(segment(0xE1, exif(6))), by=cast.secretary)

    stored = Member.objects.get(pk=cast.zhang.pk).photo
    assert stored.name.startswith("photos/")
    assert stored.name.endswith(".jpg")
    assert "张" not in stored.name
    assert SECRET not in stored.read()
    assert Entry.objects.get().action == "store_photo"


@pytest.mark.django_db
def test_a_refused_photo_leaves_nothing(cast):
    with pytest.raises(Refused) as refusal:
        store_photo(member=cast.zhang, content=b"GIF89a", by=cast.secretary)

    assert refusal.value.field == "photo"
    assert not Member.objects.get(pk=cast.zhang.pk).photo
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_new_photo_takes_the_place_of_the_old_one(cast, django_capture_on_commit_callbacks):
    store_photo(member=cast.zhang, content=jpeg(), by=cast.secretary)
    old = cast.zhang.photo.name
    with django_capture_on_commit_callbacks(execute=True):
        store_photo(member=cast.zhang, content=png(), by=cast.secretary)

    assert not default_storage.exists(old)
    assert cast.zhang.photo.name.endswith(".png")


@pytest.mark.django_db
def test_a_photo_can_be_removed_once(cast, django_capture_on_commit_callbacks):
    store_photo(member=cast.zhang, content=jpeg(), by=cast.secretary)
    name = cast.zhang.photo.name
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(member=cast.zhang, by=cast.secretary)
        remove_photo(member=cast.zhang, by=cast.secretary)

    assert not default_storage.exists(name)
    assert not Member.objects.get(pk=cast.zhang.pk).photo
    assert Entry.objects.filter(action="remove_photo").count() == 1
