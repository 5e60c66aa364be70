"""Joint goals of party work and the unit; part of the namespace `assessment`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
