"""Sessions are rows, also with a Redis: one that was ended while Redis was away would be in it when it comes back."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from members.prepared import Prepared


class SessionStore(db.SessionStore):
    """Django's own, but the session that every page asks for is a prepared query."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.objects(Session, key=self.session_key)
        if found and found[0].expire_date > timezone.now():
            return found[0]
        self._session_key = None
        return None


_SESSION = Prepared(lambda key: Session.objects.filter(session_key=key))
