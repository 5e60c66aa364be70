"""The tree; part of the namespace `members`."""

from django.urls import path

from members.views import organizations

urlpatterns = [
    path("organizations/", organizations.organization_tree, name="organization-tree"),
    path("organizations/<name:code>/", organizations.organization_detail, name="organization-detail"),
    path("organizations/<name:code>/add/", organizations.organization_create, name="organization-create"),
    path("organizations/<name:code>/edit/", organizations.organization_edit, name="organization-edit"),
    path("organizations/<name:code>/move/", organizations.organization_move, name="organization-move"),
    path("organizations/<name:code>/dissolve/", organizations.organization_dissolve, name="organization-dissolve"),
    path("organizations/<name:code>/term/", organizations.organization_term, name="organization-term"),
    path("organizations/<name:code>/term/end/", organizations.organization_term_end, name="organization-term-end"),
]
