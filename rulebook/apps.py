"""The app: it has no tables, it only brings its data and its commands."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "rulebook"
