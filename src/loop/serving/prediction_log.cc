#include "loop/serving/prediction_log.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

#include "ledger/metadata/log.h"
#include "loop/serving/log/frame.h"
#include "loop/serving/log/record.h"
#include "loop/serving/log/segment_folder.h"

namespace cairn::serving {
namespace {

/// From the first unsynced prediction to the sync; half of what is promised, the rest is for the sync itself.
constexpr std::chrono::milliseconds kGather{50};
constexpr std::chrono::seconds kLookAtAge{1};

/// What one thread appends to. The mutex is contended only while a segment is taken away from it.
struct Writer {
  std::mutex mutex;
  std::shared_ptr<Segment> segment;
  std::string frame;
};

class SegmentedLog final : public PredictionLog {
 public:
  SegmentedLog(const os::Clock& clock, std::unique_ptr<SegmentFolder> folder, Mask mask, SegmentLimits limits)
      : clock_(clock),
        folder_(std::move(folder)),
        mask_(std::move(mask)),
        limits_(limits),
        number_(NextNumber()) {
    keeper_ = std::jthread([this](std::stop_token stop) { Keep(stop); });
  }
  ~SegmentedLog() override {
    keeper_.request_stop();
    keeper_.join();
    // Nobody is left to tell: what could not be closed is closed at the next start.
    static_cast<void>(CloseSegments());
  }

  Result<> Append(const Prediction& prediction) override;
  Result<> Sync() override;
  Result<> CloseSegments() override;
  Result<Position> Read(const Position& from,
                        const std::function<Result<>(const Prediction&)>& take) const override {
    return folder_->Read(from, take);
  }
  Position End() const override { return folder_->End(); }
  Result<Json> Verify() const override { return folder_->Verify(); }
  Result<std::int64_t> Remove(TimeMs closed_before,
                              const std::function<bool(std::int64_t)>& may_go) override {
    return folder_->Remove(closed_before, may_go);
  }
  Counts counts() const override { return {requests_, rows_, fallbacks_}; }
  Result<> Note(TimeMs at, const metadata::Event& event) override {
    CAIRN_TRY(folder_->database().Transact(
        [&](sql::Connection& connection) { return metadata::Append(connection, at, event); }));
    return Done{};
  }
  Result<Json> LastNoted(const std::string& kind, const std::string& subject) const override;
  const Mask& mask() const override { return mask_; }

 private:
  static std::uint64_t NextNumber() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }

  Writer& WriterOfThread();
  Result<> AppendTo(Writer& writer, const Prediction& prediction);
  void Retire(Writer& writer);
  std::vector<std::shared_ptr<Writer>> Writers() const;
  void Keep(const std::stop_token& stop);
  void RetireOld();
  Result<> CloseRetired();
  void MarkDirty();

  const os::Clock& clock_;
  const std::unique_ptr<SegmentFolder> folder_;
  const Mask mask_;
  const SegmentLimits limits_;
  const std::uint64_t number_;  ///< Tells this log from others in a thread's memory; never used twice.

  mutable std::mutex writers_mutex_;
  std::map<std::thread::id, std::shared_ptr<Writer>> writers_;
  std::mutex retired_mutex_;
  std::vector<std::shared_ptr<Segment>> retired_;  ///< Full or old, still to be closed.
  /// Those that a device failed to take: readable, but not announced; the next start cuts them at their last
  /// whole record.
  std::vector<std::shared_ptr<Segment>> damaged_;
  std::mutex closing_mutex_;  ///< One thread closes at a time.

  std::atomic<std::int64_t> requests_ = 0, rows_ = 0, fallbacks_ = 0;

