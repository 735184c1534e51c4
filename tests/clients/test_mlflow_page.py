"""MLflow's own page, out of the installed package, at /mlflow/ in a real browser over what the real client logged: every page shows
what was logged, and no request that it makes fails."""

import os
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import mlflow
import numpy as np
import pages
import pandas as pd
import pytest
from mlflow import MlflowClient
from playwright.sync_api import expect
from running import CAIRN, Server
from sklearn.linear_model import LogisticRegression

expect.set_options(timeout=30_000)
BUILD = pathlib.Path(mlflow.__file__).parent / "server" / "js" / "build"
# MLflow's own server has no users without its authentication plug-in either: its page takes the 404 for "nobody signs in here".
NORMAL = re.compile(r"/ajax-api/2\.0/mlflow/users/current$")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Started as from a shell in which this Python's environment is active: that is how the page is found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIRTUAL_ENV", raising=False)
        patch.setenv("PATH", str(pathlib.Path(sys.executable).parent) + os.pathsep + os.environ["PATH"])
        running = Server(tmp_path_factory.mktemp("server") / "data")
    yield running
    assert running.stop() == 0
    running.log.close()


@pytest.fixture(scope="module")
def logged(server):
    """Two runs with curves, files, data and a model that is registered twice, as a training script would log them."""
    mlflow.set_tracking_uri(server.uri)
    client = MlflowClient(server.uri)
    names = {"experiment": client.create_experiment("late arrivals", tags={"team": "blue"})}
    mlflow.set_experiment("late arrivals")
    rows = pd.DataFrame({"delay": np.arange(40.0), "late": [0, 1] * 20})
    for name, rate in (("careful", 0.1), ("bold", 0.9)):
        with mlflow.start_run(run_name=name) as run:
            names[name] = run.info.run_id
            mlflow.log_params({"rate": rate, "depth": 3})
            for step in range(30):
                mlflow.log_metrics({"loss": rate / (step + 1), "accuracy": 1 - rate / (step + 1)}, step=step)
            mlflow.log_text("first line\nsecond line\n", "notes/readme.txt")
            mlflow.log_dict({"answer": 42}, "config.json")
            mlflow.log_input(mlflow.data.from_pandas(rows, name="flights"), context="training")
            model = LogisticRegression().fit(rows[["delay"]], rows["late"])
            mlflow.sklearn.log_model(model, name="net", registered_model_name="late", pip_requirements=["scikit-learn"])
    client.set_registered_model_alias("late", "champion", "2")
    client.update_registered_model("late", "Says which flights arrive late.")
    yield names
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def browser():
    with pages.browser() as running:
        yield running


