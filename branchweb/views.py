from dataclasses import asdict

from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.policy import public
from reminders.queries.health import health as health_of_jobs


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For load balancers and Docker: 200 when the database answers and has every table of this version, else 503."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return JsonResponse({"ok": False, "problem": "the database cannot be reached"}, status=503)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return JsonResponse({"ok": False, "problem": "migrations wait: run manage.py migrate"}, status=503)
    return JsonResponse({"ok": True})


@public
@never_cache
@require_safe
def jobs_health(request: HttpRequest) -> JsonResponse:
    """For whoever watches the machine: whether clock and workers are alive, else 503. Numbers only."""
    try:
        found = health_of_jobs(timezone.now())
    except DatabaseError:
        return JsonResponse({"ok": False, "problem": "the database cannot be read"}, status=503)
    return JsonResponse({"ok": found.ok, **asdict(found)}, status=200 if found.ok else 503)
