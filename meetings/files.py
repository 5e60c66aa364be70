"""A document that comes with a form, and the way back to who may see it."""

from typing import Any, cast

from django import forms
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.text import slugify
from django.utils.translation import gettext as _, gettext_lazy

from meetings.documents import CONTENT_TYPES, LARGEST, PICTURES, DocumentKind

LOCKED_UP = "default-src 'none'; sandbox"


class FileForm(forms.Form):
    """A file of at most 10 MB; which kind it is, its content says."""

    file = forms.FileField(label=gettext_lazy("File"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        return file

    def content(self) -> bytes:
        file = self.cleaned_data["file"]
        return cast(bytes, file.read()) if file else b""


def send_file(stored: FieldFile, title: str) -> FileResponse:
    """The file, as what it was recognized for; pictures are shown, everything else is saved. Raises Http404."""
    try:
        kind = DocumentKind((stored.name or "").rpartition(".")[2])
        file = stored.open()
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    name = f"{slugify(title, allow_unicode=True) or 'file'}.{kind}"
    response = FileResponse(file, as_attachment=kind not in PICTURES, filename=name, content_type=CONTENT_TYPES[kind])
    response["Content-Security-Policy"] = LOCKED_UP
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
