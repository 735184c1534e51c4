#include "loop/serving/shipping.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ground/blob/bucket.h"
#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"
#include "loop/serving/log/parcel.h"
#include "loop/serving/log/segment_folder.h"

namespace cairn::serving {
namespace {

constexpr std::uint64_t kMemory = 512ull << 20;

std::string ListOf(const std::string& place) { return "shipped-" + crypto::Sha256Hex(place).substr(0, 16); }

/// A line is one segment; what a crash left of the last one is passed over.
std::set<std::int64_t> NumbersIn(std::string_view text) {
  std::set<std::int64_t> numbers;
  const auto end = text.rfind('\n');
  if (end == std::string_view::npos) return numbers;
  const std::string_view whole = text.substr(0, end);
  for (const std::string_view line : Split(whole, '\n')) {
    if (const auto number = ParseInt(line)) numbers.insert(*number);
  }
  return numbers;
}

Error NotThere(const std::string& key) {
  return {Reason::Corrupt, "'" + key + "' is not what was stored there; it is shipped again."};
}

Result<> ToBucket(const std::string& place, const std::vector<Parcel>& files, const std::stop_token& stop) {
  blob::Tuning tuning;
  tuning.stop = stop;
  const blob::Bucket bucket(CAIRN_TRY(blob::PlaceFromEnvironment(place)), tuning);
  for (const Parcel& file : files) {
    CAIRN_TRY(bucket.Put(file.key, file.path));
    const auto found = CAIRN_TRY(bucket.Find(file.key));
    if (found.bytes != CAIRN_TRY(os::Stat(file.path)).stamp.size) return NotThere(file.key);
  }
  return Done{};
}

Result<> ToFolder(const std::string& place, const std::vector<Parcel>& files) {
  for (const Parcel& file : files) {
    const std::string to = os::JoinPath(place, file.key);
    CAIRN_TRY(os::MakeFolders(to.substr(0, to.rfind('/'))));
    const std::string bytes = CAIRN_TRY(os::ReadFile(file.path));
    CAIRN_TRY(os::WriteFileAtomically(to, bytes));
    if (CAIRN_TRY(os::ReadFile(to)) != bytes) return NotThere(to);
  }
  return Done{};
}

/// Whether the event log knows a closed segment of that name with that digest.
Result<bool> IsOnRecord(sql::Database& database, const std::string& name, const std::string& digest) {
  metadata::EventFilter filter;
  filter.kind = "serving.segment_closed";
  filter.subject = "segment:" + name;
  const auto events = CAIRN_TRY(metadata::Log(database).Read(filter));
  return std::any_of(events.begin(), events.end(), [&](const metadata::LoggedEvent& logged) {
    return logged.event.body.Text("digest") == digest;
  });
}

}  // namespace

Shipping::Shipping(sql::Database& database, const os::Clock& clock, os::Disk& disk, std::string segments,
                   std::string scratch)
    : database_(database),
      clock_(clock),
      disk_(disk),
      segments_(std::move(segments)),
      scratch_(std::move(scratch)) {}

void Shipping::Follow(const std::string& place) {
  const std::lock_guard lock(mutex_);
  if (place == place_) return;
  place_ = place;
  problem_.clear();
}

std::set<std::int64_t> Shipping::Listed(const std::string& list) const {
  const auto text = disk_.Read(os::JoinPath(segments_, list));
  return text ? NumbersIn(*text) : std::set<std::int64_t>();
}

/// What was removed by policy before there was a place can be shipped no more.
std::vector<std::int64_t> Shipping::Waiting(const std::string& place) const {
  const auto shipped = Listed(ListOf(place)), removed = Listed("removed");
  std::vector<std::int64_t> waiting;
  for (const std::int64_t number : Listed("closed"))
    if (!shipped.contains(number) && !removed.contains(number)) waiting.push_back(number);
  return waiting;
}

Shipping::State Shipping::state() const {
  State state;
  {
    const std::lock_guard lock(mutex_);
    state = {place_, 0, 0, failures_, problem_, last_ms_};
  }
  if (state.place.empty()) return state;
  state.shipped = static_cast<std::int64_t>(Listed(ListOf(state.place)).size());
  state.waiting = static_cast<std::int64_t>(Waiting(state.place).size());
  return state;
}

std::optional<std::set<std::int64_t>> Shipping::Safe() const {
  const std::string place = [this] {
    const std::lock_guard lock(mutex_);
    return place_;
  }();
  if (place.empty()) return std::nullopt;
  return Listed(ListOf(place));
}

Result<Shipping::Shipped> Shipping::Ship(std::stop_token stop) {
  const std::lock_guard one_at_a_time(shipping_);
  const std::string place = [this] {
    const std::lock_guard lock(mutex_);
    return place_;
  }();
  if (place.empty())
    return Error{Reason::Conflict,
                 "The prediction log is shipped nowhere: name a place in cairn.yaml, serving: {log: {ship: "
                 "s3://bucket/prefix}}, and apply it."};
  auto shipped = ShipAll(place, stop);
  const std::lock_guard lock(mutex_);
  problem_ = shipped ? "" : shipped.error().message;
  if (!shipped) ++failures_;
  return shipped;
}

Result<Shipping::Shipped> Shipping::ShipAll(const std::string& place, const std::stop_token& stop) {
  const std::string list = os::JoinPath(segments_, ListOf(place));
  Shipped sum;
  std::unique_ptr<os::AppendFile> file;
  if (const auto text = disk_.Read(list); text && !text->empty() && !text->ends_with('\n'))
    CAIRN_TRY(disk_.Cut(list, text->rfind('\n') == std::string::npos ? 0 : text->rfind('\n') + 1));
  for (const std::int64_t number : Waiting(place)) {
    if (stop.stop_requested()) return Error{Reason::Unavailable, "Shipping was ended before it was through."};
    CAIRN_TRY(ShipOne(number, place, stop, sum));
    if (!file) file = CAIRN_TRY(disk_.OpenAppend(list));
    CAIRN_TRY(file->Append(std::to_string(number) + "\n"));
    CAIRN_TRY(file->Sync());
    const std::lock_guard lock(mutex_);
    last_ms_ = clock_.Now();
  }
  return sum;
}

Result<> Shipping::ShipOne(std::int64_t number, const std::string& place, const std::stop_token& stop,
                           Shipped& sum) {
  const std::string name = SegmentName(number);
  const std::string bytes = CAIRN_TRY(disk_.Read(os::JoinPath(segments_, name)));
  if (!CAIRN_TRY(IsOnRecord(database_, name, crypto::Sha256Hex(bytes))))
    return Error{Reason::Corrupt, "Prediction segment '" + name +
                                      "' is not what the event log says of it, and is not shipped; restore "
                                      "the file from a copy."};
  CAIRN_TRY(os::MakeFolders(scratch_));
  const auto folder = CAIRN_TRY(os::TempFolder::Create(scratch_));
  tables::Engine::Options options;
  options.memory_bytes = kMemory;
  options.spill = folder.path();
  const auto engine = CAIRN_TRY(tables::Engine::Open(options));
  const auto parcels = CAIRN_TRY(Pack(number, bytes, *engine, folder.path()));
  if (blob::IsBucketUrl(place)) {
    CAIRN_TRY(ToBucket(place, parcels.files, stop));
  } else {
    CAIRN_TRY(ToFolder(place, parcels.files));
  }
  ++sum.segments;
  sum.records += parcels.records;
  sum.files += static_cast<std::int64_t>(parcels.files.size());
  return Done{};
}

}  // namespace cairn::serving
