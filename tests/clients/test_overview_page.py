"""The page at `/` in a real browser: every station, an event's body, and that it looks at nothing but its own server."""

import json
import urllib.request

import pages
import pytest
from playwright.sync_api import expect

STATIONS = ["Charter", "Data", "Feasibility", "Pipeline", "Tracking", "Registry", "Gates", "Serving", "Monitoring", "Retraining", "Scorecard"]


def call(server, path, body):
    request = urllib.request.Request(server.uri + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def finished_run(server):
    run = call(server, "/api/2.0/mlflow/runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
    call(server, "/api/2.0/mlflow/runs/update", {"run_id": run, "status": "FINISHED"})
    return run


@pytest.fixture(scope="module")
def browser():
    with pages.browser() as running:
        yield running


@pytest.fixture
def page(browser, server):
    with pages.window(browser, server.uri) as opened:
        yield opened


def test_the_stations_stand_in_the_order_of_the_loop_and_each_opens(page):
    links = page.get_by_role("navigation", name="Stations of the loop").get_by_role("link")
    expect(links).to_have_count(len(STATIONS))
    for place, title in enumerate(STATIONS):
        expect(links.nth(place)).to_contain_text(title)
        links.nth(place).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        assert page.url.endswith(f"#/station/{title.lower()}")
        expect(links.nth(place)).to_have_attribute("aria-current", "page")
        expect(page.get_by_text("could not be loaded")).to_have_count(0)


def test_an_empty_server_says_where_to_begin(page):
    main = page.get_by_role("main")
    expect(main.get_by_text("No charter is accepted yet.")).to_be_visible()
    expect(main.get_by_text("cairn init", exact=True)).to_be_visible()
    expect(main.get_by_text("Nothing is in production yet.")).to_be_visible()
    pages.station(page, "Serving").click()
    expect(main.get_by_text("No model loaded yet")).to_be_visible()


def test_what_happens_shows_by_itself_and_an_event_opens_to_all_it_holds(page, server):
    pages.station(page, "Tracking").click()
    run = finished_run(server)
    line = page.get_by_role("main").get_by_role("link", name=f"Run {run[:8]} finished")
    expect(line).to_be_visible(timeout=20_000)
    expect(line).to_have_attribute("aria-expanded", "false")
    line.click()
    expect(line).to_have_attribute("aria-expanded", "true")
    body = page.get_by_role("main").locator("pre")
    expect(body).to_contain_text(run)
    address = page.url
    assert "/event/" in address
    page.reload()
    expect(page.get_by_role("main").locator("pre")).to_contain_text(run)  # the address is the state
    page.go_back()
    expect(page.get_by_role("main").locator("pre")).to_have_count(0)


def test_the_log_is_sealed_before_the_eyes_of_the_reader(page, server):
    finished_run(server)
    seal = page.get_by_role("region", name="Audit log")
    expect(seal.get_by_text("Root", exact=True)).to_be_visible(timeout=20_000)


def test_a_keyboard_reaches_the_page_past_the_stations(page):
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_colours_follow_the_switch_and_survive_a_reload(page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Show dark colours").click()
    expect(page.get_by_role("button", name="Show light colours")).to_be_visible()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    expect(page.get_by_role("button", name="Show light colours")).to_be_visible()
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize("width", [1280, 800])
def test_nothing_sticks_out_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for address in ["#/", "#/station/scorecard", "#/station/tracking"]:
        page.evaluate("address => { location.hash = address; }", address)
        expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_address_that_means_nothing_leads_back(page):
    page.evaluate("location.hash = '#/nowhere'")
    page.get_by_role("link", name="To the overview").click()
    expect(page.get_by_text("Where to begin")).to_be_visible()
