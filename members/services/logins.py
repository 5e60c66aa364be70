"""What axes remembers of log-ins, beside the audit trail: name and address of whoever logged in or tried."""

from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

KEPT = (AccessLog, AccessAttempt, AccessFailureLog)


def forget_old_logins(*, before: datetime) -> int:
    """Remove what lies further back; the number of rows."""
    return sum(model.objects.filter(attempt_time__lt=before).delete()[0] for model in KEPT)
