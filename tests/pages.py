"""Cairn's own page in a real browser, for the tests that look at it."""

import contextlib
import os
import urllib.parse

from playwright.sync_api import expect, sync_playwright

CHROMIUM = os.environ.get("CAIRN_CHROMIUM", "/usr/bin/chromium")
# Chromium's own calls home fail on a machine without a network, so they are switched off.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@contextlib.contextmanager
def window(running, uri):
    """A new window on the overview. What it complains about, what it could not load and whom it asked are checked in the end."""
    context = running.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    opened = context.new_page()
    complaints, hosts = [], set()
    opened.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    opened.on("request", lambda request: hosts.add(urllib.parse.urlsplit(request.url).netloc))
    # A question that is given up because the page moved on is no failure.
    opened.on("requestfailed", lambda request: complaints.append(f"{request.url}: {request.failure}") if request.failure != "net::ERR_ABORTED" else None)
    opened.goto(uri + "/")
    expect(opened.get_by_role("navigation", name="Stations of the loop")).to_be_visible()
    yield opened
    context.close()
    assert complaints == []
    assert hosts == {urllib.parse.urlsplit(uri).netloc}


def station(page, title):
    """The link of one station."""
    return page.get_by_role("navigation", name="Stations of the loop").get_by_role("listitem").filter(has=page.get_by_text(title, exact=True)).get_by_role("link")
