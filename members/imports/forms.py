"""Uploading a workbook, and saying what its columns mean."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _, gettext_lazy

from members.choices import Capability
from members.imports.queries import ColumnLine
from members.models.organization import Organization, OrganizationQuerySet
from members.models.user import User
from members.pages.forms import LookedUpRow, key_field
from members.roster.headings import LABELS
from members.workbooks.sheets import LIMITS, MIB

MOST_OFFERED = 300
NOT_READ = ("", gettext_lazy("Don't read this column"))


class ImportForm(forms.Form):
    """A workbook and where its members belong."""

    key = key_field()
    organization = LookedUpRow(
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


GROUPS = (
    (gettext_lazy("Person"), "name former_names sex ethnicity birth native_place education national_id"),
    (gettext_lazy("In the party"), "committee general_branch organization group joined full membership party_post"),
    (gettext_lazy("Work and dues"), "work_post work_unit post category dues_base"),
    (gettext_lazy("How to reach them"), "phone email address mobile place lost_contact hardship"),
    (gettext_lazy("Other"), "serial remark"),
)
"""The fields as the choice of a meaning groups them."""
YES, NO, OTHER = "yes", "no", "other"
ANSWERS = [
    (YES, gettext_lazy("Yes")),
    (NO, gettext_lazy("No, don't read this column")),
    (OTHER, gettext_lazy("No, it is:")),
]


def _meanings() -> list[tuple[Any, Any]]:
    grouped = [(label, [(name, LABELS[name]) for name in names.split()]) for label, names in GROUPS]
    return [NOT_READ, *grouped]


def _first_answer(column: ColumnLine) -> str:
    """Yes as proposed; none about money, which nobody should agree to in passing."""
    return "" if column.proposal == "dues_base" else YES


class ColumnsForm(forms.Form):
    """What each heading of the sheet means; first the questions, each with yes, no, or another meaning."""

    def __init__(self, *args: Any, columns: list[ColumnLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        for column in columns:
            self.fields[f"column-{column.number}"] = forms.ChoiceField(
                label=_("Another meaning") if column.proposal else column.heading,
                required=False,
                choices=_meanings(),
                initial=column.field,
            )
            if column.proposal:
                question = _("Is this column: %(field)s?") % {"field": column.means}
                self.fields[f"answer-{column.number}"] = forms.ChoiceField(
                    label=question, choices=ANSWERS, widget=forms.RadioSelect, initial=_first_answer(column)
                )

    def questions(self) -> list[tuple[ColumnLine, forms.BoundField, forms.BoundField]]:
        """Each with the answer and the other meaning."""
        return [
            (column, self[f"answer-{column.number}"], self[f"column-{column.number}"])
            for column in self.columns
            if column.proposal
        ]

    def unread(self) -> list[tuple[ColumnLine, forms.BoundField]]:
        """Columns that nobody asks about and that aren't read."""
        return [(one, self[f"column-{one.number}"]) for one in self.columns if not one.field and not one.proposal]

    def read(self) -> list[tuple[ColumnLine, forms.BoundField]]:
        return [(one, self[f"column-{one.number}"]) for one in self.columns if one.field]

    def clean(self) -> dict[str, Any]:
        """Every field is read from one column at most."""
        cleaned = super().clean() or {}
        read: dict[str, ColumnLine] = {}
        for column in self.columns:
            field = self._meaning(column, cleaned)
            if field and field in read:
                sentence = _("“%(heading)s” is read as this already.") % {"heading": read[field].heading}
                self.add_error(f"answer-{column.number}" if column.proposal else f"column-{column.number}", sentence)
            elif field:
                read[field] = column
        if "name" not in read:
            raise forms.ValidationError(_("One column must be the name."))
        return cleaned

    @staticmethod
    def _meaning(column: ColumnLine, cleaned: dict[str, Any]) -> str:
        answer = cleaned.get(f"answer-{column.number}", OTHER)
        chosen = {YES: column.proposal, NO: "", OTHER: cleaned.get(f"column-{column.number}", "")}
        return str(chosen[answer])

    def meanings(self) -> dict[str, str]:
        """Heading → field, as chosen."""
        return {column.heading: self._meaning(column, self.cleaned_data) for column in self.columns}
