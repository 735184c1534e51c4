#include "loop/batch/published.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::batch {
namespace {

using registry::testing::Must;

const std::string kSha(64, 'a');

class PublishedBatches : public ::testing::TestWithParam<std::string> {
 protected:
  PublishedBatches() { version = store.Register("churn"); }
  Json Stamp(int rows) const {
    return Json{{"batch", "daily"},
                {"model", "churn"},
                {"version", version.version},
                {"manifest", version.manifest},
                {"input", kSha},
                {"inputs", Json::Array({Json(kSha)})},
                {"key", Json::Array({Json("id")})},
                {"rows", rows},
                {"began", "2026-01-01T00:00:00.000Z"},
                {"drift", Json::Object()},
                {"output", kSha}};
  }
  /// A table of keys 0, 1, 10, 11 … whose every answer is `said`.
  std::string Table(const std::string& said, const Json& stamp, int rows = 2) {
    const std::string path = folder / "table";
    auto writer = Must(AnswerTableWriter::Create(path));
    for (int i = 0; i < rows; ++i) Must(writer.Add(std::to_string(i), "{\"said\":\"" + said + "\"}"));
    Must(writer.Finish(stamp));
    return path;
  }
  std::string Said(const std::string& key) {
    const auto found = published.Find("daily", {key});
    return found ? Json::Parse(*found)->At("row").Text("said") : found.error().message;
  }

  registry::testing::RegistryStore store{GetParam()};
  os::TempFolder folder = *os::TempFolder::Create();
  Published published{store.database(), store.clock(), store.registry, folder / "batches"};
  registry::ModelVersion version;
};

TEST_P(PublishedBatches, AreLookedUpByKeyWithTheirStamp) {
  const Json made = Must(published.Publish("daily", Table("x", Stamp(2)), "ben"));
  const Json answer = *Json::Parse(Must(published.Find("daily", {"1"})));
  EXPECT_EQ(answer.At("row").Text("said"), "x");
  EXPECT_EQ(answer.Text("model"), "churn");
  EXPECT_EQ(answer.Int("version"), version.version);
  EXPECT_EQ(answer.Text("event"), made.Text("event"));
  EXPECT_EQ(published.Find("daily", {"7"}).error().reason, Reason::NotFound);
  EXPECT_EQ(published.Find("daily", {"1", "2"}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(published.Find("weekly", {"1"}).error().reason, Reason::NotFound);
  EXPECT_EQ(Must(published.List()).size(), 1u);
  const auto events = store.Events("serving.batch_published");
  ASSERT_EQ(events.size(), 1u);
}

TEST_P(PublishedBatches, AreReplacedAtOnceAndTheSameOneOnlyOnce) {
  Must(published.Publish("daily", Table("old", Stamp(2)), "ben"));
  EXPECT_EQ(Said("0"), "old");
  const Json made = Must(published.Publish("daily", Table("new", Stamp(2)), "ben"));
  EXPECT_EQ(Said("0"), "new");
  EXPECT_EQ(Must(published.Publish("daily", folder / "table", "ben")).Text("event"), made.Text("event"));
  EXPECT_EQ(os::ListFolder(folder / "batches/daily")->size(), 1u);
  // Another process that opens the same records and folder.
  const Published other{store.database(), store.clock(), store.registry, folder / "batches"};
  EXPECT_NE(Must(other.Find("daily", {"0"})).find("new"), std::string::npos);
}

TEST_P(PublishedBatches, AnswerFromOneTableWhileTheyAreReplaced) {
  Must(published.Publish("daily", Table("0", Stamp(2)), "ben"));
  std::atomic<bool> over = false;
  std::atomic<int> last = 0, wrong = 0, asked = 0;
  std::jthread reader([&] {
    while (!over) {
      const int least = last;
      const std::string said = Said("1");
      const auto number = said.find_first_not_of("0123456789") == std::string::npos ? std::stoi(said) : -1;
      if (number < least) ++wrong;
      ++asked;
    }
  });
  for (int i = 1; i <= 20; ++i) {
    Must(published.Publish("daily", Table(std::to_string(i), Stamp(2)), "ben"));
    last = i;
  }
  while (asked == 0) std::this_thread::yield();
  over = true;
  reader.join();
  EXPECT_EQ(wrong, 0) << "of " << asked;
}

TEST_P(PublishedBatches, ThatAreWrongChangeNothing) {
  Must(published.Publish("daily", Table("good", Stamp(2)), "ben"));
  const auto refused = [&](const std::string& member, const Json& value, Reason reason) {
    Json stamp = Stamp(2);
    stamp.Set(member, value);
    const auto made = published.Publish("daily", Table("bad", stamp), "ben");
    ASSERT_FALSE(made) << member;
    EXPECT_EQ(made.error().reason, reason) << made.error().message;
  };
  refused("batch", "weekly", Reason::InvalidArgument);
  refused("rows", 3, Reason::InvalidArgument);
  refused("key", Json::Array(), Reason::InvalidArgument);
  refused("output", "abc", Reason::InvalidArgument);
  refused("inputs", Json::Array({Json(7)}), Reason::InvalidArgument);
  refused("version", 9, Reason::NotFound);
  refused("manifest", kSha, Reason::Conflict);
  refused("drift", *Json::Parse(R"({"limit":0.1,"largest":0.5,"column":"x","columns":[]})"),
          Reason::Conflict);
  ASSERT_TRUE(os::WriteFileAtomically(folder / "table", "no table"));
  EXPECT_EQ(published.Publish("daily", folder / "table", "ben").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(published.Publish("..", Table("bad", Stamp(2)), "ben").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Said("1"), "good");
  EXPECT_EQ(os::ListFolder(folder / "batches")->size(), 1u);
  EXPECT_EQ(os::ListFolder(folder / "batches/daily")->size(), 1u);
}

TEST_P(PublishedBatches, OfABoundModelTakeADecision) {
  store.Bind("churn");
  const auto denied = published.Publish("daily", Table("x", Stamp(2)), "ben");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().reason, Reason::Denied) << denied.error().message;
  EXPECT_FALSE(os::Exists(folder / "batches"));
  store.Promote(version);
  Must(published.Publish("daily", folder / "table", "ben"));
  EXPECT_EQ(Said("0"), "x");
}

TEST_P(PublishedBatches, ThatAreKeptBackAreOnRecord) {
  const Json refused = Must(published.Refuse("daily", Stamp(2), "ben"));
  EXPECT_FALSE(refused.Text("event").empty());
  EXPECT_EQ(store.Events("serving.batch_refused").size(), 1u);
  EXPECT_EQ(published.About("daily").error().reason, Reason::NotFound);
  EXPECT_FALSE(published.Refuse("daily", Json::Object(), "ben"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PublishedBatches, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::batch
