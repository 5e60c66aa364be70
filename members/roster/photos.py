"""Photographs without what cameras write into them: place, time, device, thumbnail; and a member's own.

The picture itself isn't touched. Of a JPEG's metadata only the orientation is kept, or portraits would lie on the side.
"""

import re
import struct
from collections.abc import Iterator
from enum import StrEnum

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from audit.services import record
from members.models.member import Member
from members.models.user import User
from members.refused import Refused
from members.roster.services import roster_code

LARGEST = 2 * 1024 * 1024
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"})
START_OF_SCAN, END, EXIF, ADOBE, COMMENT = 0xDA, 0xD9, 0xE1, 0xEE, 0xFE
APPLICATION = range(0xE1, 0xF0)
ALONE = {0x01, END, *range(0xD0, 0xD9)}
"""Markers without a length behind them."""
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Where the data of a scan ends: inside it an FF is followed by a zero or a restart."""
ORIENTATION = 0x0112


class PhotoKind(StrEnum):
    """As the file's name ends."""

    JPEG = "jpg"
    PNG = "png"


class NotAPhoto(ValueError):
    """Neither a JPEG nor a PNG, too large, or cut off."""


def photo_kind(content: bytes) -> PhotoKind:
    """By the content, never by the name. Raises NotAPhoto."""
    if content.startswith(JPEG):
        return PhotoKind.JPEG
    if content.startswith(PNG):
        return PhotoKind.PNG
    raise NotAPhoto


def bare_photo(content: bytes, largest: int = LARGEST) -> bytes:
    """The same picture without metadata; `largest` in bytes. Raises NotAPhoto."""
    if len(content) > largest:
        raise NotAPhoto
    strip = {PhotoKind.JPEG: _bare_jpeg, PhotoKind.PNG: _bare_png}[photo_kind(content)]
    try:
        return b"".join(strip(content))
    except (struct.error, IndexError) as error:
        raise NotAPhoto from error


def _bare_jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    for marker, segment in _jpeg_segments(content):
        if marker == EXIF and (turned := _orientation(segment[4:])):
            yield _exif_of(turned)
        elif marker == ADOBE or (marker not in APPLICATION and marker != COMMENT):
            yield segment


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and segment until the picture ends; what follows it, such as a second picture, is left out."""
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        end = _end_of_segment(content, at, marker)
        yield marker, content[at:end]
        if marker == END:
            return
        at = end
    raise NotAPhoto


def _end_of_segment(content: bytes, at: int, marker: int) -> int:
    if marker in ALONE:
        return at + 2
    end: int = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
    if marker != START_OF_SCAN:
        return end
    behind = NEXT_MARKER.search(content, end)
    if behind is None:
        raise NotAPhoto
    return behind.start()


def _orientation(exif: bytes) -> int:
    """1 to 8 as the camera was held; 0 where the metadata doesn't say."""
    if not exif.startswith(b"Exif\0\0") or exif[6:8] not in (b"II", b"MM"):
        return 0
    tiff, order = exif[6:], "<" if exif[6:8] == b"II" else ">"
    try:
        first = struct.unpack_from(order + "I", tiff, 4)[0]
        for entry in range(struct.unpack_from(order + "H", tiff, first)[0]):
            tag, _kind, _count, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _exif_of(orientation: int) -> bytes:
    """A segment that says how the camera was held and nothing else."""
    body = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _bare_png(content: bytes) -> Iterator[bytes]:
    yield PNG
    at = len(PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise NotAPhoto
        if kind in PNG_CHUNKS:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end


@transaction.atomic
def store_photo(*, member: Member, content: bytes, by: User | str) -> None:
    """Keep the picture instead of the one before. Raises Refused for what is neither JPEG nor PNG, or above 2 MB."""
    try:
        bare = bare_photo(content)
    except NotAPhoto as error:
        raise Refused(_("Choose a JPEG or PNG picture of at most 2 MB."), "photo") from error
    file = ContentFile(bare, name=f"{get_random_string(24)}.{photo_kind(bare)}")
    _replace(member, file, action="store_photo", by=by)


@transaction.atomic
def remove_photo(*, member: Member, by: User | str) -> None:
    """Delete the picture. Nothing happens when there is none."""
    if member.photo:
        _replace(member, None, action="remove_photo", by=by)


def _replace(member: Member, file: ContentFile | None, *, action: str, by: User | str) -> None:
    forget_photo(member)
    member.photo = file
    member.save(update_fields=["photo"])
    record(action=action, by=by, subject=member, organization_code=roster_code(member))


def forget_photo(member: Member) -> None:
    """Take it out of the row, which the caller stores; its file goes when that is committed."""
    storage, before = member.photo.storage, member.photo.name
    member.photo = None
    if before:
        transaction.on_commit(lambda: storage.delete(before))
