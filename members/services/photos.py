"""A member's photograph: one, without metadata, under a name that says nothing."""

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Member, User
from members.photos import NotAPhoto, bare_photo, photo_kind
from members.services.people import roster_code
from members.services.refused import Refused


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
