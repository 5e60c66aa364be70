"""The page of jobs in Chromium: it follows the work by itself, and is followed by hand without a script."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from members.choices import ExportState, ImportState
from members.models import Export, RosterImport
from reminders.choices import MessageState
from reminders.models import Heartbeat
from tests import browsers
from tests.cast import make_cast
from tests.members.exports.making import ask, lying_about, make
from tests.members.imports.test_imports_browser import fits, log_in
from tests.reminders.planning.outbox import store_messages

JOBS = "/jobs/"


def test_an_export_is_followed_until_it_is_fetched(page: Page, live_server) -> None:
    cast, server = make_cast(), str(live_server)
    export = ask(cast)
    RosterImport.objects.create(
        organization=cast.branch, uploaded_by=cast.officer, file_name="红旗社区第一党支部党员花名册.xlsx",
        state=ImportState.APPLYING, rows_total=1_200, rows_done=400, claimed_until=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    log_in(page, server, "secretary", JOBS)
    expect(page.locator(".job")).to_have_count(2)
    Export.objects.update(state=ExportState.RUNNING, done=1)
    expect(page.locator(f"#progress-{export.key} progress")).to_have_attribute("value", "1")
    assert fits(page)
    Export.objects.update(state=ExportState.WAITING)
    make(export)
    with page.expect_download() as fetched:
        page.click(f"#file-{export.key}")
    assert fetched.value.suggested_filename.endswith(".xlsx")
    assert lying_about() == []
    page.click(".job [id^=cancel]")
    page.click(".confirm-dialog button[value=yes], .confirm-dialog .btn-primary")
    page.wait_for_url("**/imports/**")
    assert RosterImport.objects.get().state == ImportState.CANCELLED


def test_it_works_without_a_script(browser: Browser, live_server, transactional_db) -> None:
    cast, server = make_cast(), str(live_server)
    export = ask(cast)
    context = browser.new_context(viewport=browsers.TELEPHONE, java_script_enabled=False)
    page = context.new_page()
    log_in(page, server, "secretary", JOBS)
    assert page.locator("meta[http-equiv=refresh]").count() == 1
    page.click(f"#cancel-{export.key}")
    page.wait_for_url(f"**{JOBS}")
    assert page.locator("meta[http-equiv=refresh]").count() == 0
    assert Export.objects.get().state == ExportState.CANCELLED
    context.close()


def test_the_machinery_is_read_on_a_telephone(page: Page, live_server) -> None:
    cast, server = make_cast(), str(live_server)
    Heartbeat.beat("beat", at=timezone.now())
    Heartbeat.beat("worker celery@branchweb-production-1.example", at=timezone.now() - timedelta(minutes=9))
    useful = {"expires_at": timezone.now() + timedelta(days=7)}
    store_messages(cast.zhang, 3, state=MessageState.DEAD, problem="邮件服务器连接不上。", **useful)
    store_messages(cast.zhang, 12, state=MessageState.HELD)
    log_in(page, server, "administrator", JOBS)
    assert fits(page)
    page.locator("form[action*=dead] button").first.click()
    page.wait_for_load_state()
    expect(page.locator("form[action*=dead]")).to_have_count(2)
