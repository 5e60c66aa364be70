from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members.access import policy as checks  # noqa: F401, PLC0415 - registers the system checks once models are there
