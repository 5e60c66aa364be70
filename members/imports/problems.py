"""What can be wrong with a row, as codes, and the sentence for each: what it is and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.choices import SituationKind

REFUSALS: dict[str, Promise] = {
    "name_missing": _("The name is missing. Enter it in the sheet."),
    "name_unreadable": _("This can't be a name. Enter the member's name."),
    "national_id_checksum": _(
        "The identity number has a mistake: its digits don't fit together. Check it against the card."
    ),
    "national_id_rounded_by_excel": _(
        "Excel kept the identity number as a number and lost its last digits. Make the column text and enter it again."
    ),
    "duplicate_national_id": _("The identity number stands already in row %(row)s. Find out whose it is."),
    "birth_date_contradicts_national_id": _("The day of birth differs from the identity number. Correct one of them."),
    "sex_contradicts_national_id": _("The sex differs from the identity number. Correct one of them."),
    "date_unreadable": _("This isn't a date. Write it like 1958.11.26 or 1958.11; leave it blank if nobody knows."),
    "date_in_future": _("This day is still to come. Correct it."),
    "joined_before_eighteen": _("By these dates the member joined before the age of eighteen. Correct one of them."),
    "full_before_joined": _("By these dates the member was confirmed before joining. Correct one of them."),
    "organization_unknown": _("“%(name)s” is no branch here. Correct the name, or have the branch set up first."),
    "organization_missing": _("The branch is missing. Enter it in the sheet."),
    "organization_ambiguous": _("There are several called “%(name)s”. Write the path to the branch, like A/B/C."),
    "organization_takes_no_members": _(
        "“%(name)s” is no branch and no group. Write the branch in which the member is."
    ),
    "organization_cannot_stand_there": _("“%(name)s” can't stand under “%(above)s”. Correct the path."),
    "belongs_to_another_branch": _(
        "This identity number can't be stored here. Check it. If the member comes from another branch, ask the "
        "committee above both: its staff can move members between rosters."
    ),
}
"""Codes for which a row isn't stored."""

DOUBTS: dict[str, Promise] = {
    "several_of_that_name": _("Several in this branch have that name. Add the identity number to say who is meant."),
    "same_name_in_file": _("The same name without an identity number stands in row %(row)s. Add the identity number."),
    "name_differs": _("The roster has this identity number under another name. Find out which is right."),
    "identity_differs": _("The roster has this name with another day of birth or sex. Add the identity number."),
    "not_on_roster_any_more": _(
        "Somebody with this identity number is on no roster any more. Find them among the former members and take the "
        "departure back, or ask the committee's staff."
    ),
}
"""Codes for which a row waits for a person: it isn't stored either."""

WARNINGS: dict[str, Promise] = {
    "possible_double": _("%(place)s has somebody of this name and birth date: look whether it is the same person."),
    "possible_double_in_file": _("Row %(row)s has the same name and birth date: look whether it is the same person."),
    "national_id_missing": _("The identity number is missing. Add it when you can: it tells members apart for good."),
    "national_id_extended": _("The identity number had fifteen digits and was extended to eighteen. Check it."),
    "sex_unknown": _("This isn't a sex. It was left out; write 男 or 女."),
    "ethnicity_unknown": _("This isn't one of the 56 peoples. It was kept as written."),
    "education_unknown": _("This level of education isn't known. It was left out."),
    "phone_unreadable": _("This isn't a phone number. It was left out."),
    "birth_date_unlikely": _("Nobody is that old. Check the year of birth."),
    "joined_in_eighteenth_year": _("By these dates the member joined some months before turning eighteen. Check them."),
    "email_unreadable": _("This isn't an e-mail address. It was left out."),
    "membership_unknown": _("This says neither formal nor probationary. It was decided by the dates."),
    "membership_assumed": _("Nothing says whether the member is formal or probationary. It was decided by the dates."),
    "full_in_future": _("The day of confirmation is still to come. It was left out; record it once it is decided."),
    "membership_contradicts_dates": _("The kind of membership doesn't fit the day of confirmation. Check both."),
    "category_unknown": _("No category for dues follows from this. Choose it on the member's page."),
    "amount_unreadable": _("This isn't an amount. It was left out."),
    "answer_unreadable": _("This is neither yes nor no. It was left out."),
    "date_only_year": _("Excel dropped the last zero: this can be January or October. Only the year was kept."),
    "place_without_mobile": _("A place is given, but the member isn't marked as mobile. Nothing was recorded."),
    "mobile_from_place": _("A place is given, so the member was recorded as mobile."),
    "situation_from_remark": _("Recorded from these words: %(situation)s. Correct it if that isn't meant."),
    "maybe_abroad": _("The place seems to be abroad. Say on the member's page whether at own expense or sent."),
    "situation_still_open": _(
        "The roster says “%(situation)s”, the sheet doesn't. It was left as it is; end it by hand."
    ),
    "group_unknown": _("There is no party group “%(name)s” in the branch. The member was placed in the branch."),
    "formula_text": _("The cell holds a formula. It is kept as text and never computed."),
    "too_long": _("The text is too long and was cut. Shorten it."),
    "cell_error": _("The cell shows an error of Excel. It was left out."),
    "row_belongs_to_the_one_above": _("The row belongs to the merged one above and was left out: %(text)s"),
    "row_is_not_a_record": _("The row is about no member and was left out: %(text)s"),
    "two_columns_for_field": _("Two columns say the same. Only the other one is read; choose if that is wrong."),
    "column_understood_by_values": _("The heading says something else, but what stands below decided. Check it."),
    "no_column_of_numbers": _("The sheet has no identity numbers. Members are known by name within the branch."),
    "no_column_of_membership": _("The sheet doesn't say who is formal or probationary. It was decided by the dates."),
    "another_kind": _("This workbook belongs somewhere else."),
    "another_branchs_title": _(
        "The title names %(name)s, not this branch. If it is their roster, cancel this import and upload it there."
    ),
    "other_sheets_not_read": _("Other sheets also look like rosters and weren't read: %(names)s"),
}
"""Codes about which somebody should know; the row is stored."""

KEPT: dict[str, Promise] = {
    "has_later_facts": _("Something has been recorded about this member since. The row wasn't undone."),
}
"""Codes for rows that couldn't be undone."""

SENTENCES: Mapping[str, Promise] = REFUSALS | DOUBTS | WARNINGS | KEPT


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a cell or a row. `about` fills the sentence; it holds nothing private."""

    column: str
    code: str
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def refuses(self) -> bool:
        return self.code in REFUSALS

    @property
    def is_doubt(self) -> bool:
        return self.code in DOUBTS

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it."""
        return str(SENTENCES[self.code]) % {name: _shown(name, value) for name, value in self.about.items()}

    def as_json(self) -> dict[str, object]:
        return {"column": self.column, "code": self.code, "about": dict(self.about)}


@dataclass(frozen=True, slots=True)
class ImportNote:
    """A problem of a row, or of the workbook as a whole where the row is 0."""

    row: int
    problem: Problem

    def as_json(self) -> dict[str, object]:
        return {"row": self.row, **self.problem.as_json()}


def _shown(name: str, value: object) -> object:
    return SituationKind(str(value)).label if name == "situation" else value


def note_from_json(stored: Mapping[str, object]) -> ImportNote:
    """A note as an import keeps it."""
    return ImportNote(int(str(stored["row"])), from_json(stored))


def from_json(stored: Mapping[str, object]) -> Problem:
    """A problem as an import's row keeps it."""
    about = stored.get("about")
    return Problem(str(stored["column"]), str(stored["code"]), about if isinstance(about, dict) else {})
