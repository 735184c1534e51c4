#include "loop/serving/shipping.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ground/tables/engine.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/serving/prediction_log.h"

namespace cairn::serving {
namespace {

constexpr TimeMs kMidnight = 1'790'899'200'000;  // 2026-10-02

Prediction Answered(int number) {
  Prediction one;
  one.id = "r" + std::to_string(number);
  one.at = kMidnight - 2 + number;
  one.model = number % 2 == 0 ? "late" : "a b/c";
  one.version = 3;
  one.inputs = {{"carrier", {"UA \"x\", \\N", nullptr}}, {"hour", {17, number}}};
  one.scores = {0.25, 1.0 / 3};
  one.micros = 42;
  one.caller = number == 0 ? "" : "billing, \"desk\"";
  one.trace_id = number == 0 ? "" : "4bf92f3577b34da6a3ce929d0e0e4736";
  return one;
}

class ShippingTest : public testing::Test {
 protected:
  ShippingTest() : folder_(*os::TempFolder::Create()), store_("sqlite") {
    const std::array schemas = {&metadata::Schema()};
    EXPECT_TRUE(store_->Migrate(schemas));
    Open();
    shipping_ = Made();
    shipping_->Follow(Place());
  }
  std::string Place() const { return folder_.path() + "/lake"; }
  std::unique_ptr<Shipping> Made() {
    return std::make_unique<Shipping>(*store_, clock_, disk_, folder_.path() + "/predictions",
                                      folder_.path() + "/scratch");
  }
  void Open() {
    auto opened = PredictionLog::Open(*store_, clock_, disk_, folder_.path() + "/predictions", Mask("key"));
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  void Append(int from, int to) {
    for (int i = from; i < to; ++i) ASSERT_TRUE(log_->Append(Answered(i)));
    ASSERT_TRUE(log_->CloseSegments());
  }
  tables::Table Ask(const std::string& select) {
    const auto engine = tables::Engine::Open();
    EXPECT_TRUE(engine) << engine.error().message;
    auto table = (*engine)->Query(select + " FROM read_parquet('" + Place() +
                                  "/**/*.parquet', hive_partitioning=true)");
    EXPECT_TRUE(table) << table.error().message;
    return table ? *std::move(table) : tables::Table();
  }
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    const auto entries = os::ListTree(Place());
    for (const auto& entry : *entries) {
      const auto bytes = os::ReadFile(Place() + "/" + entry.path);
      if (entry.path.ends_with(".parquet")) files[entry.path] = *bytes;
    }
    return files;
  }

