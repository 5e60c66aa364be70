"""The branch's own view, other branches' and the members'; part of the namespace `assessment`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
