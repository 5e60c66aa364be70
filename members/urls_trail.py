"""What is on record, and how long it is kept; part of the namespace `members`."""

from django.urls import path

from members.views import audit, retention

urlpatterns = [
    path("audit/", audit.audit_list, name="audit-list"),
    path("retention/", retention.retention_list, name="retention-list"),
]
