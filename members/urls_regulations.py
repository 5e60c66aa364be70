"""Regulations and local rules; part of the namespace `members`."""

from django.urls import path

from members.views import local_rules, regulations

urlpatterns = [
    path("regulations/", regulations.regulation_list, name="regulation-list"),
    path("regulations/try/<slug:what>/", regulations.regulation_try, name="regulation-try"),
    path("regulations/local/", local_rules.local_rule_list, name="regulation-local-list"),
    path("regulations/local/<uuid:key>/end/", local_rules.local_rule_end, name="regulation-local-end"),
    path("regulations/<str:key>/", regulations.regulation_detail, name="regulation-detail"),
    path("regulations/<str:key>/local/", local_rules.local_rule_add, name="regulation-local-add"),
]
