#include "loop/serving/prediction_log.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <limits>
#include <set>
#include <thread>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/crash_disk.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/serving/log/frame.h"
#include "loop/serving/log/record.h"

namespace cairn::serving {
namespace {

Prediction Numbered(int number) {
  Prediction prediction;
  prediction.id = "request-" + std::to_string(number);
  prediction.at = 1'000 + number;
  prediction.model = "late \"arrival\"";
  prediction.version = 3;
  prediction.arm = number % 2 == 0 ? Arm::Production : Arm::Fallback;
  prediction.inputs = {{"origin", {"EWR", "JFK"}}, {"distance", {0.1 + number, nullptr}}, {"hour", {17, 5}}};
  prediction.scores = {0.25, 1.0 / 3};
  prediction.micros = 42;
  prediction.failure = number % 2 == 0 ? "" : "The model failed.";
  return prediction;
}

class PredictionLogTest : public testing::TestWithParam<std::string> {
 protected:
  PredictionLogTest() : store_(GetParam()) {
    const std::array schemas = {&metadata::Schema()};
    EXPECT_TRUE(store_->Migrate(schemas));
    Open();
  }
  void Open(SegmentLimits limits = {}) {
    log_.reset();
    auto opened = PredictionLog::Open(*store_, clock_, disk_, "predictions", Mask("a key of tests"), limits);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  void Append(int from, int to) {
    for (int i = from; i < to; ++i) ASSERT_TRUE(log_->Append(Numbered(i)));
  }
  std::vector<std::string> Ids(const PredictionLog::Position& from = "",
                               PredictionLog::Position* reached = nullptr) {
    std::vector<std::string> ids;
    const auto read = log_->Read(from, [&](const Prediction& prediction) -> Result<> {
      ids.push_back(prediction.id);
      return Done{};
    });
    EXPECT_TRUE(read) << read.error().message;
    if (read && reached) *reached = *read;
    return ids;
  }
  std::vector<metadata::LoggedEvent> Closings() {
    metadata::EventFilter filter;
    filter.kind = "serving.segment_closed";
    return *metadata::Log(*store_).Read(filter);
  }
  std::string Segment(int number) {
    return "predictions/00000000000" + std::to_string(number) + ".predictions";
  }
  void Alter(const std::string& path, std::size_t at) {
    std::string bytes = *disk_.Read(path);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    ASSERT_TRUE(disk_.Cut(path, 0));
    ASSERT_TRUE((*disk_.OpenAppend(path))->Append(bytes));
  }

  sql::testing::TestStore store_;
  os::testing::ManualClock clock_;
  os::testing::CrashDisk disk_;
  std::unique_ptr<PredictionLog> log_;
};

TEST(FrameTest, HasTheChecksumOfTheStandard) {
  EXPECT_EQ(Crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(Crc32("The quick brown fox jumps over the lazy dog"), 0x414FA339u);
  // The definition, a bit at a time, at every length that is taken in another way, and off every boundary.
  std::string bytes;
  for (std::uint32_t i = 0, next = 1; i < 5000; ++i, next = next * 1664525u + 1013904223u)
    bytes += static_cast<char>(next >> 24);
  for (std::size_t size = 0; size < 400 || size == 4999; size = size == 399 ? 4999 : size + 1) {
    const std::string_view some = std::string_view(bytes).substr(size % 7, size);
    std::uint32_t crc = ~0u;
    for (const char byte : some) {
      crc ^= static_cast<unsigned char>(byte);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
    }
    ASSERT_EQ(Crc32(some), ~crc) << size;
  }
}

TEST(RecordTest, IsCanonicalAndComesBackWhole) {
  std::string text;
  WriteRecord(text, Numbered(7), 12);
  EXPECT_EQ(text, Json::Parse(text)->Canonical());
  const auto record = ReadRecord(text);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->sequence, 12);
  std::string again;
  WriteRecord(again, record->prediction, 12);
  EXPECT_EQ(again, text);
  EXPECT_EQ(record->prediction.failure, "The model failed.");
  EXPECT_EQ(record->prediction.inputs.size(), 3u);
}

/// More rows than are written as JSON, in columns of every kind.
Prediction Many(int number) {
  constexpr std::size_t kRows = 100;
  Prediction prediction = Numbered(number);
  Values::Floats floats(kRows, 0.1f);
  Values::Doubles doubles(kRows, 0.1), endless(kRows, 1.5);
  Values::List mixed(kRows, Json(2.5)), fractions(kRows, Json(0.3)), texts(kRows, Json("EWR"));
  floats[7] = std::numeric_limits<float>::quiet_NaN();
  endless[9] = std::numeric_limits<double>::infinity();
  mixed[3] = nullptr;
  prediction.inputs = {{"zone", texts},
                       {"floats", Values(floats)},
                       {"doubles", Values(doubles)},
                       {"endless", Values(endless)},
                       {"wholes", Values(Values::Wholes(kRows, -5))},
                       {"mixed", mixed},
                       {"fractions", fractions}};
  prediction.scores.assign(kRows, 1.0 / 3);
  return prediction;
}

Values InputOf(const Prediction& prediction, std::string_view name) {
  for (const auto& [column, values] : prediction.inputs)
    if (column == name) return values;
  return {};
}

TEST(RecordTest, KeepsCallerAndTrace) {
  Prediction asked = Numbered(7);
  asked.caller = "billing \"desk\"";
  asked.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  std::string text;
  WriteRecord(text, asked, 12);
  EXPECT_EQ(text, Json::Parse(text)->Canonical());
  EXPECT_EQ(Json::Parse(text)->Int("format"), kFormat);
  EXPECT_EQ(ReadRecord(text)->prediction.caller, asked.caller);
  EXPECT_EQ(ReadRecord(text)->prediction.trace_id, asked.trace_id);
}

/// As they were written before there were forms.
constexpr const char* kFirstForm =
    R"({"arm":"production","at":1006,"failure":"","id":"request-6","inputs":{"hour":[17,5]},"micros":42,"model":"late","scores":[0.25,0.5],"sequence":1,"version":3})";

TEST(RecordTest, ReadsTheFirstForm) {
  const auto record = ReadRecord(kFirstForm);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->prediction.id, "request-6");
  EXPECT_EQ(record->prediction.caller, "");
  EXPECT_EQ(record->prediction.trace_id, "");
}

TEST(RecordTest, RefusesAFormOfANewerProgram) {
  std::string newer = kFirstForm;
  newer.insert(newer.find("\"id\""), "\"format\":3,");
  EXPECT_EQ(ReadRecord(newer).error().reason, Reason::Unsupported);
}

TEST(RecordTest, KeepsManyNumbersAsBytesAndGivesThemBack) {
  const Prediction many = Many(8);
  std::string payload;
  WriteRecord(payload, many, 3);
  const auto record = ReadRecord(payload);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->sequence, 3);
  EXPECT_EQ(record->prediction.id, many.id);
  EXPECT_EQ(record->prediction.scores, many.scores);
  for (const char* name : {"zone", "floats", "doubles", "wholes", "mixed", "fractions"})
    EXPECT_EQ(InputOf(record->prediction, name), InputOf(many, name)) << name;
  EXPECT_EQ(InputOf(record->prediction, "endless")[9], Json("Infinity"));
  std::string again;
  WriteRecord(again, record->prediction, 3);
  EXPECT_EQ(again.size(), payload.size());
}

TEST(RecordTest, TakesScoresOfSinglePrecisionForWhatTheyAre) {
  Prediction narrow = Many(8), wide = Many(8);
  for (double& score : narrow.scores) score = 0.1f;
  std::string short_one, long_one;
  WriteRecord(short_one, narrow, 1);
  WriteRecord(long_one, wide, 1);
  EXPECT_EQ(short_one.size() + 400, long_one.size());
  EXPECT_EQ(ReadRecord(short_one)->prediction.scores, narrow.scores);
}

TEST(RecordTest, RefusesNumbersThatAreNotAsManyAsItSays) {
  std::string payload;
  WriteRecord(payload, Many(8), 3);
  EXPECT_FALSE(ReadRecord(payload.substr(0, payload.size() - 1)));
  EXPECT_FALSE(ReadRecord(payload + "x"));
  EXPECT_FALSE(ReadRecord(payload.substr(0, 3)));
  payload[4] = '\x7f';
  EXPECT_FALSE(ReadRecord(payload));
}

TEST_P(PredictionLogTest, ClosesAndVerifiesSegmentsOfBothForms) {
  Append(0, 2);
  ASSERT_TRUE(log_->Append(Many(2)));
  Append(3, 4);
  ASSERT_TRUE(log_->CloseSegments());
  EXPECT_EQ(Ids().size(), 4u);
  const auto verified = log_->Verify();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->Int("records"), 4);
}

