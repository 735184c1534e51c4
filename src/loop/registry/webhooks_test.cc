#include "loop/registry/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/fetch/testing/scripted_peer.h"
#include "ground/vocabulary/text.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::registry {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
using ::testing::HasSubstr;
using testing::Must;
using ::testing::SizeIs;

/// A header field of a request as it came, or "".
std::string FieldOf(const std::string& request, const std::string& name) {
  const auto begin = request.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  const auto from = begin + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

std::string BodyIn(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

class WebhooksTest : public ::testing::TestWithParam<std::string> {
 protected:
  Webhook Listen(const ScriptedPeer& peer, std::vector<Occasion> occasions, const std::string& secret = "") {
    return Must(webhooks_.Create({"listener", "http://127.0.0.1:" + std::to_string(peer.port()) + "/hook", "",
                                  secret, std::move(occasions), true}));
  }
  std::vector<Webhooks::Failure> Deliver() { return Must(webhooks_.DeliverDue({})); }

  testing::RegistryStore store_{GetParam()};
  Webhooks webhooks_{store_.database(), store_.clock(), Webhooks::Hosts::Any};
};

TEST_P(WebhooksTest, ADeedIsToldWithItsDataAndASignatureThatHolds) {
  const ScriptedPeer peer({Answering(200, "")});
  Listen(peer, {{"registered_model", "created"}}, "hush");
  Must(store_.registry.Create("churn", {{"team", "blue"}}, "who leaves", "ada"));
  EXPECT_THAT(Deliver(), SizeIs(0));
  ASSERT_THAT(peer.requests(), SizeIs(1));
  const auto request = peer.requests()[0], body = BodyIn(request);
  const auto told = Must(Json::Parse(body));
  EXPECT_EQ(told.Text("entity") + "." + told.Text("action"), "registered_model.created");
  EXPECT_EQ(told.At("data"),
            (Json{{"name", "churn"}, {"tags", Json{{"team", "blue"}}}, {"description", "who leaves"}}));
  const auto signed_text =
      FieldOf(request, "X-MLflow-Delivery-Id") + "." + FieldOf(request, "X-MLflow-Timestamp") + "." + body;
  const auto digest = crypto::HmacSha256("hush", signed_text);
  EXPECT_EQ(FieldOf(request, "X-MLflow-Signature"),
            "v1," + Base64({reinterpret_cast<const char*>(digest.data()), digest.size()}));
  EXPECT_THAT(Deliver(), SizeIs(0));
  EXPECT_THAT(peer.requests(), SizeIs(1)) << "what has arrived is not sent again";
}

TEST_P(WebhooksTest, VersionsTagsAndAliasesAreToldEachToThoseWhoListen) {
  const ScriptedPeer peer({Answering(200, "")});
  Listen(peer, {{"model_version", "created"},
                {"model_version_tag", "set"},
                {"model_version_tag", "deleted"},
                {"model_version_alias", "created"},
                {"model_version_alias", "deleted"}});
  store_.Register("churn");
  Must(store_.registry.SetVersionTag("churn", 1, {"checked", "yes"}));
  Must(store_.registry.DeleteVersionTag("churn", 1, "checked"));
  Must(store_.registry.SetAlias("churn", "best", 1, "ada"));
  Must(store_.registry.DeleteAlias("churn", "best", "ada"));
  EXPECT_THAT(Deliver(), SizeIs(0));
  std::multiset<std::string> told;
  for (const auto& request : peer.requests()) {
    const auto body = Must(Json::Parse(BodyIn(request)));
    told.insert(body.Text("entity") + "." + body.Text("action") + " " + body.At("data").Text("version") +
                body.At("data").Text("key") + body.At("data").Text("value") + body.At("data").Text("alias"));
    EXPECT_EQ(FieldOf(request, "X-MLflow-Signature"), "") << "there is no secret to sign with";
  }
  EXPECT_EQ(told, (std::multiset<std::string>{"model_version.created 1", "model_version_tag.set 1checkedyes",
                                              "model_version_tag.deleted 1checked",
                                              "model_version_alias.created 1best",
                                              "model_version_alias.deleted best"}));
}

TEST_P(WebhooksTest, APromptSpeaksAsOne) {
  const ScriptedPeer peer({Answering(200, "")});
  Listen(peer, {{"prompt", "created"}, {"registered_model", "created"}, {"prompt_tag", "set"}});
  Must(
      store_.registry.Create("greeting", {{"mlflow.prompt.is_prompt", "true"}, {"tone", "warm"}}, "", "ada"));
  Must(store_.registry.SetTag("greeting", {"tone", "cool"}));
  EXPECT_THAT(Deliver(), SizeIs(0));
  ASSERT_THAT(peer.requests(), SizeIs(2));
  for (const auto& request : peer.requests()) {
    const auto body = Must(Json::Parse(BodyIn(request)));
    EXPECT_THAT(body.Text("entity"), ::testing::StartsWith("prompt"));
    EXPECT_EQ(body.At("data").At("tags").Find("mlflow.prompt.is_prompt"), nullptr);
  }
}

TEST_P(WebhooksTest, AReceiverInTroubleIsTriedAgainLaterAndLaterWithTheSameId) {
  const ScriptedPeer peer({Answering(503, ""), Answering(429, ""), Answering(200, "")});
  Listen(peer, {{"registered_model", "created"}});
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Deliver();
  store_.clock().Advance(999);
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(1)) << "before a second is over nothing is sent";
  store_.clock().Advance(1);
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(2));
  store_.clock().Advance(1999);
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(2)) << "the second pause is twice as long";
  store_.clock().Advance(1);
  EXPECT_THAT(Deliver(), SizeIs(0));
  const auto requests = peer.requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(FieldOf(requests[0], "X-MLflow-Delivery-Id"), FieldOf(requests[2], "X-MLflow-Delivery-Id"));
}

