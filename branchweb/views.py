from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.policy import public


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
