"""Attachments of letters: sealed like the text, without metadata and names, saved by who may read the letter."""

import io
import tempfile

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from audit.models import Entry
from supervision.letters import bare_files, inspector_services, rate_limit, sealing
from supervision.letters.contents import empty, lock_letter
from supervision.letters.inspector_services import MOST_FILES
from supervision.models import Letter, LetterFile
from tests.cast import TODAY
from tests.security.test_stolen_dump import files as database_files
from tests.supervision.letters import hostile_files as hostile
from tests.supervision.letters.letterbox import PASSPHRASE, open_box, write
from tests.world import BACKEND

pytestmark = pytest.mark.django_db
TEXT = "报销发票 与 实际 不符"
NAME = "告发人赵六的照片.jpg"


@pytest.fixture
def box(cast, today):
    rate_limit.FILES.counts.clear()
    return open_box(cast)


@pytest.fixture
def receipt(box):
    return write(TEXT)


@pytest.fixture
def without_process(monkeypatch):
    """What a file is made of is tried in test_bare_files: here it comes back as it is."""
    monkeypatch.setattr(bare_files, "bare_file", lambda content: (bare_files.kind_of(content), content))


def attach(receipt, *contents: bytes, **headers):
    given = [SimpleUploadedFile(NAME, content) for content in contents]
    return Client(**headers).post("/letters/attach/", {"receipt": receipt, "attached": given})


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def save(user, file: LetterFile, passphrase: str = PASSPHRASE):
    return client_of(user).post(f"/supervision/letters/files/{file.pk}/", {"passphrase": passphrase})


def jpeg(number: int) -> bytes:
    return b"\xff\xd8\xff" + bytes([number]) * 100


# --- From the writer to the inspector ---------------------------------------------------------------------------------
def test_a_photo_and_a_pdf_reach_the_inspectors_bare(box, receipt):
    answer = attach(receipt, hostile.photo(), hostile.pdf())
    picture, document = LetterFile.objects.all()

    assert answer.status_code == 200 and "图片" in answer.text and "PDF" in answer.text
    for user in box.inspectors:
        saved = save(user, picture)
        with Image.open(io.BytesIO(saved.content)) as seen:
            assert (seen.size, dict(seen.getexif())) == ((480, 640), {})
        assert not [trace for trace in hostile.TRACES if trace in saved.content]
        with pypdfium2.PdfDocument(save(user, document).content) as seen:
            assert len(seen) == 1


def test_it_is_saved_and_never_shown_in_the_browser(box, receipt, without_process):
    attach(receipt, jpeg(1))
    saved = save(box.inspectors[0], LetterFile.objects.get())

    assert saved.headers["Content-Disposition"] == 'attachment; filename="1.jpg"'
    assert saved.headers["Content-Type"] == "image/jpeg"
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in saved.headers["Cache-Control"]
    entry = Entry.objects.latest("pk")
    assert entry.action == "open_letter_file"
    assert not any(str(row.pk) in repr(vars(entry)) for row in (Letter.objects.get(), LetterFile.objects.get()))


def test_without_the_passphrase_nothing_is_saved(box, receipt, without_process):
    attach(receipt, jpeg(1))
    before = Entry.objects.count()
    answer = save(box.inspectors[0], LetterFile.objects.get(), "一 二 三 四 五 六")

    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    assert Entry.objects.count() == before


def test_who_cannot_read_the_letter_finds_no_attachment(box, receipt, without_process):
    attach(receipt, jpeg(1))
    stranger = box.more("inspector_late", box.cast.county)

    assert save(stranger, LetterFile.objects.get()).status_code == 404
    assert save(box.cast.secretary, LetterFile.objects.get()).status_code == 403


def test_the_letters_page_lists_them_once_it_is_open(box, receipt, without_process):
    attach(receipt, jpeg(1), hostile.pdf())
    address = f"/supervision/letters/{Letter.objects.get().pk}/"
    closed = client_of(box.inspectors[0]).get(address).text
    opened = client_of(box.inspectors[0]).post(address, {"passphrase": PASSPHRASE}).text

    assert ("/letters/files/" in closed, opened.count("/letters/files/")) == (False, 2)


