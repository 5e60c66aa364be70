from django.urls import path

from supervision.views import checklists, self_checks

urlpatterns = [
    path("checklists/", checklists.checklist_list, name="checklist-list"),
    path("checklists/new/", checklists.checklist_new, name="checklist-new"),
    path("checklists/<uuid:key>/", checklists.checklist_detail, name="checklist-detail"),
    path("checklists/<uuid:key>/edit/", checklists.checklist_edit, name="checklist-edit"),
    path("checklists/<uuid:key>/end/", checklists.checklist_end, name="checklist-end"),
    path("self-checks/", self_checks.self_check_mine, name="self-check-mine"),
    path("self-checks/shared/", self_checks.self_check_shared, name="self-check-shared"),
    path("self-checks/new/<uuid:key>/", self_checks.self_check_new, name="self-check-new"),
    path("self-checks/<uuid:key>/", self_checks.self_check_detail, name="self-check-detail"),
    path("self-checks/<uuid:key>/edit/", self_checks.self_check_edit, name="self-check-edit"),
    path("self-checks/<uuid:key>/share/", self_checks.self_check_share, name="self-check-share"),
    path("self-checks/<uuid:key>/take-back/", self_checks.self_check_take_back, name="self-check-take-back"),
    path("self-checks/<uuid:key>/remove/", self_checks.self_check_remove, name="self-check-remove"),
]
