"""Practices worth sharing; part of the namespace `assessment`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
