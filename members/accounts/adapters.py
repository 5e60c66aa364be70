"""How allauth treats our accounts, and passwords that can be guessed."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.keyring import seal, unseal
from audit.services import record
from members.choices import OrganizationKind
from members.fields import opened
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.paths import STEP
from members.people import ROWS
from members.search import name_key

WORDS = """
    hongqi dangyuan dangzhibu zhibu dangwei dangzu danghui dangjian dangfei dangri dangke dangxing gongchandang
    gongqingtuan zhongguo zhonghua renmin weirenminfuwu fuwu buwangchuxin laojishiming chuxin shiming woaizhongguo
    woaidang woai xuexi xuexiqiangguo qiangguo jianguo zuguo aiguo beijing tiananmen wansui tongzhi shuji zuzhi
    xuanchuan jiwei sanhuiyike zhuti xinshidai fuxing zhongguomeng meng xiaokang shehui hexie fendou guangrong
    tuanjie jinbu xianjin mofan leifeng jinggangshan yanan zunyi changzheng jiefang geming gaige kaifang chunjie
    guoqing woaini aini baobao wode nihao huanying mima denglu guanliyuan bangong cunwei shequ xiangzhen jiedao
    zhonggong weiyuanhui xianwei shiwei quwei zhenwei xiangwei dangzongzhi zhengfu jijianwei zuzhibu
    password passwd admin root welcome qwerty letmein iloveyou china party branch
"""
"""In pinyin as it is typed, and what else is thought of first."""
SLOGANS = frozenset(WORDS.split())
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6", "zaqxsw")
SHORTEST_RUN = 3
LEAST_LEFT = 4
"""Letters and other signs that must stay when everything that is guessed is taken out; digits count half."""
DATE = re.compile(r"(19|20)\d{2}((0?[1-9]|1[0-2])(0?[1-9]|[12]\d|3[01])?)?")
PLACE = re.compile("([\u4e00-\u9fff]{2,4}?)(街道|社区|自治州|自治区|省|市|县|区|镇|乡|村)")
LEET = str.maketrans("@$0!", "asoi")
AMONG_LETTERS = re.compile("(?<=[a-z])[0-9](?=[a-z])")
"""A digit that stands for a letter: q1nghe, not the 1 of qinghe1949."""
BESIDE_LETTERS = re.compile("(?<=[a-z])[0-9]|[0-9](?=[a-z])")
"""The same also at the end of a word, for a text without dates: h0ngq1."""
DIGITS = [str.maketrans("013456789", letters) for letters in ("oieasgtbg", "oleasbtbq")]


def places_in(name: str) -> list[str]:
    """Of 中共青禾县委员会 青禾 and 青禾县: what an organization's name says of where it is."""
    found = PLACE.finditer(re.sub("中国共产党|中共", "", name))
    return [part for place in found for part in (place[1], place[0])]


def is_guessed(password: str, *, names: Iterable[str] = (), numbers: Iterable[str] = ()) -> bool:
    """Whether hardly anything is left without slogans, names, dates, rows of keys, and digits of one's own numbers.

    `names`: as they are typed, in pinyin too. `numbers`: phone, identity number, birth date, as digits.
    """
    plain = password.casefold()
    own = [name.casefold() for name in names if len(name) > 1]
    return any(_left(text, own, list(numbers)) < LEAST_LEFT for text in _readings(plain))


def _readings(plain: str) -> Iterator[str]:
    """As it stands, and with digits and other signs read as the letters that they look like."""
    for text in (plain, plain.translate(LEET)):
        yield text
        for table in DIGITS:
            yield _with_letters(text, AMONG_LETTERS, table)
            yield _with_letters(DATE.sub(" ", text), BESIDE_LETTERS, table)


def _with_letters(text: str, digits: re.Pattern[str], table: dict[int, int]) -> str:
    return digits.sub(lambda digit: digit[0].translate(table), text)


def _left(text: str, names: Iterable[str], numbers: Iterable[str]) -> float:
    text = _without_runs(text, numbers)
    for word in sorted({*SLOGANS, *names}, key=len, reverse=True):
        text = text.replace(word, " ")
    text = DATE.sub(" ", text)
    text = re.sub(r"(.)\1{2,}", " ", text)
    kept = [sign for sign in text if sign.isalnum()]
    return sum(0.5 if sign.isdecimal() else 1 for sign in kept)