TEST_P(WebhooksTest, AfterThreeRetriesItIsGivenUpAndSaid) {
  const ScriptedPeer peer({Answering(500, "")});
  Listen(peer, {{"registered_model", "created"}});
  Must(store_.registry.Create("churn", {}, "", "ada"));
  std::vector<Webhooks::Failure> failures;
  for (int round = 0; round < 10; ++round) {
    for (auto& failure : Deliver()) failures.push_back(failure);
    store_.clock().Advance(60'000);
  }
  EXPECT_THAT(peer.requests(), SizeIs(4));
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_EQ(failures[0].webhook, "listener");
  EXPECT_THAT(failures[0].problem, HasSubstr("500"));
}

TEST_P(WebhooksTest, ARefusalAndARedirectAreFinal) {
  const ScriptedPeer elsewhere({Answering(200, "")});
  const ScriptedPeer peer(
      {Answering(302, "", "Location: http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/\r\n"),
       Answering(404, "")});
  Listen(peer, {{"registered_model", "created"}});
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Deliver();
  Must(store_.registry.Create("fraud", {}, "", "ada"));
  EXPECT_THAT(Deliver(), SizeIs(1));
  store_.clock().Advance(60'000);
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(2));
  EXPECT_THAT(elsewhere.requests(), SizeIs(0));
}

TEST_P(WebhooksTest, WhatASenderTookAndNeverFinishedIsSentByAnother) {
  const ScriptedPeer peer({Answering(200, "")});
  Listen(peer, {{"registered_model", "created"}});
  Must(store_.registry.Create("churn", {}, "", "ada"));
  std::stop_source stopped;
  stopped.request_stop();
  Must(webhooks_.DeliverDue(stopped.get_token()));
  EXPECT_THAT(peer.requests(), SizeIs(0));
  Webhooks next(store_.database(), store_.clock(), Webhooks::Hosts::Any);
  EXPECT_THAT(Must(next.DeliverDue({})), SizeIs(0));
  EXPECT_THAT(peer.requests(), SizeIs(1));
}

TEST_P(WebhooksTest, AnAddressThatIsNotPublicIsRefusedWhenSetAndWhenSent) {
  const ScriptedPeer peer({Answering(200, "")});
  const auto webhook = Listen(peer, {{"registered_model", "created"}});
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Webhooks careful(store_.database(), store_.clock(), Webhooks::Hosts::PublicOnly);
  const auto failures = Must(careful.DeliverDue({}));
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_THAT(failures[0].problem, HasSubstr("127.0.0.1"));
  EXPECT_FALSE(Must(careful.Try(webhook.id, std::nullopt)).success);
  EXPECT_THAT(peer.requests(), SizeIs(0));
  for (const char* url :
       {"http://127.0.0.1/", "http://localhost:80/", "http://169.254.169.254/latest", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://127.1/", "http://2130706433/", "https://10.0.0.1/"}) {
    const auto refused = careful.Create({"listener", url, "", "", {{"registered_model", "created"}}, true});
    EXPECT_EQ(refused ? Reason::Internal : refused.error().reason, Reason::InvalidArgument) << url;
  }
}

TEST_P(WebhooksTest, MalformedOnesAreRefused) {
  for (const char* url :
       {"", "ftp://example.org/", "file:///etc/passwd", "http://", "http:///path", "http://user@127.0.0.1/",
        "http://127.0.0.1:99x/", "http://a b/", "http://a\\@b/"}) {
    const auto refused = webhooks_.Create({"listener", url, "", "", {{"registered_model", "created"}}, true});
    EXPECT_FALSE(refused) << url;
  }
  const auto nameless =
      webhooks_.Create({"-x", "http://127.0.0.1/", "", "", {{"registered_model", "created"}}, true});
  EXPECT_EQ(nameless.error().reason, Reason::InvalidArgument);
  const auto odd =
      webhooks_.Create({"x", "http://127.0.0.1/", "", "", {{"registered_model", "deleted"}}, true});
  EXPECT_EQ(odd.error().reason, Reason::InvalidArgument);
  EXPECT_THAT(Must(webhooks_.List(10, 0)), SizeIs(0));
}

TEST_P(WebhooksTest, OneThatIsSwitchedOffOrGoneIsToldNothing) {
  const ScriptedPeer peer({Answering(200, "")});
  const auto webhook = Listen(peer, {{"registered_model", "created"}});
  Webhooks::Change change;
  change.active = false;
  Must(webhooks_.Update(webhook.id, change));
  Must(store_.registry.Create("churn", {}, "", "ada"));
  change.active = true;
  Must(webhooks_.Update(webhook.id, change));
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(0)) << "what happened while it was off stays untold";
  Must(store_.registry.Create("fraud", {}, "", "ada"));
  Must(webhooks_.Delete(webhook.id));
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(0));
  EXPECT_EQ(webhooks_.Find(webhook.id).error().reason, Reason::NotFound);
}

