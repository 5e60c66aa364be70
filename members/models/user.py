from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, TextSize, Theme
from members.offices import Access
from members.paths import subtree


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """A user who can log in with the password, or not at all when there is none."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user

    def visible_to(self, user: "User") -> models.QuerySet["User"]:
        """Oneself, and where one manages users the people who hold or held an office, for whom one was asked, or who
        are members."""
        paths = user.access.paths(Capability.MANAGE_USERS)
        seen = Q(pk=user.pk)
        if paths:
            inside = subtree("offices__organization__path", paths) | subtree("member__roster_path", paths)
            asked = subtree("office_requests__organization__path", paths)
            seen |= Q(pk__in=self.filter(inside | asked).values("pk"))
        return self.filter(seen)


class User(AbstractBaseUser):
    """Somebody who can log in. What they may see follows from offices (`access`), never from the user row."""

    username = models.CharField(
        _("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken. Choose another.")},
    )  # fmt: skip
    display_name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    member = models.OneToOneField(
        "members.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("member")
    )
    is_active = models.BooleanField(_("can log in"), default=True)
    must_change_password = models.BooleanField(_("must change the password at the next log-in"), default=False)
    last_code_step = models.PositiveBigIntegerField(null=True, editable=False)
    """The last step of thirty seconds whose one-time code opened: no code opens twice, nor an earlier one after it."""
    created_at = models.DateTimeField(auto_now_add=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    text_size = models.CharField(_("type size"), max_length=10, choices=TextSize, default=TextSize.NORMAL)
    theme = models.CharField(_("colours"), max_length=10, choices=Theme, default=Theme.AUTO)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    access: Access = Access()
    """What this user may see and do; empty until `access_for` has read the offices of a day."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(condition=~Q(username=""), name="user_has_name"),
            models.CheckConstraint(condition=Q(text_size__in=TextSize.values), name="user_text_size_known"),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="user_theme_known"),
        ]

    def __str__(self) -> str:
        return self.username

    def prefer(self, **choices: str) -> None:
        """Keep what the person chose for themselves: language, text_size, theme, email."""
        for field, value in choices.items():
            setattr(self, field, value)
        self.save(update_fields=list(choices))

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


def of_members_of(user: User, capability: Capability) -> Q:
    """Condition for rows that belong to a `member`: where the capability holds on the member's roster, or one's own."""
    own = Q(member=user.access.member_id) if user.access.member_id else Q(pk__in=[])
    return subtree("member__roster_path", user.access.paths(capability)) | own
