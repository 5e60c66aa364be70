"""What is left of a picture or PDF: what can be seen in it. Hostile ones are refused in bounded time and memory."""

import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from supervision.letters import bare_files
from supervision.letters.bare_files import NotTaken, bare_file
from tests.supervision.letters import hostile_files as hostile

SENT = {
    "photo": (hostile.photo, bare_files.PICTURE),
    "screenshot": (hostile.screenshot, bare_files.PICTURE),
    "pdf": (lambda: hostile.pdf(2, about=hostile.SCRIPTED), bare_files.PDF),
}


def traces_in(content: bytes) -> list[bytes]:
    """Also in what is packed inside a PDF's streams, as far as pypdfium2 unpacks it."""
    return [trace for trace in hostile.TRACES if trace in content]


@pytest.mark.parametrize("name", SENT)
def test_nothing_is_left_but_what_can_be_seen(name):
    make, kind = SENT[name]
    made_kind, made = bare_file(make())

    assert made_kind == kind
    assert traces_in(made) == []
    assert len(traces_in(make())) >= 3, "the negative control: all of it was there"


def test_a_photo_is_upright_and_has_no_exif():
    _kind, made = bare_file(hostile.photo((640, 480), turned=6))
    with Image.open(io.BytesIO(made)) as seen:
        assert (seen.format, seen.size, dict(seen.getexif())) == ("JPEG", (480, 640), {})
        assert seen.getpixel((470, 320))[1] < 60, "red is on the right now"
        assert seen.getpixel((10, 320))[1] > 200


def test_a_large_photo_is_made_smaller():
    _kind, made = bare_file(hostile.photo((5000, 3000), turned=1))
    with Image.open(io.BytesIO(made)) as seen:
        assert seen.size == (2400, 1440)


def test_a_pdf_has_the_same_pages_as_pictures_and_says_nothing_about_itself():
    _kind, made = bare_file(hostile.pdf(3, about=hostile.SCRIPTED))
    with pypdfium2.PdfDocument(made) as seen:
        assert len(seen) == 3
        assert seen[0].get_textpage().get_text_range() == ""
        assert not any(seen.get_metadata_dict().values())
        assert seen[0].render().to_pil().convert("L").getextrema()[0] < 100, "what was written can be seen"
    assert not [name for name in (b"/ID", b"/Info", b"Date", b"/Metadata") if name in made]


def test_the_same_file_gives_the_same_bytes_so_that_it_is_stored_once():
    assert bare_file(hostile.pdf()) == bare_file(hostile.pdf())
    assert bare_file(hostile.photo()) == bare_file(hostile.photo())


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", bare_files.UNKNOWN),
        (lambda: b"<html><script>", bare_files.UNKNOWN),
        (lambda: b"GIF89a" + bytes(100), bare_files.UNKNOWN),
        (lambda: b"\xff\xd8\xff" + bytes(100), bare_files.BROKEN),
        (lambda: b"%PDF-1.7\n" + bytes(100), bare_files.BROKEN),
        (lambda: hostile.photo()[:3000], bare_files.BROKEN),
        (lambda: hostile.pdf(21), bare_files.TOO_LONG),
        (hostile.chinese_without_its_font, bare_files.NO_FONTS),
        (hostile.huge_picture, bare_files.TOO_LARGE),
        (lambda: b"%PDF-" + bytes(bare_files.MOST_BYTES), bare_files.TOO_LARGE),
    ],
    ids=["nothing", "page", "gif", "picture", "document", "half", "long", "no fonts", "huge", "heavy"],
)
def test_what_is_not_taken(make, reason):
    with pytest.raises(NotTaken) as refusal:
        bare_file(make())
    assert refusal.value.reason == reason


@pytest.mark.parametrize("make", [hostile.endless_page, hostile.huge_picture, hostile.nested_page])
def test_a_bomb_takes_bounded_time(make):
    before, content = time.monotonic(), make()
    try:
        bare_file(content)
    except NotTaken as refusal:
        assert refusal.reason in (bare_files.TOO_HEAVY, bare_files.TOO_LARGE)

    assert len(content) < 1 << 20
    assert time.monotonic() - before < 2 * bare_files.SECONDS + 5


def test_who_takes_too_long_is_ended(monkeypatch):
    """The process is asked nothing: it is stopped."""
    monkeypatch.setattr(bare_files, "SECONDS", 0.2)
    before = time.monotonic()
    monkeypatch.setattr(bare_files.subprocess, "run", _slept(subprocess.run))
    with pytest.raises(NotTaken) as refusal:
        bare_file(hostile.photo())

    assert refusal.value.reason == bare_files.TOO_HEAVY
    assert time.monotonic() - before < 5


def _slept(run):
    return lambda command, **given: run(["/bin/sleep", "60"], **given)


def test_one_file_at_a_time_and_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(bare_files, "WAITING", 0.1)
    with bare_files.its_turn(), pytest.raises(NotTaken) as refusal:
        bare_file(hostile.photo())
    assert refusal.value.reason == bare_files.TOO_HEAVY
    assert bare_file(hostile.photo()), "the turn came back"


LIMITED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from supervision.letters import bare_files
before = os.nice(0)
bare_files.limit_itself()
print(os.environ.get("BRANCHWEB_SECRET_KEY"), os.nice(0) > before)
for act in (lambda: bytearray(bare_files.MEMORY), lambda: open(sys.argv[2], "wb", 0).write(b"in clear")):
    try:
        act()
    except (MemoryError, OSError) as error:
        print(type(error).__name__)
"""


def test_the_process_knows_no_settings_writes_no_file_and_takes_no_more_memory(tmp_path, monkeypatch):
    """What it could tell, or leave behind, if a file took hold of it."""
    monkeypatch.setenv("BRANCHWEB_SECRET_KEY", "secret")
    commands, run = [], subprocess.run

    def remember(command, **given):
        commands.append((command[:2], given["env"]))
        return run(command, **given)

    monkeypatch.setattr(bare_files.subprocess, "run", remember)
    bare_file(hostile.photo())
    ((command, env),) = commands
    place, left = str(Path(bare_files.__file__).parents[2]), tmp_path / "left"
    done = run([*command, "-c", LIMITED, place, str(left)], env=env, capture_output=True, text=True, check=False)

    assert (command, env) == ([sys.executable, "-I"], {})
    assert done.stdout.split() == ["None", "True", "MemoryError", "OSError"]
    assert left.read_bytes() == b""


def test_no_temporary_file_is_made(monkeypatch):
    def refuse(*_given, **_named):
        raise AssertionError("a file in clear")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    assert bare_file(hostile.photo())