@pytest.fixture
def page(browser, server):
    """A new window. What it complains about, what failed to load and whom it asked are checked in the end."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    opened = context.new_page()
    failed, complaints, hosts = [], [], set()

    def answered(answer):
        if answer.status >= 400 and not NORMAL.search(answer.url):
            failed.append(f"{answer.status} {answer.request.method} {answer.url}")

    def said(message):
        if message.type == "error" and not NORMAL.search(message.location.get("url", "")):
            complaints.append(message.text)

    opened.on("response", answered)
    opened.on("console", said)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: hosts.add(urllib.parse.urlsplit(request.url).netloc))
    opened.on("requestfailed", lambda request: failed.append(f"{request.url}: {request.failure}") if request.failure != "net::ERR_ABORTED" else None)
    opened.set_default_timeout(30_000)
    yield opened
    context.close()
    assert failed == []
    assert [text for text in complaints if "Failed to load resource" in text or "fetch" in text] == []
    assert hosts - {""} == {urllib.parse.urlsplit(server.uri).netloc}


def visit(page, server, address):
    page.goto(f"{server.uri}/mlflow/#{address}")


def test_the_home_page_and_the_experiments_are_listed(page, server, logged):
    page.goto(server.uri + "/mlflow")
    expect(page).to_have_title(re.compile("MLflow"))
    visit(page, server, "/experiments")
    expect(page.get_by_role("link", name="late arrivals")).to_be_visible()
    expect(page.get_by_role("link", name="Default")).to_be_visible()
    expect(page.get_by_text("blue")).to_be_visible()
    page.get_by_role("link", name="late arrivals").click()
    expect(page).to_have_url(re.compile(logged["experiment"]))


def test_the_run_table_keeps_what_a_typed_filter_finds(page, server, logged):
    visit(page, server, f"/experiments/{logged['experiment']}/runs")
    expect(page.get_by_role("link", name="careful")).to_be_visible()
    expect(page.get_by_role("link", name="bold")).to_be_visible()
    expect(page.get_by_text("flights").first).to_be_visible()
    search = page.get_by_placeholder("metrics.rmse < 1")
    search.fill("metrics.loss < 0.01 and params.rate = '0.1'")
    with page.expect_response(lambda answer: answer.url.endswith("/runs/search")) as found:
        search.press("Enter")
    assert [run["info"]["run_name"] for run in found.value.json()["runs"]] == ["careful"]
    expect(page.get_by_role("link", name="bold")).to_have_count(0)
    expect(page.get_by_role("link", name="careful")).to_be_visible()


def test_the_charts_of_an_experiment_show_both_runs(page, server, logged):
    visit(page, server, f"/experiments/{logged['experiment']}/runs?compareRunsMode=CHART")
    for metric in ("accuracy", "loss"):
        expect(page.get_by_text(metric, exact=True).first).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()


def test_a_run_shows_its_data_and_its_curves(page, server, logged):
    run = f"/experiments/{logged['experiment']}/runs/{logged['careful']}"
    visit(page, server, run)
    expect(page.get_by_role("heading", name="careful")).to_be_visible()
    expect(page.get_by_text("Finished")).to_be_visible()
    expect(page.get_by_text(logged["careful"]).first).to_be_visible()
    expect(page.get_by_role("link", name="late v1").or_(page.get_by_role("link", name="late", exact=True)).first).to_be_visible()
    visit(page, server, run + "/model-metrics")
    for metric in ("accuracy", "loss"):
        expect(page.get_by_role("heading", name=metric)).to_be_visible()
    expect(page.get_by_text("careful (loss)")).to_be_visible()
    expect(page.locator(".js-plotly-plot .scatterlayer .trace .points path")).not_to_have_count(0)


def test_an_artifact_is_listed_and_shown(page, server, logged):
    visit(page, server, f"/experiments/{logged['experiment']}/runs/{logged['careful']}/artifacts/notes/readme.txt")
    expect(page.get_by_text("second line")).to_be_visible()
    page.get_by_text("config.json").click()
    expect(page.get_by_text("42", exact=True)).to_be_visible()


def test_two_runs_stand_beside_each_other(page, server, logged):
    runs = urllib.parse.quote(f'["{logged["careful"]}","{logged["bold"]}"]')
    experiments = urllib.parse.quote(f'["{logged["experiment"]}"]')
    visit(page, server, f"/compare-runs?runs={runs}&experiments={experiments}")
    expect(page.get_by_text("Comparing 2 Runs from 1 Experiment")).to_be_visible()
    expect(page.get_by_text("Run details")).to_be_visible()
    for name in ("careful", "bold"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


def test_registered_models_and_a_version_are_shown(page, server, logged):
    visit(page, server, "/models")
    page.get_by_role("button", name="Try it now").click()  # The page greets its first visitor.
    page.get_by_role("link", name="late", exact=True).click()
    expect(page.get_by_text("Says which flights arrive late.")).to_be_visible()
    expect(page.get_by_text("champion")).to_be_visible()
    visit(page, server, "/models/late/versions/2")
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.get_by_role("link", name="bold")).to_be_visible()
    expect(page.get_by_text("Schema")).to_be_visible()


def test_a_link_that_the_client_prints_leads_to_mlflows_page(page, server, logged):
    page.goto(f"{server.uri}/#/experiments/{logged['experiment']}/runs/{logged['careful']}")
    expect(page).to_have_url(re.compile(rf"/mlflow/#/experiments/{logged['experiment']}/runs/{logged['careful']}"))
    expect(page.get_by_role("heading", name="careful")).to_be_visible()


def fetch(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def test_files_of_the_page_are_typed_cached_and_kept_inside_its_folder(server):
    status, headers, body = fetch(server.uri + "/mlflow/")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "text/html; charset=utf-8", "no-cache")
    assert body == (BUILD / "index.html").read_bytes()
    script = re.search(rb'src="(static-files/static/js/main[^"]+)"', body)[1].decode()
    status, headers, body = fetch(f"{server.uri}/mlflow/{script}")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in headers["Cache-Control"]
    assert body == (BUILD / script.removeprefix("static-files/")).read_bytes()
    assert fetch(f"{server.uri}/mlflow/{script}", **{"If-None-Match": headers["ETag"]})[0] == 304
    for path in ("../../handlers.py", "%2e%2e/%2e%2e/handlers.py", "%252e%252e/%252e%252e/handlers.py", "..%2f..%2fhandlers.py", "/etc/passwd", "%2fetc%2fpasswd"):
        status, _, body = fetch(f"{server.uri}/mlflow/static-files/{path}")
        assert status in (400, 404) and b"import" not in body and b"root:" not in body, path
    assert fetch(f"{server.uri}/mlflow/static-files/static")[0] == 404


def test_without_the_package_the_address_says_how_to_get_the_page(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIRTUAL_ENV", raising=False)
        patch.setenv("PATH", str(tmp_path))
        patch.setenv("HOME", str(tmp_path))
        running = Server(tmp_path / "data")
    status, headers, body = fetch(running.uri + "/mlflow/")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"pip install mlflow" in body and b"--mlflow-page" in body
    assert running.stop() == 0
    running.log.close()


def test_a_folder_without_the_page_is_refused_at_the_start(tmp_path):
    command = [CAIRN, "up", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--mlflow-page", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 3
    assert "holds no index.html" in ended.stderr
