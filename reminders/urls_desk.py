from django.urls import path

from reminders.views import branches, desk, effort, not_applicable

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("desk/at/<str:code>/", desk.desk_at, name="desk-at"),
    path("desk/at/<str:code>/not-applicable/", not_applicable.not_applicable, name="desk-not-applicable"),
    path("desk/not-applicable/<uuid:key>/take-back/", not_applicable.not_applicable_take_back, name="desk-take-back"),
    path("desk/branches/", branches.branch_list, name="desk-branch-list"),
    path("desk/branches/export/", branches.branch_export, name="desk-branch-export"),
    path("desk/effort/", effort.effort, name="desk-effort"),
    path("desk/effort/export/", effort.effort_export, name="desk-effort-export"),
]
