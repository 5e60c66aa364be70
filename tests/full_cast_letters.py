"""Sealed letters of the full cast: one at the county sealed to its inspector, one at the district."""

from typing import TYPE_CHECKING

from supervision.models import CustodyKey, DeclaredRelative, InspectorKey, Letter, LetterBox, LetterFile, NameRequest
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast


def letters(full: "FullCast") -> None:
    cast = full.cast
    for place, user in ((cast.county, cast.inspector), (cast.district, cast.district_staff)):
        key = InspectorKey.objects.create(
            user=user,
            organization=place,
            public_key=f"public half {place.code}",
            locked_private_key="locked",
            state="in_use",
            made_on=TODAY,
            approved_by=cast.county_secretary,
            approved_on=TODAY,
        )
        letter = Letter.objects.create(
            finder=f"{place.pk:08}",
            organization=place,
            received_on=TODAY,
            accept_due_on=TODAY,
            ciphertext="sealed",
            writer_box="locked",
        )
        LetterBox.objects.create(letter=letter, inspector_key=key, sealed_key="sealed")
        relative = DeclaredRelative.objects.create(user=user, name="周建国", relation="表兄")
        file = LetterFile.objects.create(
            letter=letter, number=1, kind="pdf", ciphertext=b"sealed", size=6, added_on=TODAY
        )
        for row in (key, letter, relative, file):
            full.keep(row, place.code)
    custody = CustodyKey.objects.create(
        user=cast.administrator, public_key="public half", signature="signed", made_on=TODAY
    )
    asked = NameRequest.objects.create(
        letter=Letter.objects.get(organization=cast.county),
        custody_key=custody,
        asked_on=TODAY,
        reason="sealed",
        sealed_reason="sealed",
    )
    full.keep(asked, cast.county.code)