TEST_P(PredictionLogTest, ReadsWhatWasAppendedAndGoesOnBehindIt) {
  Append(0, 3);
  PredictionLog::Position position;
  EXPECT_EQ(Ids("", &position), (std::vector<std::string>{"request-0", "request-1", "request-2"}));
  EXPECT_TRUE(Ids(position).empty());
  Append(3, 5);
  EXPECT_EQ(Ids(position, &position), (std::vector<std::string>{"request-3", "request-4"}));
  ASSERT_TRUE(log_->CloseSegments());
  EXPECT_TRUE(Ids(position, &position).empty());
  Append(5, 6);
  EXPECT_EQ(Ids(position), std::vector<std::string>{"request-5"});
  EXPECT_EQ(Ids().size(), 6u);
  EXPECT_EQ(log_->Read("nonsense", [](const Prediction&) { return Result<>(); }).error().reason,
            Reason::InvalidArgument);
}

TEST_P(PredictionLogTest, PutsWhatAKilledProcessLeftOnDiskBeforeItIsAnnounced) {
  log_.reset();
  std::string frame(kFrameHead, '\0');
  WriteRecord(frame, Numbered(0), 1);
  SealFrame(frame);
  ASSERT_TRUE((*disk_.OpenAppend(Segment(1)))->Append(frame));
  Open();
  ASSERT_EQ(Closings().size(), 1u);
  EXPECT_EQ(disk_.Durable(Segment(1)), frame.size());
  log_.reset();
  disk_.Crash();
  Open();
  const auto verified = log_->Verify();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->Int("records"), 1);
}

