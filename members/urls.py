from django.urls import include, path, register_converter
from django.urls.converters import StringConverter


class NameConverter(StringConverter):
    """A code or a user name: what both can be made of."""

    regex = r"[\w.@+-]+"


register_converter(NameConverter, "name")

app_name = "members"
urlpatterns = [
    path("", include("members.urls_roster")),
    path("", include("members.urls_contacts")),
    path("", include("members.urls_organization")),
    path("", include("members.urls_users")),
    path("", include("members.urls_import")),
    path("", include("members.urls_export")),
    path("", include("members.urls_regulations")),
    path("", include("members.urls_trail")),
]
