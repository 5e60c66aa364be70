"""The log of log-ins: kept for as long as it has to be, and no longer."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.utils import timezone

from members.tasks import remove_overdue


def remember(model, days, **fields):
    row = model.objects.create(username="secretary", ip_address="10.0.0.7", path_info="/account/login/", **fields)
    model.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(days=days))


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "kept"), [(0, True), (189, True), (192, False)])
def test_log_ins_are_forgotten_after_their_time(days, kept):
    remember(AccessLog, days)
    remember(AccessAttempt, days, failures_since_start=1)
    remove_overdue()

    assert (AccessLog.objects.exists(), AccessAttempt.objects.exists()) == (kept, kept)


def test_they_are_kept_for_the_six_months_that_the_law_asks_for(settings):
    assert settings.LOGINS_KEPT_DAYS >= 184
