"""Walks a list of pages as the demo county's people, at 1280 and 360 px. Started by `scripts/screenshots`."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import browsers

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_ANSWER = 90
WIDTHS = {"1280": browsers.DESKTOP, "360": browsers.TELEPHONE}

# Name of the picture, whose log-in, the page's address, and what to click there to get to it (empty: nothing).
PAGES = [
    ("login", "", "/account/login/", ""),
    ("home-secretary", "secretary", "/", ""),
    ("home-member", "member", "/", ""),
    ("home-committee", "committee_staff", "/", ""),
    ("roster", "secretary", "/roster/", ""),
    ("member", "secretary", "/roster/", "main tbody a"),
    ("regulations", "member", "/regulations/", ""),
    ("audit", "inspector", "/audit/", ""),
]

Logins = dict[str, dict[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs/screenshots")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with demo_county() as (address, logins), sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        for role in dict.fromkeys(role for _, role, _, _ in PAGES):
            for width in WIDTHS:
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
    """All pictures of one person at one width, with one log-in."""
    context = browsers.new_context(browser, address, WIDTHS[width])
    page = context.new_page()
    if login:
        log_in(page, login)
    for name, whose, path, link in PAGES:
        if whose == role:
            answer = page.goto(path)
            if not answer or not answer.ok:
                sys.exit(f"scripts/screenshots: {path} as {role or 'a stranger'} is no page to show.")
            if link:
                page.locator(link).first.click()
            save(page, folder / f"{name}-{width}.png")
    context.close()


def log_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(login["username"])
    page.locator("input[name=password]").fill(login["password"])
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.wait_for_load_state()


def save(page: Page, path: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    print(f"{path.name}: {path.stat().st_size // 1024} KiB, {page.title()}")


if __name__ == "__main__":
    main()
