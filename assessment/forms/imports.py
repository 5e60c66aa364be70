"""Uploading a workbook of indicators, or taking a sample; and what is corrected before it is stored."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.importing.samples import BY_NUMBER
from assessment.rules.plan import SchemePlan
from members.forms.fields import key_field
from members.models import Organization


class _OfCommittee(forms.Form):
    def __init__(self, *args: Any, places: Sequence[Organization], **kwargs: Any) -> None:
        """`places` for which the user keeps schemes."""
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        field = cast(forms.ChoiceField, self.fields["organization"])
        field.choices = [(place.code, place.name) for place in places]

    def clean_organization(self) -> Organization:
        return self.places[self.cleaned_data["organization"]]


def _committee_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Whose scheme it is"))


class SchemeUploadForm(_OfCommittee):
    """A file, or the number of a sample."""

    key = key_field()
    organization = _committee_field()
    file = forms.FileField(
        label=_("Workbook of indicators"), required=False,
        help_text=_("Excel, WPS, ODS or CSV, with columns such as 考核项目, 考核内容, 分值 and 评分标准."),
    )  # fmt: skip
    sample = forms.ChoiceField(choices=[(number, number) for number in BY_NUMBER], required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not (typed.get("file") or typed.get("sample") or "file" in self.errors):
            self.add_error("file", gettext("Choose a file, or begin with one of the samples below."))
        return typed

    def source(self) -> tuple[Path, str]:
        """Where the workbook is, and its name."""
        if sample := BY_NUMBER.get(self.cleaned_data["sample"]):
            return sample.path, sample.name
        file = cast(TemporaryUploadedFile, self.cleaned_data["file"])
        return Path(file.temporary_file_path()), str(file.name)


class SchemeImportForm(_OfCommittee):
    """What can be changed before the draft is stored; everything else in the draft itself."""

    organization = _committee_field()
    code = forms.CharField(
        label=_("Code of the scheme"), max_length=60,
        help_text=_("A code that is taken already gets the next version."),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=160)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "title", "year")}


def data_of(plan: SchemePlan, organization: Organization) -> dict[str, Any]:
    """The values that `SchemeImportForm` begins with."""
    return {"code": plan.code, "title": plan.title, "year": plan.year, "organization": organization.code}
