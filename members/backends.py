from typing import Any

from django.contrib.auth.backends import ModelBackend

from members.models import User
from members.prepared import Prepared


class AccountBackend(ModelBackend):
    """Django's own, but the account that every page asks for is a prepared query."""

    def get_user(self, user_id: Any) -> User | None:
        account = next(iter(_ACCOUNT.objects(User, account=user_id)), None)
        return account if account and self.user_can_authenticate(account) else None


_ACCOUNT = Prepared(lambda account: User.objects.filter(pk=account))