TEST_P(PredictionLogTest, PutsTheDigestOfAClosedSegmentIntoTheEventLog) {
  Append(0, 4);
  EXPECT_TRUE(Closings().empty());
  ASSERT_TRUE(log_->CloseSegments());
  const auto events = Closings();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.body.Int("records"), 4);
  EXPECT_EQ(events[0].event.body.Text("digest"), crypto::Sha256Hex(*disk_.Read(Segment(1))));
  const auto verdict = log_->Verify();
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ(verdict->Int("records"), 4);
}

TEST_P(PredictionLogTest, BeginsANewSegmentWhenOneIsFull) {
  Open({.bytes = 1000, .age = 1'000'000});
  Append(0, 20);
  Open();
  EXPECT_GT(Closings().size(), 3u);
  EXPECT_EQ(Ids().size(), 20u);
  EXPECT_EQ(log_->Verify()->Int("records"), 20);
}

TEST_P(PredictionLogTest, ClosesASegmentThatIsOldWithoutBeingAsked) {
  Append(0, 2);
  clock_.Advance(11 * 60'000);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (Closings().empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(Closings().size(), 1u);
}

TEST_P(PredictionLogTest, SyncsByItselfSoon) {
  Append(0, 2);
  const auto size = disk_.Read(Segment(1))->size();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (disk_.Durable(Segment(1)) < size && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(disk_.Durable(Segment(1)), size);
}

TEST_P(PredictionLogTest, KeepsEverySyncedPredictionWhenPowerIsLost) {
  int synced = 0;
  for (int round = 0; round < 20; ++round) {
    const int first = round * 10;
    Append(first, first + 5);
    ASSERT_TRUE(log_->Sync());
    Append(first + 5, first + 10);
    disk_.Crash();
    Open();
    const auto ids = Ids();
    const std::set<std::string> there(ids.begin(), ids.end());
    EXPECT_EQ(there.size(), ids.size());
    for (int i = first; i < first + 5; ++i) {
      synced += there.contains("request-" + std::to_string(i)) ? 1 : 0;
    }
    // What is left of the rest is its beginning: a gap would show that a record vanished from the middle.
    for (int i = first + 6; i < first + 10; ++i) {
      if (there.contains("request-" + std::to_string(i))) {
        EXPECT_TRUE(there.contains("request-" + std::to_string(i - 1)));
      }
    }
    const auto verdict = log_->Verify();
    ASSERT_TRUE(verdict) << verdict.error().message;
  }
  EXPECT_EQ(synced, 100);
}

TEST_P(PredictionLogTest, NamesTheRecordThatWasAltered) {
  Append(0, 4);
  ASSERT_TRUE(log_->CloseSegments());
  const auto bytes = *disk_.Read(Segment(1));
  std::size_t record = 0, end = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 37) {
    for (; end <= at; ++record) end += kFrameHead + PayloadAt(bytes, end)->size();
    Alter(Segment(1), at);
    const auto verdict = log_->Verify();
    ASSERT_FALSE(verdict) << at;
    EXPECT_EQ(verdict.error().reason, Reason::Corrupt);
    EXPECT_NE(verdict.error().message.find("'000000000001.predictions': record " + std::to_string(record)),
              std::string::npos)
        << at << ": " << verdict.error().message;
    Alter(Segment(1), at);
  }
  EXPECT_TRUE(log_->Verify());
}

TEST_P(PredictionLogTest, NoticesThatRecordsWereCutOffAClosedSegment) {
  Append(0, 4);
  ASSERT_TRUE(log_->CloseSegments());
  ASSERT_TRUE(disk_.Cut(Segment(1), disk_.Read(Segment(1))->size() / 2));
  EXPECT_EQ(log_->Verify().error().reason, Reason::Corrupt);
}

TEST_P(PredictionLogTest, RefusesWhenTheDiskIsFullAndGoesOnAfterwards) {
  Append(0, 2);
  disk_.SetCapacity(disk_.Read(Segment(1))->size() + 100);
  const auto refused = log_->Append(Numbered(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Exhausted);
  disk_.SetCapacity(1 << 20);
  Append(3, 4);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"request-0", "request-1", "request-3"}));
  EXPECT_EQ(log_->counts().requests, 3);
  EXPECT_EQ(log_->counts().fallbacks, 2);
}

