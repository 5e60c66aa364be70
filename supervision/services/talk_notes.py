"""What one of the two wrote down of a talk, for the two.

The only services without an entry in the trail: the trail is read by the branch's secretary and the committees above,
and that somebody wrote something down is nobody's business either.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from members.services.refused import Refused
from supervision.models import Talk, TalkNote


@transaction.atomic
def write_note(*, talk: Talk, text: str, by: User) -> TalkNote | None:
    """Write, change or empty one's own note; None: there is none any more. Raises Refused for anybody but the two."""
    held = Talk.objects.select_for_update().get(pk=talk.pk)
    author = by.standing.member_id
    if author is None or not held.is_of(by):
        raise Refused(_("Only the two who talked write here."))
    if not text.strip():
        TalkNote.objects.filter(talk=held, author=author).delete()
        return None
    note, _created = TalkNote.objects.update_or_create(talk=held, author_id=author, defaults={"text": text.strip()})
    return note
