"""Pictures as cameras write them, small enough to read."""

import struct
import zlib

SECRET = b"GPS 39.9042N 116.4074E"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int | None, order: str = "<") -> bytes:
    """What a camera writes: perhaps how it was held, and always where it was."""
    entries = [(0x010F, 2, len(SECRET), 0)] + ([(0x0112, 3, 1, orientation)] if orientation is not None else [])
    packed = b"".join(struct.pack(order + "HHIHH", tag, kind, count, value, 0) for tag, kind, count, value in entries)
    directory = struct.pack(order + "H", len(entries)) + packed + struct.pack(order + "I", 0)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return b"Exif\0\0" + head + directory + SECRET


def jpeg(*extra: bytes, behind: bytes = b"") -> bytes:
    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    tables = segment(0xDB, b"\0" + bytes(range(1, 65))) + segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    second_scan = segment(0xC4, b"\0" * 17) + segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x78"
    return start + b"".join(extra) + tables + scan + second_scan + b"\xff\xd9" + behind


def png(*extra: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + b"".join(extra) + (
        chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )  # fmt: skip


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