TEST_P(PredictionLogTest, TakesPredictionsFromManyThreadsWithoutLosingOne) {
  Open({.bytes = 5000, .age = 1'000'000});
  std::vector<std::thread> threads;
  std::atomic<int> appended = 0;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i)
        if (log_->Append(Numbered(thread * 100 + i))) ++appended;
    });
  PredictionLog::Position position;
  std::vector<std::string> seen;
  const auto look = [&] {
    const auto more = Ids(position, &position);
    seen.insert(seen.end(), more.begin(), more.end());
  };
  while (appended < 400) look();
  for (auto& thread : threads) thread.join();
  look();
  EXPECT_EQ(seen.size(), 400u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 400u);
  Open();
  EXPECT_EQ(log_->Verify()->Int("records"), 400);
}

// Forks before it starts a thread: what another thread held at that moment, the child could wait for without
// end.
TEST(PredictionLogInAProcessThatDies, KeepsEveryAcknowledgedPrediction) {
  os::testing::ManualClock clock;
  os::SystemDisk disk;
  const auto folder = *os::TempFolder::Create();
  const auto open = [&](const std::string& name) {
    auto store = *sql::Database::Open("sqlite:///" + (folder / name));
    const std::array schemas = {&metadata::Schema()};
    EXPECT_TRUE(store->Migrate(schemas));
    auto log = PredictionLog::Open(*store, clock, disk, folder / "predictions", Mask("a key of tests"));
    return std::pair(std::move(store), std::move(log));
  };
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Writes without any sync until it is killed.
    auto [store, log] = open("child.db");
    for (int i = 0; log && i < 500; ++i)
      if (!(*log)->Append(Numbered(i))) break;
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto [store, log] = open("parent.db");
  ASSERT_TRUE(log) << log.error().message;
  int seen = 0;
  const auto read = (*log)->Read("", [&](const Prediction& prediction) -> Result<> {
    EXPECT_EQ(prediction.id, "request-" + std::to_string(seen++));
    return Done{};
  });
  EXPECT_TRUE(read);
  EXPECT_EQ(seen, 500);
  EXPECT_TRUE((*log)->Verify());
}

