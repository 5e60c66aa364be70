"""Pictures and PDFs as strangers send them: with traces inside, broken, or made to choke who reads them."""

import io
import zlib

from PIL import Image, PngImagePlugin

TRACES = (b"SpyCam", b"Zhao Liu", b"thumbnail-of-the-first", b"urn:uuid:", b"zhaoliu", b"/JavaScript", b"20260102")
"""What the files below carry, and what may never be found in what is made of them."""


def photo(size: tuple[int, int] = (640, 480), turned: int = 6) -> bytes:
    """A JPEG with camera, place, artist, comment, and XMP."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x013B] = "SpyCam", turned, "Zhao Liu"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 7.0), 3: "E", 4: (104.0, 3.0, 1.0)})
    made = io.BytesIO()
    scene(size).save(made, "JPEG", exif=exif, comment=b"thumbnail-of-the-first", xmp=b"<x>urn:uuid:SpyCam</x>")
    return made.getvalue()


def screenshot(size: tuple[int, int] = (320, 200)) -> bytes:
    """A PNG with words in it that nobody sees, and see-through parts."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Zhao Liu")
    words.add_itxt("XML:com.adobe.xmp", "urn:uuid:SpyCam")
    made = io.BytesIO()
    scene(size).convert("RGBA").save(made, "PNG", pnginfo=words)
    return made.getvalue()


def scene(size: tuple[int, int]) -> Image.Image:
    """Red above, white below, so that turning it is seen."""
    made = Image.new("RGB", size, "white")
    made.paste("red", (0, 0, size[0], size[1] // 2))
    return made


def huge_picture(edge: int = 30_000) -> bytes:
    """900 million pixels in a few kilobytes."""
    made = io.BytesIO()
    Image.new("1", (edge, edge)).save(made, "PNG")
    return made.getvalue()


def pdf(
    pages: int = 1, *, words: bytes = b"(Bill 12) Tj", font: bytes = b"", about: bytes = b"", content: bytes = b""
) -> bytes:
    """A PDF written by hand. `about`: more of its catalogue; `content`: the page's stream in place of words."""
    font = font or b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    stream = content or b"BT /F1 24 Tf 72 700 Td " + words + b" ET"
    packed = zlib.compress(stream)
    kids = b" ".join(b"%d 0 R" % (10 + number) for number in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R " + about + b" >>",
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        3: font,
        4: b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        5: b"<< /Author (Zhao Liu) /Creator (SpyCam) /CreationDate (D:20260102030405Z) >>",
        6: b"<< /Type /Metadata /Subtype /XML /Length 26 >>\nstream\n<x>urn:uuid:Zhao Liu</x>   \nendstream",
    }
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >>"
    )
    page += b" >>"
    objects |= {10 + number: page for number in range(pages)}
    return _written(objects)


def _written(objects: dict[int, bytes]) -> bytes:
    made, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(made)
    made += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        made += b"%d 1\n%010d 00000 n \n" % (number, place)
    trailer = b"<< /Size %d /Root 1 0 R /Info 5 0 R /ID [<7a68616f6c6975> (zhaoliu)] >>" % (max(objects) + 1)
    return made + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, at)


SCRIPTED = b"/OpenAction << /S /JavaScript /JS (app.alert('zhaoliu')) >>"
SONG = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [ << /Type /Font"
    b" /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1)"
    b" /Supplement 4 >> /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6"
    b" /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >> ] >>"
)
"""A Chinese font that isn't inside the file."""


def chinese_without_its_font() -> bytes:
    return pdf(words=b"<53d17968> Tj", font=SONG)


def endless_page() -> bytes:
    """Eight million lines to draw, in a few kilobytes."""
    return pdf(content=b"0 0 m 500 800 l S 3 w\n" * 4_000_000)


def nested_page(depth: int = 60_000) -> bytes:
    return pdf(content=b"q " * depth + b"Q " * depth, about=b"/Deep " + b"[" * depth + b"]" * depth)