  std::mutex wake_mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> dirty_ = false;
  std::atomic<int> open_ = 0;
  std::jthread keeper_;
};

Result<Json> SegmentedLog::LastNoted(const std::string& kind, const std::string& subject) const {
  metadata::EventFilter filter;
  filter.kind = kind;
  filter.subject = subject;
  filter.order = metadata::EventFilter::Order::NewestFirst;
  filter.limit = 1;
  const auto events = CAIRN_TRY(metadata::Log(folder_->database()).Read(filter));
  return events.empty() ? Json() : events.front().event.body;
}

Writer& SegmentedLog::WriterOfThread() {
  thread_local std::uint64_t known = 0;
  thread_local std::shared_ptr<Writer> writer;
  if (known == number_) return *writer;
  const std::lock_guard lock(writers_mutex_);
  auto& mine = writers_[std::this_thread::get_id()];
  if (!mine) mine = std::make_shared<Writer>();
  known = number_;
  writer = mine;
  return *writer;
}

Result<> SegmentedLog::Append(const Prediction& prediction) {
  Writer& writer = WriterOfThread();
  const std::lock_guard lock(writer.mutex);
  auto written = AppendTo(writer, prediction);
  if (!written && written.error().reason != Reason::Exhausted && writer.segment) {
    // The file is of no more use (a sync of it failed); a new one may be.
    Retire(writer);
    written = AppendTo(writer, prediction);
  }
  if (!written) return written;
  MarkDirty();
  if (prediction.arm == Arm::Shadow) return written;
  ++requests_;
  rows_ += static_cast<std::int64_t>(prediction.scores.size());
  if (prediction.arm == Arm::Fallback) ++fallbacks_;
  return written;
}

/// One version answers most requests; its name is made once.
void Answered(Segment& segment, const Prediction& prediction) {
  if (prediction.arm == Arm::Shadow) return;
  if (prediction.version == segment.last_version && prediction.model == segment.last_model) return;
  segment.last_version = prediction.version;
  segment.last_model = prediction.model;
  if (std::string version = VersionOf(prediction); !version.empty())
    segment.versions.insert(std::move(version));
}

Result<> SegmentedLog::AppendTo(Writer& writer, const Prediction& prediction) {
  if (writer.segment && writer.segment->file->size() >= limits_.bytes) Retire(writer);
  if (!writer.segment) {
    writer.segment = CAIRN_TRY(folder_->New());
    ++open_;
  }
  writer.frame.assign(kFrameHead, '\0');
  WriteRecord(writer.frame, prediction, writer.segment->records + 1);
  SealFrame(writer.frame);
  CAIRN_TRY(writer.segment->file->Append(writer.frame));
  ++writer.segment->records;
  Answered(*writer.segment, prediction);
  return Done{};
}

/// With the writer's mutex held.
void SegmentedLog::Retire(Writer& writer) {
  const std::lock_guard lock(retired_mutex_);
  retired_.push_back(std::move(writer.segment));
  writer.segment.reset();
}

std::vector<std::shared_ptr<Writer>> SegmentedLog::Writers() const {
  const std::lock_guard lock(writers_mutex_);
  std::vector<std::shared_ptr<Writer>> writers;
  for (const auto& [thread, writer] : writers_) writers.push_back(writer);
  return writers;
}

Result<> SegmentedLog::Sync() {
  std::vector<std::shared_ptr<Segment>> segments;
  for (const auto& writer : Writers()) {
    const std::lock_guard lock(writer->mutex);
    if (writer->segment) segments.push_back(writer->segment);
  }
  {
    const std::lock_guard lock(retired_mutex_);
    segments.insert(segments.end(), retired_.begin(), retired_.end());
  }
  Result<> outcome;
  for (const auto& segment : segments) {
    const std::uint64_t size = segment->file->size();
    if (segment->synced == size) continue;
    auto synced = segment->file->Sync();
    if (synced) segment->synced = size;
    if (!synced && outcome) outcome = std::move(synced);
  }
  return outcome;
}

Result<> SegmentedLog::CloseSegments() {
  for (const auto& writer : Writers()) {
    const std::lock_guard lock(writer->mutex);
    if (writer->segment) Retire(*writer);
  }
  return CloseRetired();
}

Result<> SegmentedLog::CloseRetired() {
  const std::lock_guard one_at_a_time(closing_mutex_);
  std::vector<std::shared_ptr<Segment>> segments;
  {
    const std::lock_guard lock(retired_mutex_);
    segments = retired_;
  }
  Result<> outcome;
  for (const auto& segment : segments) {
    const auto closed = folder_->Close(*segment);
    if (!closed && outcome) outcome = closed.error();
    if (!closed && closed.error().reason != Reason::Corrupt) continue;
    const std::lock_guard lock(retired_mutex_);
    std::erase(retired_, segment);
    if (!closed) damaged_.push_back(segment);
    --open_;
  }
  return outcome;
}

void SegmentedLog::RetireOld() {
  const TimeMs now = clock_.Now();
  for (const auto& writer : Writers()) {
    const std::lock_guard lock(writer->mutex);
    if (writer->segment && now - writer->segment->started >= limits_.age) Retire(*writer);
  }
}

void SegmentedLog::MarkDirty() {
  if (dirty_.exchange(true)) return;
  const std::lock_guard lock(wake_mutex_);
  wake_.notify_one();
}

void SegmentedLog::Keep(const std::stop_token& stop) {
  const auto dirty = [this] { return dirty_.load(); };
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(wake_mutex_);
      if (open_ > 0) {
        wake_.wait_for(lock, stop, kLookAtAge, dirty);
      } else {
        wake_.wait(lock, stop, dirty);
      }
      if (dirty_) wake_.wait_for(lock, stop, kGather, [] { return false; });
    }
    // What is appended from here on marks itself again.
    if (dirty_.exchange(false)) static_cast<void>(Sync());
    RetireOld();
    static_cast<void>(CloseRetired());
  }
}

}  // namespace

Result<std::unique_ptr<PredictionLog>> PredictionLog::Open(sql::Database& database, const os::Clock& clock,
                                                           os::Disk& disk, std::string folder, Mask mask,
                                                           SegmentLimits limits) {
  auto segments = CAIRN_TRY(SegmentFolder::Open(database, clock, disk, std::move(folder)));
  return std::unique_ptr<PredictionLog>(
      std::make_unique<SegmentedLog>(clock, std::move(segments), std::move(mask), limits));
}

}  // namespace cairn::serving