def _without_runs(text: str, numbers: Iterable[str]) -> str:
    """Without parts that stand in a row of keys or of the alphabet, either way round, or in one of the numbers."""
    rows = [(row, SHORTEST_RUN) for line in (*ROWS, *COLUMNS) for row in (line, line[::-1])]
    rows += [(number, 4) for number in numbers]
    at, kept = 0, []
    while at < len(text):
        length = max((_shared(text, at, row, least) for row, least in rows), default=0)
        kept.append(" " if length else text[at])
        at += length or 1
    return "".join(kept)


def _shared(text: str, at: int, row: str, least: int) -> int:
    """How long a part of the text from there stands in the row; 0: shorter than `least`."""
    end = at + least
    if len(text) < end or text[at:end] not in row:
        return 0
    while end < len(text) and text[at : end + 1] in row:
        end += 1
    return end - at


WAY_OUT = frozenset({"account_logout", "members:look-switch"})
PASSWORD_PAGES = WAY_OUT | {"account_change_password"}
TOTP_PAGES = PASSWORD_PAGES | {"account_reauthenticate", "mfa_activate_totp"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is wrong. Mind capital letters."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many wrong codes. Wait a quarter of an hour, then try again."),
        "rate_limited": _("Too many wrong codes. Wait a quarter of an hour, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting wrong passwords to axes: allauth would count by user, and anybody could lock a user out."""

    def clean_password(self, password: str, user: User | None = None) -> str:
        if user and user.check_password(password):
            raise ValidationError(_("This is the password you have. Choose another."))
        return super().clean_password(password, user)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Store the person's own choice: a password given by somebody else has then done its service."""
        user.must_change_password = False
        super().set_password(user, password)
        record(action="change_password", by=user, subject=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("reminders:desk")


class CodeAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or no longer valid. Type the one the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        """The secrets of authenticator apps lie in the database sealed, like every private field."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


class GuessedHereValidator:
    """Refuses passwords that stand on no list of common ones, and are the first that somebody here would try."""

    def validate(self, password: str, user: User | None = None) -> None:
        if is_guessed(password, names=_names_of(user), numbers=_numbers_of(user)):
            raise ValidationError(
                _(
                    "This password is guessed easily here: it is made of a slogan, a name, a date, a number of yours "
                    "or keys side by side. Choose a short sentence that only you would think of."
                ),
                code="password_guessed_here",
            )

    def get_help_text(self) -> str:
        return str(_("No slogans, names, dates, numbers of yours or keys side by side."))


def _names_of(user: User | None) -> list[str]:
    """User name and names, in characters, in pinyin and by initials."""
    if user is None:
        return []
    names = [user.display_name, user.member.name if user.member else ""]
    spelled = [name_key(name).split() for name in names]
    joined = ["".join(parts) for parts in spelled] + ["".join(part[0] for part in parts) for parts in spelled]
    return [user.username, *names, *joined, *_places_of(user), *(part for parts in spelled for part in parts)]


def _places_of(user: User) -> set[str]:
    """Where the user's organizations are and every committee here, in characters, in pinyin and by initials."""
    paths = set(Office.objects.held_by(user).values_list("organization__path", flat=True)) if user.pk else set()
    if user.member:
        paths |= set(user.member.affiliations.values_list("organization__path", flat=True))
    above = {path[:end] for path in paths for end in range(STEP, len(path) + 1, STEP)}
    found = Organization.objects.filter(Q(path__in=above) | Q(kind=OrganizationKind.COMMITTEE))
    names = set(found.values_list("name", flat=True))
    places = names | {place for name in names for place in places_in(name)}
    spelled = [name_key(place).split() for place in places]
    return places.union(*({"".join(parts), "".join(part[0] for part in parts)} for parts in spelled))


def _numbers_of(user: User | None) -> list[str]:
    """Phone, identity number and day of birth, in digits."""
    member = user.member if user else None
    if member is None:
        return []
    born = f"{member.born.first_day:%Y%m%d}" if member.born else ""
    return [number for number in (opened(member.phone), opened(member.national_id), born) if number]


class AccountOrderMiddleware:
    """Lets nobody past a password they didn't choose, or, where it is required, past missing one-time codes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        user, page = request.user, request.resolver_match.view_name if request.resolver_match else ""
        if not isinstance(user, User):
            return None
        if user.must_change_password:
            return None if page in PASSWORD_PAGES else redirect("account_change_password")
        if page not in TOTP_PAGES and lacks_totp(user):
            messages.info(request, _("You hold an office: set up one-time codes first, then everything opens."))
            return redirect("mfa_activate_totp")
        return None


def lacks_totp(user: User) -> bool:
    """Whether the user holds an office, needs one-time codes for it here, and has not set them up."""
    if not (settings.REQUIRE_TOTP and user.access.held):
        return False
    return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