  os::TempFolder folder_;
  sql::testing::TestStore store_;
  os::testing::ManualClock clock_;
  os::SystemDisk disk_;
  std::unique_ptr<PredictionLog> log_;
  std::unique_ptr<Shipping> shipping_;
};

TEST_F(ShippingTest, EveryRowOfEveryRecordIsInOneFileOfItsDayAndModel) {
  Append(0, 4);
  const auto shipped = shipping_->Ship();
  ASSERT_TRUE(shipped) << shipped.error().message;
  EXPECT_EQ(shipped->segments, 1);
  EXPECT_EQ(shipped->records, 4);
  EXPECT_EQ(shipped->files, 4);
  for (const auto& [name, bytes] : Files())
    EXPECT_TRUE(name.starts_with("date=2026-10-01/model=") || name.starts_with("date=2026-10-02/model="))
        << name;
  const auto rows =
      Ask("SELECT id, time, inputs, output, caller, trace_id, latency_us, CAST(date AS VARCHAR), model");
  ASSERT_EQ(rows.rows(), 8u);
  const auto first =
      Ask("SELECT id, inputs, output, caller IS NULL AS unknown, model, epoch_ms(time) AS at, CAST(date AS "
          "VARCHAR) AS day, "
          "row, record, share IS NULL AS undrawn, inputs->>'$.carrier' AS carrier");
  for (std::size_t row = 0; row < first.rows(); ++row) {
    if (first.Find("id")->Text(row) == "r0.0") {
      EXPECT_TRUE(first.Find("unknown")->Bool(row));
      EXPECT_EQ(first.Find("carrier")->Text(row), "UA \"x\", \\N");
      EXPECT_EQ(first.Find("at")->Int(row), kMidnight - 2);
      EXPECT_EQ(first.Find("day")->Text(row), "2026-10-01");
    }
    if (first.Find("id")->Text(row) != "r3.1") continue;
    EXPECT_EQ(first.Find("inputs")->Text(row), "{\"carrier\":null,\"hour\":3}");
    EXPECT_EQ(first.Find("output")->Double(row), 1.0 / 3);
    EXPECT_EQ(first.Find("model")->Text(row), "a b/c");
    EXPECT_EQ(first.Find("day")->Text(row), "2026-10-02");
    EXPECT_EQ(first.Find("row")->Int(row), 1);
  }
  EXPECT_EQ(Ask("SELECT DISTINCT caller").rows(), 2u);
}

TEST_F(ShippingTest, ShipsNothingTwiceAndGoesOn) {
  Append(0, 3);
  ASSERT_TRUE(shipping_->Ship());
  EXPECT_EQ(shipping_->Ship()->segments, 0);
  Append(3, 5);
  EXPECT_EQ(shipping_->state().waiting, 1);
  EXPECT_EQ(Made()->state().place, "");
  auto next = Made();
  next->Follow(Place());
  EXPECT_EQ(next->Ship()->records, 2);
  EXPECT_EQ(next->state().shipped, 2);
  EXPECT_EQ(next->state().waiting, 0);
  EXPECT_EQ(Ask("SELECT DISTINCT request").rows(), 5u);
  EXPECT_EQ(Ask("SELECT id").rows(), 10u);
}

TEST_F(ShippingTest, WhatIsShippedAgainHasTheSameNamesAndBytes) {
  Append(0, 4);
  ASSERT_TRUE(shipping_->Ship());
  const auto before = Files();
  // As if it had died before it could remember, with half a line written.
  const auto names = os::ListFolder(folder_.path() + "/predictions");
  for (const auto& name : *names) {
    const bool list = name.starts_with("shipped-");
    if (!list) continue;
    ASSERT_TRUE(os::WriteFileAtomically(folder_.path() + "/predictions/" + name, "1"));
  }
  auto again = Made();
  again->Follow(Place());
  EXPECT_EQ(again->Ship()->segments, 1);
  EXPECT_EQ(Files(), before);
  EXPECT_EQ(again->state().shipped, 1);
}

TEST_F(ShippingTest, AnotherPlaceGetsAllOfIt) {
  Append(0, 4);
  ASSERT_TRUE(shipping_->Ship());
  shipping_->Follow(folder_.path() + "/other");
  EXPECT_EQ(shipping_->state().waiting, 1);
  EXPECT_EQ(shipping_->Ship()->records, 4);
  shipping_->Follow("");
  EXPECT_EQ(shipping_->Ship().error().reason, Reason::Conflict);
}

TEST_F(ShippingTest, AnOutageIsCountedAndOver) {
  Append(0, 4);
  ASSERT_TRUE(os::WriteFileAtomically(Place(), "no folder"));
  EXPECT_FALSE(shipping_->Ship());
  EXPECT_EQ(shipping_->state().failures, 1);
  EXPECT_NE(shipping_->state().problem, "");
  ASSERT_TRUE(os::Remove(Place()));
  EXPECT_EQ(shipping_->Ship()->records, 4);
  EXPECT_EQ(shipping_->state().problem, "");
}

TEST_F(ShippingTest, DoesNotShipWhatWasAltered) {
  Append(0, 4);
  const std::string path = folder_.path() + "/predictions/000000000001.predictions";
  const std::string bytes = *os::ReadFile(path);
  ASSERT_TRUE(os::WriteFileAtomically(path, bytes.substr(0, bytes.size() / 2)));
  EXPECT_EQ(shipping_->Ship().error().reason, Reason::Corrupt);
  EXPECT_EQ(shipping_->state().shipped, 0);
}

}  // namespace
}  // namespace cairn::serving