/// Looks something up whenever it is asked for the time.
class LookingClock final : public os::Clock {
 public:
  explicit LookingClock(std::function<void()> look) : look_(std::move(look)) {}
  TimeMs Now() const override {
    const std::lock_guard lock(mutex_);
    look_();
    return 1'000'000;
  }

 private:
  mutable std::mutex mutex_;
  std::function<void()> look_;
};

TEST_P(WebhooksTest, WhatIsBeingSentIsLeasedForAsLongAsItCanTakeAndFewAtATimeToOne) {
  const ScriptedPeer peer({Answering(200, "")});
  Listen(peer, {{"registered_model", "created"}});
  for (int i = 0; i < 5; ++i) Must(store_.registry.Create("m" + std::to_string(i), {}, "", "ada"));
  std::int64_t most = 0;
  std::set<std::int64_t> until;
  LookingClock clock([&] {
    const auto rows = Must(store_.database().Read([](sql::Connection& connection) {
      return connection.Run("SELECT due_ms FROM webhook_delivery WHERE due_ms > 1000000");
    }));
    most = std::max(most, static_cast<std::int64_t>(rows.size()));
    for (const auto& row : rows) until.insert(row.Int(0));
  });
  // What is due by the store's clock is long due by this one.
  Must(store_.database().Transact([](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("UPDATE webhook_delivery SET due_ms = 1"));
    return {};
  }));
  Webhooks webhooks(store_.database(), clock, Webhooks::Hosts::Any);
  EXPECT_THAT(Must(webhooks.DeliverDue({})), SizeIs(0));
  EXPECT_THAT(peer.requests(), SizeIs(5));
  EXPECT_EQ(most, 2);
  // A try of 30 s, and 15 s.
  EXPECT_EQ(until, std::set<std::int64_t>{1'000'000 + 45'000});
}

TEST_P(WebhooksTest, ADeedThatFailedIsNotTold) {
  const ScriptedPeer peer({Answering(200, "")});
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Listen(peer, {{"registered_model", "created"}});
  EXPECT_EQ(store_.registry.Create("churn", {}, "", "ada").error().reason, Reason::AlreadyExists);
  Deliver();
  EXPECT_THAT(peer.requests(), SizeIs(0));
}

INSTANTIATE_TEST_SUITE_P(Engines, WebhooksTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::registry
