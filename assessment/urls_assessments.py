"""Branches assessed: points, values, objections, publication; part of the namespace `assessment`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
