"""Schemes of assessment and how they are built; part of the namespace `assessment`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
