from django.urls import path

from supervision.self_checks import views

urlpatterns = [
    path("checklists/", views.checklist_list, name="checklist-list"),
    path("checklists/new/", views.checklist_new, name="checklist-new"),
    path("checklists/<uuid:key>/", views.checklist_detail, name="checklist-detail"),
    path("checklists/<uuid:key>/edit/", views.checklist_edit, name="checklist-edit"),
    path("checklists/<uuid:key>/end/", views.checklist_end, name="checklist-end"),
    path("self-checks/", views.self_check_mine, name="self-check-mine"),
    path("self-checks/shared/", views.self_check_shared, name="self-check-shared"),
    path("self-checks/new/<uuid:key>/", views.self_check_new, name="self-check-new"),
    path("self-checks/<uuid:key>/", views.self_check_detail, name="self-check-detail"),
    path("self-checks/<uuid:key>/edit/", views.self_check_edit, name="self-check-edit"),
    path("self-checks/<uuid:key>/share/", views.self_check_share, name="self-check-share"),
    path("self-checks/<uuid:key>/take-back/", views.self_check_take_back, name="self-check-take-back"),
    path("self-checks/<uuid:key>/remove/", views.self_check_remove, name="self-check-remove"),
]
