"""Walks a list of pages as the demo county's people, at three widths, light and dark. For `scripts/screenshots`."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from stdnum.cn import ric

from tests import browsers

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_ANSWER = 300
PROJECTOR: ViewportSize = {"width": 1920, "height": 1000}
WIDTHS = {"1920": PROJECTOR, "1280": browsers.DESKTOP, "360": browsers.TELEPHONE}
USUAL = ("1280", "360")
COLOURS = 128

WORKBOOK = """红旗社区第一党支部党员花名册
序号,姓名,性别,民族,身份证号码,入党时间,转正时间,联系电话
1,欧阳明远,男,汉族,{one},1998.07,1999.07,13000000001
2,司徒静,女,回族,{two},2011年6月1日,2012-06-01,13000000002
3,慕容海,男,汉族,{wrong},2003/7/1,2004/7/1,13000000003
4,上官雪,女,汉族,{three},1995.07,1996.07,
"""
PEOPLE = {"one": "10010119720315001", "two": "10010119880909002", "three": "10010119850120004"}


def open_first_row(page: Page) -> None:
    page.locator("main tbody a").first.click()


def open_first_receipt(page: Page) -> None:
    """On a phone the list leads to the payment, and that to the receipt."""
    page.goto(page.locator("main tbody a[href*='/dues/receipts/']").first.evaluate("link => link.href"))


def upload_workbook(page: Page) -> None:
    """A sheet with two faults: a wrong check digit, and somebody who joined at ten."""
    numbers = {person: number + ric.calc_check_digit(f"{number}0") for person, number in PEOPLE.items()}
    content = WORKBOOK.format(**numbers, wrong="100101196611230031").encode("gb18030")
    page.locator("input[type=file]").set_input_files({"name": "花名册.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("main form [type=submit]").click()
    page.locator("main table").first.wait_for(timeout=90_000)


class Picture(NamedTuple):
    name: str
    role: str
    """Whose log-in; empty: a stranger's."""
    path: str
    then: Callable[[Page], None] | None = None
    """What to do there before the picture is taken."""
    widths: tuple[str, ...] = USUAL
    also_dark: bool = False

    def files(self, width: str) -> list[str]:
        """Their names."""
        dark = [f"{self.name}-dark-{width}.png"] if self.also_dark and width in USUAL else []
        return [f"{self.name}-{width}.png", *dark] if width in self.widths else []


PICTURES = [
    Picture("login", "", "/account/login/"),
    Picture("home-secretary", "secretary", "/", also_dark=True),
    Picture("home-officer", "officer", "/", also_dark=True),
    Picture("home-member", "member", "/", also_dark=True),
    Picture("home-committee", "committee_staff", "/", also_dark=True),
    Picture("dashboard", "committee_secretary", "/assessment/dashboard/", widths=tuple(WIDTHS), also_dark=True),
    Picture("home-inspector", "inspector", "/", also_dark=True),
    Picture("home-administrator", "administrator", "/", also_dark=True),
    Picture("roster", "secretary", "/roster/", also_dark=True),
    Picture("member", "secretary", "/roster/", open_first_row),
    Picture("import", "secretary", "/imports/new/", upload_workbook),
    Picture("reach", "secretary", "/reach/"),
    Picture("meetings", "secretary", "/meetings/", also_dark=True),
    Picture("dues-grid", "secretary", "/dues/", also_dark=True),
    Picture("dues-collect", "secretary", "/dues/collect/", also_dark=True),
    Picture("dues-payments", "secretary", "/dues/payments/", also_dark=True),
    Picture("dues-receipt", "secretary", "/dues/payments/", open_first_receipt),
    Picture("dues-mine", "member", "/dues/mine/"),
    Picture("suggestions", "secretary", "/supervision/suggestions/"),
    Picture("problems", "secretary", "/supervision/problems/"),
    Picture("report", "secretary", "/supervision/reports/", open_first_row),
    Picture("heat", "committee_secretary", "/assessment/dashboard/heat/?org=chengguan"),
    Picture("assessment", "secretary", "/assessment/assessments/", open_first_row),
    Picture("scheme", "committee_staff", "/assessment/schemes/", open_first_row),
    Picture("goals", "secretary", "/assessment/goals/"),
    Picture("practices", "secretary", "/assessment/practices/"),
    Picture("messages", "secretary", "/messages/"),
    Picture("call-list", "secretary", "/messages/calls/", also_dark=True),
    Picture("inbox", "member", "/messages/mine/"),
    Picture("organizations", "committee_staff", "/organizations/"),
    Picture("regulations", "member", "/regulations/"),
    Picture("audit", "administrator", "/audit/"),
]

Logins = dict[str, dict[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs/screenshots")
    parser.add_argument("--width", action="append", choices=WIDTHS, help="only of that width")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with demo_county() as (address, logins), sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        for role in dict.fromkeys(picture.role for picture in PICTURES):
            for width in options.width or WIDTHS:
                walk(browser, address, logins.get(role), role, width, folder)
        browser.close()


@contextlib.contextmanager
def demo_county() -> Iterator[tuple[str, Logins]]:
    """The whole program on a folder that is thrown away; its address, and its log-ins by role."""
    with tempfile.TemporaryDirectory(prefix="branchweb-pictures-") as data, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": data}
        command = [sys.executable, "-m", "scripts.serve", "--port", str(port)]
        log = Path(data, "log")
        with log.open("wb") as output, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output) as program:
            try:
                wait_until_it_serves(program, log)
                printed = json.loads(Path(data, "demo-logins.json").read_text(encoding="utf-8"))
                yield f"http://127.0.0.1:{port}", {login["role"]: login for login in printed["logins"]}
            finally:
                program.terminate()


def wait_until_it_serves(program: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while "Branchweb is at" not in log.read_text():
        if program.poll() is not None or time.monotonic() > deadline:
            sys.exit("scripts/screenshots: the program did not start; what it said is above.")
        time.sleep(0.1)


def walk(browser: Browser, address: str, login: dict[str, str] | None, role: str, width: str, folder: Path) -> None:
    """All pictures of one person at one width, with one log-in; those that are also taken dark, of the same page."""
    context = browsers.new_context(browser, address, WIDTHS[width])
    page = context.new_page()
    if login:
        log_in(page, login)
    for picture in PICTURES:
        if picture.role == role and width in picture.widths:
            answer = page.goto(picture.path)
            if not answer or not answer.ok:
                sys.exit(f"scripts/screenshots: {picture.path} as {role or 'a stranger'} is no page to show.")
            if picture.then:
                picture.then(page)
            save(page, folder / f"{picture.name}-{width}.png")
            if picture.also_dark and width in USUAL:
                page.emulate_media(color_scheme="dark")
                save(page, folder / f"{picture.name}-dark-{width}.png")
                page.emulate_media(color_scheme="light")
    context.close()


def log_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(login["username"])
    page.locator("input[name=password]").fill(login["password"])
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.wait_for_load_state()


def save(page: Page, path: Path) -> None:
    """In a palette: flat colours need no more, and the file is a third as large."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} KiB, {page.title()}")


if __name__ == "__main__":
    main()