/// Three requests, of 1, 2 and 20 rows, that a program logged before records had a form.
TEST_P(PredictionLogTest, ReadsSegmentsOfBeforeCallersWereKept) {
  const auto bytes = os::ReadFile("src/loop/serving/testdata/first_form.predictions");
  ASSERT_TRUE(bytes) << bytes.error().message;
  log_.reset();
  {
    const auto file = disk_.OpenAppend(Segment(1));
    ASSERT_TRUE((*file)->Append(*bytes));
  }
  Open();
  Append(0, 1);
  EXPECT_EQ(Ids(), (std::vector<std::string>{"old-0", "old-1", "old-2", "request-0"}));
  EXPECT_TRUE(log_->Read("", [](const Prediction& one) -> Result<> {
    EXPECT_EQ(one.caller + one.trace_id, "");
    return Done{};
  }));
  EXPECT_EQ(log_->Verify()->Int("records"), 4);
}

TEST_P(PredictionLogTest, WhatIsOldGoesOnRecordAndReadersPassOverIt) {
  for (int i = 0; i < 3; ++i) {
    Append(10 * i, 10 * i + 10);
    ASSERT_TRUE(log_->CloseSegments());
    clock_.Set(clock_.Now() + 1000);
  }
  Append(30, 35);
  const TimeMs now = clock_.Now();
  EXPECT_EQ(*log_->Remove(now - 2500, [](std::int64_t) { return false; }), 0);
  EXPECT_EQ(*log_->Remove(now - 2500, [](std::int64_t) { return true; }), 1);
  EXPECT_EQ(*log_->Remove(now + 1, [](std::int64_t number) { return number < 3; }), 1);
  EXPECT_EQ(Ids().size(), 15u);
  EXPECT_FALSE(disk_.Read(Segment(1)));
  const auto verdict = log_->Verify();
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ(verdict->Int("segments"), 2);
  EXPECT_EQ(verdict->Int("removed"), 2);
  metadata::EventFilter filter;
  filter.kind = "serving.segment_removed";
  const auto events = *metadata::Log(*store_).Read(filter);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events.front().event.body.Int("records"), 10);
  // An open segment stays, whatever the policy.
  EXPECT_EQ(*log_->Remove(now + 1, [](std::int64_t) { return true; }), 1);
  EXPECT_EQ(Ids().size(), 5u);
  Open();
  EXPECT_EQ(Ids().size(), 5u);
  Append(35, 36);
  EXPECT_TRUE(disk_.Read(Segment(5)));
  EXPECT_TRUE(log_->Verify());
}

TEST_P(PredictionLogTest, ARemovalThatWasCutShortIsFinishedByTheNextStart) {
  Append(0, 10);
  ASSERT_TRUE(log_->CloseSegments());
  const std::string bytes = *disk_.Read(Segment(1));
  clock_.Set(clock_.Now() + 1000);
  ASSERT_EQ(*log_->Remove(clock_.Now(), [](std::int64_t) { return true; }), 1);
  log_.reset();
  {
    const auto file = disk_.OpenAppend(Segment(1));
    ASSERT_TRUE((*file)->Append(bytes));
  }
  Open();
  EXPECT_FALSE(disk_.Read(Segment(1)));
  EXPECT_EQ(Ids().size(), 0u);
  EXPECT_TRUE(log_->Verify());
  Append(0, 1);
  EXPECT_TRUE(disk_.Read(Segment(2)));
}

INSTANTIATE_TEST_SUITE_P(Engines, PredictionLogTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::serving
