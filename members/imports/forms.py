"""Uploading a workbook, and saying what its columns mean."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.choices import Capability
from members.models.files import RosterImport
from members.models.organization import Organization, OrganizationQuerySet
from members.models.user import User
from members.pages.forms import key_field
from members.roster.headings import LABELS
from members.workbooks.sheets import LIMITS, MIB

MOST_OFFERED = 300
NOT_READ = ("", gettext_lazy("Don't read this column"))


class ImportForm(forms.Form):
    """A workbook and where its members belong."""

    key = key_field()
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Into"),
        queryset=Organization.objects.none(),
        to_field_name="code",
        empty_label=None,
        help_text=gettext_lazy("The branch; or the committee, when the sheet says the branch of every member."),
    )
    workbook = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy(".xlsx, .xls, .ods or .csv, with any headings in any order. Nothing is stored yet."),
    )

    def __init__(self, *args: Any, places: OrganizationQuerySet, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ModelChoiceField, self.fields["organization"])
        choice.queryset = places
        choice.widget.choices = list(_offered(places, code))
        self.initial["organization"] = code
        self.fields["workbook"].widget.attrs["accept"] = ".xlsx,.xls,.ods,.csv"

    def clean_workbook(self) -> UploadedFile:
        workbook = cast(UploadedFile, self.cleaned_data["workbook"])
        if workbook.size and workbook.size > LIMITS.file_size:
            most = LIMITS.file_size // MIB
            raise forms.ValidationError(_("The file is larger than %(most)s MB. Split it by branch.") % {"most": most})
        return workbook


def _offered(places: OrganizationQuerySet, code: str) -> Iterable[tuple[str, str]]:
    """The first places of the tree, and the one asked for wherever it stands."""
    first = [*places.filter(code=code), *places.exclude(code=code)[:MOST_OFFERED]] if code else places[:MOST_OFFERED]
    for place in first:
        yield place.code, "\u3000" * (place.depth - 1) + place.name


def places_for_import(user: User, on: Any) -> OrganizationQuerySet:
    """Where the user may import a roster, in the order of the tree."""
    return Organization.objects.visible_to(user, Capability.IMPORT_ROSTER).standing_on(on).in_tree_order()


class ColumnsForm(forms.Form):
    """What each heading of the sheet means."""

    def __init__(self, *args: Any, roster_import: RosterImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings: dict[str, str] = {}
        for number, column in enumerate(roster_import.columns):
            name = f"column-{number}"
            self.headings[name] = column["heading"]
            self.fields[name] = forms.ChoiceField(
                label=column["heading"], required=False, choices=[NOT_READ, *LABELS.items()], initial=column["field"]
            )

    def clean(self) -> dict[str, Any]:
        """Every field is read from one column at most."""
        cleaned = super().clean() or {}
        read: dict[str, str] = {}
        for name, field in list(cleaned.items()):
            if field and field in read:
                first = self.headings[read[field]]
                self.add_error(name, _("“%(heading)s” is read as this already.") % {"heading": first})
            elif field:
                read[field] = name
        if "name" not in read:
            raise forms.ValidationError(_("One column must be the name."))
        return cleaned

    def meanings(self) -> dict[str, str]:
        """Heading → field, as chosen."""
        return {heading: self.cleaned_data[name] for name, heading in self.headings.items()}
