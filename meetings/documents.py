"""Files that people upload for a meeting: which kind they are by their content, never by their name."""

import io
import zipfile
from enum import StrEnum

from django.utils.translation import gettext as _

from members.refused import Refused
from members.roster.photos import NotAPhoto, bare_photo

LARGEST = 10 * 1024 * 1024
MOST_PARTS = 2000
LARGEST_INSIDE = 200 * 1024 * 1024
PDF = b"%PDF-"
PACKED = b"PK\x03\x04"


class DocumentKind(StrEnum):
    """As the file's name ends."""

    PDF = "pdf"
    WORD = "docx"
    JPEG = "jpg"
    PNG = "png"


PICTURES = (DocumentKind.JPEG, DocumentKind.PNG)
CONTENT_TYPES = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.PNG: "image/png",
}


class NotADocument(Refused):
    """None of the kinds, or larger than 10 MB."""

    def __init__(self) -> None:
        super().__init__(_("Choose a PDF, a Word document (.docx), a JPEG or a PNG picture of at most 10 MB."), "file")


def bare_document(content: bytes) -> tuple[DocumentKind, bytes]:
    """The kind and the content; pictures without what cameras write into them. Raises NotADocument."""
    if len(content) > LARGEST:
        raise NotADocument
    if content.startswith(PDF):
        return DocumentKind.PDF, content
    if content.startswith(PACKED):
        return _word(content)
    try:
        bare = bare_photo(content, LARGEST)
    except NotAPhoto as error:
        raise NotADocument from error
    return (DocumentKind.JPEG if bare.startswith(b"\xff\xd8") else DocumentKind.PNG), bare


def _word(content: bytes) -> tuple[DocumentKind, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            parts = pack.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NotADocument from error
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_INSIDE:
        raise NotADocument
    if "word/document.xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotADocument
    return DocumentKind.WORD, content
