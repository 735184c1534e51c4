"""MLflow's own client and its webhooks: what it sets up is told, signed, to a small receiver."""

import base64
import hashlib
import hmac
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookAction, WebhookEntity, WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException
from running import Server

SECRET = "hush, hush"


class Receiver:
    """Takes deliveries; answers each with the next status of its script, and 200 after the last."""

    def __init__(self):
        self.script = []
        self.deliveries = []
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.changed:
                    status = receiver.script.pop(0) if receiver.script else 200
                    receiver.deliveries.append((dict(self.headers), body))
                    receiver.changed.notify_all()
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"thank you")

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?token=1"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait_for(self, count, timeout=30):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.deliveries) >= count, timeout), f"{len(self.deliveries)} of {count} came"
            return list(self.deliveries)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def client(open_server):
    return MlflowClient(open_server.uri)


@pytest.fixture(scope="module")
def open_server(tmp_path_factory):
    """A server that lets webhooks lead to this machine."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
        running = Server(tmp_path_factory.mktemp("webhooks") / "data")
    yield running
    assert running.stop() == 0
    running.log.close()


@pytest.fixture
def webhook(client, receiver):
    made = []

    def make(*events, **more):
        one = client.create_webhook(name="listener", url=receiver.url, events=[WebhookEvent.from_str(event) for event in events], **more)
        made.append(one)
        return one

    yield make
    for one in made:
        client.delete_webhook(one.webhook_id)


def signed_rightly(headers, body, secret=SECRET):
    content = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.{body.decode()}"
    digest = hmac.new(secret.encode(), content.encode(), hashlib.sha256).digest()
    return headers["X-MLflow-Signature"] == "v1," + base64.b64encode(digest).decode()


def test_what_the_client_sets_up_comes_back_without_the_secret(client, webhook, open_server):
    made = webhook("registered_model.created", "model_version_alias.deleted", secret=SECRET, description="for the team")
    found = client.get_webhook(made.webhook_id)
    assert (found.name, found.url, found.description, found.status) == (made.name, made.url, "for the team", WebhookStatus.ACTIVE)
    assert set(found.events) == {
        WebhookEvent(WebhookEntity.REGISTERED_MODEL, WebhookAction.CREATED),
        WebhookEvent(WebhookEntity.MODEL_VERSION_ALIAS, WebhookAction.DELETED),
    }
    assert [one.webhook_id for one in client.list_webhooks()] == [made.webhook_id]
    changed = client.update_webhook(made.webhook_id, name="renamed", status=WebhookStatus.DISABLED)
    assert (changed.name, changed.status, changed.description) == ("renamed", WebhookStatus.DISABLED, "for the team")
    assert changed.last_updated_timestamp >= made.last_updated_timestamp
    for answer in (requests.get(f"{open_server.uri}/api/2.0/mlflow/webhooks"), requests.get(f"{open_server.uri}/api/2.0/mlflow/webhooks/{made.webhook_id}")):
        assert answer.status_code == 200 and "hush" not in answer.text


def test_lists_come_page_by_page(client, webhook):
    made = [webhook("registered_model.created").webhook_id for _ in range(5)]
    seen, token = [], None
    while True:
        page = client.list_webhooks(max_results=2, page_token=token)
        seen += [one.webhook_id for one in page]
        token = page.token
        if not token:
            break
    assert seen == made[::-1], "the newest come first"


def test_deeds_of_the_registry_are_told_with_a_signature_that_holds(client, receiver, webhook):
    webhook(
        "registered_model.created",
        "model_version.created",
        "model_version_tag.set",
        "model_version_tag.deleted",
        "model_version_alias.created",
        "model_version_alias.deleted",
        secret=SECRET,
    )
    name = f"churn {uuid.uuid4().hex}"
    client.create_registered_model(name, tags={"team": "blue"}, description="who leaves")
    client.create_model_version(name, "s3://bucket/model", description="first")
    client.set_model_version_tag(name, "1", "checked", "yes")
    client.delete_model_version_tag(name, "1", "checked")
    client.set_registered_model_alias(name, "best", "1")
    client.delete_registered_model_alias(name, "best")
    told = {}
    for headers, body in receiver.wait_for(6):
        assert signed_rightly(headers, body)
        assert headers["Content-Type"] == "application/json"
        message = json.loads(body)
        assert set(message) == {"entity", "action", "timestamp", "data"}
        told[f"{message['entity']}.{message['action']}"] = message["data"]
    assert told == {
        "registered_model.created": {"name": name, "tags": {"team": "blue"}, "description": "who leaves"},
        "model_version.created": {"name": name, "version": "1", "source": "s3://bucket/model", "run_id": None, "tags": {}, "description": "first"},
        "model_version_tag.set": {"name": name, "version": "1", "key": "checked", "value": "yes"},
        "model_version_tag.deleted": {"name": name, "version": "1", "key": "checked"},
        "model_version_alias.created": {"name": name, "alias": "best", "version": "1"},
        "model_version_alias.deleted": {"name": name, "alias": "best"},
    }


def test_a_changed_secret_signs_from_then_on(client, receiver, webhook):
    made = webhook("registered_model.created", secret="old")
    client.update_webhook(made.webhook_id, secret=SECRET)
    client.create_registered_model(f"churn {uuid.uuid4().hex}")
    assert signed_rightly(*receiver.wait_for(1)[0])


def test_the_test_call_sends_an_example_and_tells_what_came_back(client, receiver, webhook):
    made = webhook("model_version_tag.set", "model_version.created", secret=SECRET)
    result = client.test_webhook(made.webhook_id)
    assert (result.success, result.response_status, result.response_body) == (True, 200, "thank you")
    receiver.script = [418]
    result = client.test_webhook(made.webhook_id, event=WebhookEvent.from_str("model_version.created"))
    assert (result.success, result.response_status) == (False, 418)
    (first, second) = receiver.wait_for(2)
    assert json.loads(second[1])["entity"] == "model_version"
    assert signed_rightly(*first) and signed_rightly(*second)


def test_a_receiver_that_is_not_there_fails_the_test_call_in_words(client, receiver, webhook):
    made = webhook("registered_model.created")
    client.update_webhook(made.webhook_id, url="http://127.0.0.1:1/")
    result = client.test_webhook(made.webhook_id)
    assert not result.success and "127.0.0.1" in result.error_message


def test_an_answer_of_trouble_is_tried_again(client, receiver, webhook):
    receiver.script = [503]
    webhook("registered_model.created", secret=SECRET)
    client.create_registered_model(f"churn {uuid.uuid4().hex}")
    (first, second) = receiver.wait_for(2)
    assert first[0]["X-MLflow-Delivery-Id"] == second[0]["X-MLflow-Delivery-Id"]
    assert first[1] == second[1] and signed_rightly(*second)


def test_what_waits_survives_a_kill(tmp_path, receiver, monkeypatch):
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
    server = Server(tmp_path / "data")
    client = MlflowClient(server.uri)
    receiver.script = [503]
    client.create_webhook(name="listener", url=receiver.url, events=[WebhookEvent.from_str("registered_model.created")])
    client.create_registered_model("churn")
    receiver.wait_for(1)
    server.kill()
    server.start()
    (first, second) = receiver.wait_for(2, timeout=90)[:2]
    assert json.loads(second[1])["data"]["name"] == "churn"
    assert first[0]["X-MLflow-Delivery-Id"] == second[0]["X-MLflow-Delivery-Id"]
    assert server.stop() == 0
    server.log.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost/", "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/"])
def test_private_hosts_are_refused_unless_allowed(server, url):
    event = WebhookEvent.from_str("registered_model.created")
    with pytest.raises(MlflowException) as refused:
        MlflowClient(server.uri).create_webhook(name="listener", url=url, events=[event])
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert "public" in refused.value.message


def test_what_is_malformed_is_refused(client, open_server):
    event = {"entity": "REGISTERED_MODEL", "action": "CREATED"}
    sound = {"name": "listener", "url": "http://127.0.0.1:9/", "events": [event]}
    for change in (
        {"name": "-x"},
        {"name": "x" * 64},
        {"name": None},
        {"url": "ftp://example.org"},
        {"url": "http://user:password@127.0.0.1/"},
        {"events": []},
        {"events": [{"entity": "REGISTERED_MODEL", "action": "DELETED"}]},
        {"status": "ASLEEP"},
    ):
        answer = requests.post(f"{open_server.uri}/api/2.0/mlflow/webhooks", json={**sound, **change})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), change
    assert list(client.list_webhooks()) == []
    with pytest.raises(MlflowException) as missing:
        client.get_webhook("none")
    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
