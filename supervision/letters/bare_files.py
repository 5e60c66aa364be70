"""Pictures and PDFs made anew from what can be seen in them, so that nothing else of the file is left.

A picture becomes a JPEG of its pixels, a PDF a PDF of pictures of its pages: without place, camera, author, dates,
ids, thumbnails, earlier versions, hidden text, scripts and files inside. Strangers' files are read in a process of its
own, which knows no settings and no secrets and ends when it takes too much time or memory. What goes through it lies in
pipes, never in a file. This module is also what that process runs, so it imports nothing of the program.
"""

import contextlib
import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

PICTURE, PDF = "picture", "pdf"
MOST_BYTES = 10 << 20
"""Of a file as it comes."""
MOST_RESULT = 8 << 20
MOST_PIXELS = 50_000_000
MOST_PAGES = 20
EDGE, PAGE_EDGE = 2400, 1800
"""Pixels of the longer edge of a picture, and of a page: 155 dots an inch on A4."""
QUALITY, PAGE_QUALITY = 82, 68
SECONDS, WAITING, MEMORY = 12, 30, 1 << 30
"""Of the processor for one file; until another file's turn is over; of memory."""
UNKNOWN, TOO_LARGE, LOCKED, TOO_LONG, NO_FONTS, BROKEN, TOO_HEAVY = range(10, 17)
"""Why a file isn't taken; also how the process ends."""
FIRST_FAR_SIGN = 0x0250
"""From this sign on the fonts that every PDF reader has don't help."""

turn = BoundedSemaphore()
"""One file at a time in each web process."""


class NotTaken(Exception):
    """A file of which no bare one can be made. `reason`: one of the numbers above."""

    def __init__(self, reason: int) -> None:
        super().__init__(reason)
        self.reason = reason


def bare_file(content: bytes) -> tuple[str, bytes]:
    """Kind and content of the file made anew. Raises NotTaken."""
    if len(content) > MOST_BYTES:
        raise NotTaken(TOO_LARGE)
    kind = kind_of(content)
    with its_turn():
        made = _in_a_process_of_its_own(content)
    if len(made) > MOST_RESULT:
        raise NotTaken(TOO_LARGE)
    return kind, made


def kind_of(content: bytes) -> str:
    """By its first bytes: what a browser says of a file is not believed. Raises NotTaken."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return PICTURE
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return PDF
    raise NotTaken(UNKNOWN)


@contextlib.contextmanager
def its_turn() -> Iterator[None]:
    if not turn.acquire(timeout=WAITING):
        raise NotTaken(TOO_HEAVY)
    try:
        yield
    finally:
        turn.release()


def _in_a_process_of_its_own(content: bytes) -> bytes:
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(  # noqa: S603 - this module
            command, input=content, capture_output=True, timeout=SECONDS * 2, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotTaken(TOO_HEAVY) from error
    if done.returncode == 0 and done.stdout:
        return done.stdout
    raise NotTaken(done.returncode if UNKNOWN <= done.returncode <= TOO_HEAVY else TOO_HEAVY)


# --- In the process of its own ----------------------------------------------------------------------------------------
def main() -> int:
    limit_itself()
    content = sys.stdin.buffer.read()
    try:
        made = picture(content) if kind_of(content) == PICTURE else document(content)
    except NotTaken as refusal:
        return refusal.reason
    except MemoryError:
        return TOO_HEAVY
    except Exception:  # noqa: BLE001 - whatever a library says of a broken file
        return BROKEN
    sys.stdout.buffer.write(made)
    return 0


def limit_itself() -> None:
    """No file is written, whatever a library likes to do; pages of the program go first."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def picture(content: bytes) -> bytes:
    """Upright, on white, at most so large: a JPEG of nothing but pixels."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only the process that needs it

    Image.MAX_IMAGE_PIXELS = None  # the size is asked for here, before a pixel is read
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NotTaken(TOO_LARGE)
        opened.draft("RGB", (EDGE, EDGE))
        seen = ImageOps.exif_transpose(opened)
        seen.thumbnail((EDGE, EDGE))
        return _saved(_on_white(seen), "JPEG", quality=QUALITY)


def document(content: bytes) -> bytes:
    """A PDF of pictures of its pages."""
    import pypdfium2  # noqa: PLC0415 - only the process that needs it

    try:
        opened = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise NotTaken(LOCKED if "assword" in str(error) else BROKEN) from error
    if not 0 < len(opened) <= MOST_PAGES:
        raise NotTaken(TOO_LONG)
    pages = [_page(page) for page in opened]
    return _saved(pages[0], "PDF", quality=PAGE_QUALITY, save_all=True, append_images=pages[1:], **NOTHING_ABOUT_IT)


NOTHING_ABOUT_IT = dict.fromkeys(("title", "producer", "creationDate", "modDate"))
"""What Pillow would write of its own."""


def _page(page: Any) -> Any:
    if _lacks_fonts(page):
        raise NotTaken(NO_FONTS)
    scale = PAGE_EDGE / max(page.get_size())
    return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


def _lacks_fonts(page: Any) -> bool:
    """Signs that are drawn with a font that isn't inside: they would silently be left out of the picture."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    if all(ord(sign) < FIRST_FAR_SIGN for sign in page.get_textpage().get_text_bounded()):
        return False
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=4)
    return any(raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(text)) == 0 for text in texts)


def _on_white(seen: Any) -> Any:
    """A picture that shares nothing with the opened file but its pixels."""
    from PIL import Image  # noqa: PLC0415

    coloured = seen.convert("RGBA")
    bare = Image.new("RGB", coloured.size, "white")
    bare.paste(coloured, mask=coloured.getchannel("A"))
    return bare


def _saved(bare: Any, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    bare.save(made, kind, **options)
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main())
