"""The system's Chromium, driven by playwright."""

import os

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, ViewportSize

from tests.machine import program

# Without these Chromium talks to hosts of its maker at every start.
FLAGS = [
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"),
    *("--disable-quic", "--disable-gpu", "--disable-dev-shm-usage"),
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
TELEPHONE: ViewportSize = {"width": 360, "height": 740}


def launch(playwright: Playwright) -> Browser:
    path = program("chromium", "chromium-browser", "google-chrome", package="chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])


def new_context(browser: Browser, address: str, viewport: ViewportSize = DESKTOP) -> BrowserContext:
    """A visitor of their own: no cookie of another one."""
    context = browser.new_context(
        base_url=address, viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    return context


def problems_of(page: Page) -> list[str]:
    """A list that grows by each script error and each thing that the content security policy refused."""
    problems: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # "Failed to load" is the browser's word for every answer of 4xx, which a test may be after.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return problems
