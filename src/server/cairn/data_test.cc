#include <gtest/gtest.h>

#include <array>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/governance/schema.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/data/schema.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr const char* kConfiguration = R"(
project: delays
data:
  flights:
    path: data/flights
    target: late
    key: [id]
    holdout: 20%
    contract:
      columns:
        id: {type: integer, nullable: false}
        late: {type: integer, allowed: [0, 1]}
)";

class DataDoorTest : public testing::TestWithParam<std::string> {
 protected:
  DataDoorTest() {
    MountData(router_, {catalogue_, configurations_, clock_});
    MountContracts(router_, {catalogue_, configurations_, clock_});
    MountProfile(router_, {catalogue_, configurations_, clock_});
  }

  void SetUp() override {
    ASSERT_TRUE(
        store_.database().Migrate(std::array{&metadata::Schema(), &governance::Schema(), &data::Schema()}));
  }

  void Accept() {
    const auto accepted = configurations_.Accept(kConfiguration, crypto::Sha256Hex(kConfiguration), "ada");
    ASSERT_TRUE(accepted) << accepted.error().message;
  }

  std::string Write(const std::string& name, int rows, const std::string& more = "") {
    std::string text = "id,late\n";
    for (int i = 0; i < rows; ++i) text += std::to_string(i) + "," + std::to_string(i % 2) + "\n";
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / name, text + more));
    return folder_ / name;
  }

  http::Response Ask(std::string method, std::string path, const Json& body = Json::Object()) {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.headers.Add("X-Cairn-Actor", "ada");
    if (request.method == "POST") request.body = body.Dump();
    return router_.Dispatch(std::move(request));
  }
  Json Answer(std::string method, std::string path, const Json& body = Json::Object()) {
    return *Json::Parse(Ask(std::move(method), std::move(path), body).body);
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  sql::testing::TestStore store_{GetParam()};
  os::testing::ManualClock clock_;
  governance::Configurations configurations_{store_.database(), clock_};
  data::Catalogue catalogue_{store_.database(),
                             clock_,
                             {.project = folder_.path(),
                              .cache = folder_ / ".dvc/cache",
                              .scratch = folder_ / "scratch",
                              .index = folder_ / "index"}};
  http::Router router_;
};

TEST_P(DataDoorTest, AFileIsAddedProfiledListedAndShown) {
  Accept();
  const Json body{{"file", Write("a.csv", 100)}, {"dataset", "flights"}, {"note", "first"}};
  const Json added = Answer("POST", "/api/v1/data/add", body);
  EXPECT_EQ(added.Int("version"), 1) << added.Dump();
  EXPECT_EQ(added.At("file").Int("rows"), 100);
  EXPECT_GT(added.At("file").At("sealed").Int("rows"), 0);
  EXPECT_EQ(added.Text("added_by"), "ada");
  EXPECT_FALSE(added.Bool("unchanged", true));
  EXPECT_TRUE(Answer("POST", "/api/v1/data/add", body).Bool("unchanged"));

  EXPECT_EQ(Ask("GET", "/api/v1/data/datasets/flights/profile").status, 404);
  const Json report = Answer("POST", "/api/v1/data/profile", Json{{"dataset", "flights"}});
  EXPECT_EQ(report.At("table").Int("rows") + added.Int("sealed_rows"), 100);
  EXPECT_EQ(Answer("GET", "/api/v1/data/datasets/flights/profile"), report);
  const auto page = Ask("GET", "/data/flights/profile");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("flights, version 1"), std::string::npos);
  EXPECT_EQ(Answer("GET", "/api/v1/data/datasets").At("items").items().size(), 1U);
  EXPECT_EQ(Answer("GET", "/api/v1/data/datasets/flights/versions").At("items").items().size(), 1U);
  const auto openings = metadata::Log(store_.database()).Read({.kind = "data.seal_opened"});
  EXPECT_TRUE(openings->empty()) << "profiling does not look at sealed rows";
}

TEST_P(DataDoorTest, ACheckTellsAndRecordsNothing) {
  Accept();
  const Json body{{"file", Write("b.csv", 10, "x,7\n")}, {"dataset", "flights"}};
  const Json verdict = Answer("POST", "/api/v1/data/check", body);
  EXPECT_FALSE(verdict.Bool("passed", true));
  EXPECT_EQ(verdict.Int("rows"), 11);
  EXPECT_EQ(Ask("POST", "/api/v1/data/add", body).status, 422);
  EXPECT_TRUE(catalogue_.Datasets()->empty());
  Json broken = body;
  broken.Set("allow_broken", true);
  EXPECT_FALSE(Answer("POST", "/api/v1/data/add", broken).Bool("contract_passed", true));
}

TEST_P(DataDoorTest, WrongRequestsGetASentence) {
  const std::string file = Write("a.csv", 10);
  const Json good{{"file", file}, {"dataset", "flights"}};
  EXPECT_EQ(Ask("POST", "/api/v1/data/add", good).status, 404) << "nothing is accepted yet";
  Accept();
  const struct {
    Json body;
    int status;
    const char* says;
  } cases[] = {
      {Json{{"file", "a.csv"}, {"dataset", "flights"}}, 400, "absolute path"},
      {Json{{"dataset", "flights"}, {"note", ""}}, 400, "file"},
      {Json{{"file", file}, {"dataset", "flihgts"}}, 404, "Did you mean 'flights'?"},
      {Json{{"file", file}, {"dataste", "flights"}}, 400, "Did you mean 'dataset'?"},
      {Json{{"file", file + ".none"}, {"dataset", "flights"}}, 404, ".none"},
  };
  for (const auto& one : cases) {
    const auto response = Ask("POST", "/api/v1/data/add", one.body);
    EXPECT_EQ(response.status, one.status) << response.body;
    EXPECT_NE(response.body.find(one.says), std::string::npos) << response.body;
  }
  EXPECT_EQ(Ask("GET", "/api/v1/data/datasets/flights/versions").status, 404);
}

INSTANTIATE_TEST_SUITE_P(Engines, DataDoorTest, testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::api
