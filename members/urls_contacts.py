"""The care for those who are hard to reach; part of the namespace `members`."""

from django.urls import path

from members.views import contacts, reach

urlpatterns = [
    path("members/<uuid:key>/contact-persons/new/", contacts.contact_person_add, name="contact-person-add"),
    path("contact-persons/<uuid:key>/", contacts.contact_person_edit, name="contact-person-edit"),
    path("contact-persons/<uuid:key>/remove/", contacts.contact_person_remove, name="contact-person-remove"),
    path("members/<uuid:key>/contacts/new/", contacts.contact_add, name="contact-add"),
    path("contacts/<uuid:key>/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<uuid:key>/remove/", contacts.contact_remove, name="contact-remove"),
    path("help/", contacts.help_list, name="help-list"),
    path("members/<uuid:key>/help/new/", contacts.help_add, name="help-add"),
    path("members/<uuid:key>/help/next/", contacts.help_next, name="help-next"),
    path("help/<uuid:key>/", contacts.help_answer, name="help-answer"),
    path("help/<uuid:key>/edit/", contacts.help_edit, name="help-edit"),
    path("help/<uuid:key>/remove/", contacts.help_remove, name="help-remove"),
    path("reach/", reach.reach_list, name="reach-list"),
    path("reach/print/", reach.reach_print, name="reach-print"),
    path("reach/export/", reach.reach_export, name="reach-export"),
]
