"""What every test at a browser may ask for. One Chromium serves the folder; each test has an office and browsers of its own."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.office import CAP_MS, BrowserOffice, open_office
from tests.browser.people import Someone

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium; Playwright's own is not downloaded."""
    program = shutil.which("chromium")
    if program is None:
        reason = "Chromium is not installed, so the page was not tried in a browser (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=CAP_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="package")
async def office(tmp_path: Path, chromium: Browser) -> AsyncIterator[BrowserOffice]:
    async with open_office(tmp_path, chromium) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="package")
async def computer(office: BrowserOffice) -> BrowserContext:
    """One browser, which 王老 and 赵科 share in windows of their own."""
    return await office.computer()


@pytest_asyncio.fixture(loop_scope="package")
async def wang(office: BrowserOffice, computer: BrowserContext) -> Someone:
    """王老, a cadre, in his conversation."""
    return await office.seats("王老", computer)


@pytest_asyncio.fixture(loop_scope="package")
async def zhao(office: BrowserOffice, computer: BrowserContext) -> Someone:
    """赵科, staff, in a second window of the same browser."""
    return await office.seats("赵科", computer)