# --- What is stored ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_lies_anywhere_in_clear(cast, today, tmp_path, monkeypatch, without_process):
    """Neither in the database, nor in a temporary file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    open_box(cast)
    content = b"\xff\xd8\xff" + b"CLEAR-CONTENT" * 9_000
    attach(write(TEXT), content)
    row = LetterFile.objects.get()

    assert list(tmp_path.iterdir()) == []
    assert b"CLEAR-CONTENT" not in bytes(row.ciphertext)
    assert "CLEAR-CONTENT" not in database_files()
    assert not [name for name in (NAME, "赵六") if name in repr(vars(row)) or name in database_files()]
    LetterFile.objects.update(ciphertext=content)
    assert b"CLEAR-CONTENT" in bytes(LetterFile.objects.get().ciphertext), "the negative control"


@pytest.mark.parametrize(("length", "size"), [(1, 1 << 16), (60_000, 1 << 16), (70_000, 1 << 17)])
def test_how_large_it_is_says_little(length, size):
    sealed = sealing.encrypt_file(bytes(32), bytes(length), place="file 1 1")

    assert size <= len(sealed) < size + 100
    assert sealing.decrypt_file(bytes(32), sealed, place="file 1 1") == bytes(length)


@pytest.mark.parametrize("place", ["file 1 2", "file 2 1", "letter 1"])
def test_it_opens_only_in_its_place(place):
    sealed = sealing.encrypt_file(bytes(32), b"x", place="file 1 1")

    with pytest.raises(sealing.Broken):
        sealing.decrypt_file(bytes(32), sealed, place=place)


def test_one_that_was_changed_is_said_to_be_damaged(box, receipt, without_process):
    attach(receipt, jpeg(1), jpeg(2))
    first, second = LetterFile.objects.all()
    LetterFile.objects.filter(pk=first.pk).update(ciphertext=second.ciphertext)

    assert "改动或损坏" in save(box.inspectors[0], first).text


def test_sent_twice_it_is_stored_once_and_another_one_is_added(box, receipt, without_process):
    for contents in ([jpeg(1)], [jpeg(1)], [jpeg(1), jpeg(2)], [jpeg(3), jpeg(3)]):
        attach(receipt, *contents)

    assert list(LetterFile.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_with_the_letter_it_is_destroyed(box, receipt, without_process):
    attach(receipt, jpeg(1))
    empty(lock_letter(Letter.objects.get()), on=TODAY)

    assert not LetterFile.objects.exists()


def test_they_lie_in_no_order(box, receipt, without_process):
    """On SQLite by number of row; the other letters' tables are tried in tests/security."""
    from django.db import connection  # noqa: PLC0415

    for number in range(12):
        attach(receipt, jpeg(number), REMOTE_ADDR=f"203.0.113.{number}")
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM supervision_letterfile ORDER BY {place}")
        stored = [number for (number,) in cursor.fetchall()]

    assert sorted(stored) == list(range(1, 13)) != stored


# --- What is refused --------------------------------------------------------------------------------------------------
def test_a_file_that_is_not_taken_keeps_back_the_others_and_says_what_to_do(box, receipt):
    answer = attach(receipt, hostile.photo(), b"%PDF-1.7 broken")

    assert answer.status_code == 200
    assert "第2个文件（共2个）" in answer.text and "已损坏" in answer.text and "拍" in answer.text
    assert TEXT in answer.text, "the letter is still there"
    assert sealing.grouped(receipt) in answer.text, "and so is the receipt, for who didn't copy it yet"
    assert not LetterFile.objects.exists()


def test_every_file_that_is_not_taken_is_named(box, receipt):
    answer = attach(receipt, b"%PDF-1.7 broken", hostile.photo(), b"no picture")

    assert "第1个文件（共3个）" in answer.text and "第3个文件（共3个）" in answer.text
    assert "第2个文件" not in answer.text
    assert answer.text.count(str(inspector_services.OTHERWISE)) == 2  # above the form, and at the field
    assert not LetterFile.objects.exists()


def test_every_reason_has_its_sentence():
    assert set(inspector_services.WHY) == set(range(bare_files.UNKNOWN, bare_files.TOO_HEAVY + 1))


@pytest.mark.parametrize("contents", [[], [jpeg(1)] * 5, [b""]])
def test_none_too_many_and_empty_ones_are_said(box, receipt, without_process, contents):
    answer = attach(receipt, *contents)

    assert "invalid-feedback" in answer.text and TEXT in answer.text
    assert not LetterFile.objects.exists()


def test_a_letter_takes_only_so_many(box, receipt, without_process):
    for number in range(MOST_FILES):
        attach(receipt, jpeg(number), REMOTE_ADDR=f"203.0.113.{number}")
    answer = attach(receipt, jpeg(99))

    assert str(MOST_FILES) in answer.text
    assert LetterFile.objects.count() == MOST_FILES


def test_files_of_all_letters_cannot_fill_the_disk(box, receipt, without_process, monkeypatch):
    attach(receipt, jpeg(1))
    monkeypatch.setattr(inspector_services, "ROOM", LetterFile.objects.get().size)

    assert "官方渠道" in attach(receipt, jpeg(2)).text
    assert LetterFile.objects.count() == 1


def test_one_visitor_sends_only_so_many_a_minute(box, receipt, without_process):
    answers = [attach(receipt, jpeg(1), jpeg(2), REMOTE_ADDR="198.51.100.7").status_code for _each in range(9)]

    assert answers == [200] * 8 + [429]
    assert attach(receipt, jpeg(1), REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.parametrize("receipt", ["1" * 24, "", "abc"])
def test_without_the_receipt_nothing_is_read(box, receipt, monkeypatch):
    def refuse(_content):
        raise AssertionError("the file was read")

    monkeypatch.setattr(bare_files, "bare_file", refuse)
    assert attach(receipt, jpeg(1)).status_code == 200
    assert not LetterFile.objects.exists()


def test_another_method_is_refused(client):
    assert client.get("/letters/attach/").status_code == 405
