#include "loop/repository/stat_index.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "ground/os/descriptor.h"
#include "ground/os/identity.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kMagic = "cairn stat index 2\n";
constexpr std::size_t kRecord = 64;
/// A record lies at most so many places behind its own.
constexpr std::uint64_t kReach = 64;
constexpr std::uint64_t kLeast = 1024;
/// From so many records on, those that nobody asked for in a long time are dropped before the table grows.
constexpr std::uint64_t kMany = 16'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSettledNs = 20'000'000, kSettledByTheSecondNs = 2'100'000'000,
                       kSecondNs = 1'000'000'000;

__extension__ typedef unsigned __int128 Wide;

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  // A factor of zero must not swallow the other.
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^
         (a + (b << 32 | b >> 32));
}

// Odd numbers without structure: the fractional parts of the square roots of 2, 3, 5 and 7.
constexpr std::uint64_t kA = 0x6A09E667F3BCC909, kB = 0xBB67AE8584CAA73B, kC = 0x3C6EF372FE94F82B,
                        kD = 0xA54FF53A5F1D36F1;

std::uint64_t WordAt(std::string_view bytes, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(8, bytes.size() - at));
  return word;
}

std::int64_t NowSeconds() { return NowNs() / kSecondNs; }

}  // namespace

std::uint64_t StatIndex::Record::Sum() const {
  const std::string_view bytes(reinterpret_cast<const char*>(this), kRecord - sizeof check);
  std::uint64_t sum = kC;
  for (std::size_t at = 0; at < bytes.size(); at += 8) sum = Mix(sum ^ WordAt(bytes, at), kD);
  return sum | 1;
}

namespace {
struct Header {
  char magic[kMagic.size()] = {};
  std::uint64_t capacity = 0;
  char rest[kRecord - 24 - 8] = {};
};
}  // namespace

Fingerprint Fingerprint::Of(std::string_view bytes) {
  Fingerprint print{kA ^ bytes.size(), kB + bytes.size()};
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::uint64_t first = WordAt(bytes, at), second = at + 8 < bytes.size() ? WordAt(bytes, at + 8) : 0;
    print.high = Mix(print.high ^ first, kC ^ second);
    print.low = Mix(print.low ^ second, kD ^ first) + print.high;
  }
  return {Mix(print.high, kB), Mix(print.low, kA)};
}

Fingerprint Fingerprint::OfPath(std::string_view path) {
  const auto slash = path.rfind('/');
  const bool deep = slash != std::string_view::npos;
  return Of(deep ? path.substr(0, slash) : std::string_view()).Then(Of(deep ? path.substr(slash + 1) : path));
}

Fingerprint Fingerprint::Of(const os::FileStamp& stamp) {
  const Fingerprint first{Mix(stamp.inode ^ kA, stamp.size ^ kB), Mix(stamp.inode ^ kC, stamp.size ^ kD)};
  const auto mtime = static_cast<std::uint64_t>(stamp.mtime_ns),
             ctime = static_cast<std::uint64_t>(stamp.ctime_ns);
  return first.Then({Mix(mtime ^ kC, ctime ^ kA), Mix(mtime ^ kB, ctime ^ kD)});
}

Fingerprint Fingerprint::Then(const Fingerprint& next) const {
  return {Mix(high ^ kA, next.high ^ kC) + low, Mix(low ^ kB, next.low ^ kD) + next.high};
}

void Fingerprint::Add(const Fingerprint& member) {
  high += member.high;
  low += member.low;
}

StatIndex StatIndex::Open(std::string file) {
  static_assert(sizeof(Record) == kRecord && sizeof(Header) == kRecord);
  StatIndex index(std::move(file));
  index.Map();
  return index;
}

StatIndex::StatIndex(StatIndex&& other) noexcept
    : file_(std::move(other.file_)),
      mapped_(std::move(other.mapped_)),
      capacity_(other.capacity_),
      changes_(std::move(other.changes_)),
      refreshed_(std::move(other.refreshed_)) {}

void StatIndex::Map() {
  mapped_.reset();
  capacity_ = 0;
  if (file_.empty()) return;
  auto mapped = os::MappedFile::Open(file_);
  if (!mapped || mapped->bytes().size() < kRecord) return;
  Header header;
  std::memcpy(&header, mapped->bytes().data(), sizeof header);
  const bool known = std::string_view(header.magic, kMagic.size()) == kMagic;
  if (!known || header.capacity < kLeast || mapped->bytes().size() / kRecord - 1 != header.capacity) return;
  mapped_.emplace(*std::move(mapped));
  capacity_ = header.capacity;
}

const StatIndex::Record* StatIndex::Records() const {
  return reinterpret_cast<const Record*>(mapped_->bytes().data() + kRecord);
}

namespace {

Fingerprint KeyOf(Fact fact, const Fingerprint& path) {
  return path.Then({static_cast<std::uint64_t>(fact) + 1, kA});
}

std::uint64_t HomeOf(const Fingerprint& key, std::uint64_t capacity) {
  return static_cast<std::uint64_t>(static_cast<Wide>(key.high) * capacity >> 64);
}

}  // namespace

std::optional<StatIndex::Value> StatIndex::Find(Fact fact, const Fingerprint& path,
                                                const Fingerprint& state) const {
  const Fingerprint key = KeyOf(fact, path);
  const std::shared_lock lock(mutex_);
  if (!changes_.empty()) {
    const auto found = changes_.find(key);
    if (found != changes_.end())
      return found->second.state == state ? std::optional(found->second.value) : std::nullopt;
  }
  if (capacity_ == 0) return std::nullopt;
  const std::uint64_t home = HomeOf(key, capacity_);
  for (std::uint64_t i = 0; i < kReach; ++i) {
    // A copy, since another process may write it meanwhile.
    const Record record = Records()[(home + i) % capacity_];
    if (record.check == 0) break;
    if (!(record.key == key) || !record.IsWhole()) continue;
    if (!(record.state == state)) break;
    if (NowSeconds() - record.asked_s > 7 * kDay) {
      const std::lock_guard refreshing(refreshing_);
      refreshed_.push_back(record);
    }
    return record.value;
  }
  return std::nullopt;
}

void StatIndex::Remember(Fact fact, const Fingerprint& path, const Fingerprint& state, const Value& value) {
  Record record;
  record.key = KeyOf(fact, path);
  record.state = state;
  record.value = value;
  record.asked_s = NowSeconds();
  record.check = record.Sum();
  const std::lock_guard lock(mutex_);
  changes_[record.key] = record;
}

/// Its own place, a free one within reach, or else its home, whose tenant is forgotten.
std::uint64_t StatIndex::SlotFor(const Fingerprint& key) const {
  const std::uint64_t home = HomeOf(key, capacity_);
  for (std::uint64_t i = 0; i < kReach; ++i) {
    const Record& record = Records()[(home + i) % capacity_];
    if (record.check == 0 || record.key == key) return (home + i) % capacity_;
  }
  return home;
}

Result<> StatIndex::Save() {
  const std::lock_guard lock(mutex_);
  for (Record& record : refreshed_) {
    record.asked_s = NowSeconds();
    record.check = record.Sum();
    changes_.try_emplace(record.key, record);
  }
  refreshed_.clear();
  if (changes_.empty() || file_.empty()) return Done{};
  // Another process may have put a larger table there.
  Map();
  auto saved = capacity_ == 0 || changes_.size() > capacity_ / 16 ? Rebuild() : SaveInPlace();
  if (saved) changes_.clear();
  Map();
  return saved;
}

Result<> StatIndex::SaveInPlace() {
  std::uint64_t crowded = 0;
  {
    const auto file = CAIRN_TRY(os::OpenToChange(file_));
    for (const auto& [key, record] : changes_) {
      const std::uint64_t slot = SlotFor(key);
      const Record& there = Records()[slot];
      if (there.check != 0 && !(there.key == key)) ++crowded;
      const std::string_view bytes(reinterpret_cast<const char*>(&record), kRecord);
      CAIRN_TRY(os::WriteAt(file, bytes, (slot + 1) * kRecord, file_));
    }
  }
  return crowded * 100 > changes_.size() ? Rebuild() : Result<>();
}

/// False when the table is too full for a record to find a place within reach.
bool StatIndex::Arrange(const std::vector<Record>& records, std::uint64_t capacity,
                        std::vector<Record>& table) {
  table.assign(capacity + 1, Record());
  Header header;
  std::memcpy(header.magic, kMagic.data(), kMagic.size());
  header.capacity = capacity;
  std::memcpy(static_cast<void*>(table.data()), &header, sizeof header);
  for (const Record& record : records) {
    const std::uint64_t home = HomeOf(record.key, capacity);
    std::uint64_t i = 0;
    while (i < kReach && table[1 + (home + i) % capacity].check != 0) ++i;
    if (i == kReach) return false;
    table[1 + (home + i) % capacity] = record;
  }
  return true;
}

Result<> StatIndex::Rebuild() {
  std::vector<Record> all;
  all.reserve(changes_.size());
  for (const auto& [key, record] : changes_) all.push_back(record);
  const std::int64_t oldest = capacity_ >= kMany ? NowSeconds() - 60 * kDay : 0;
  for (std::uint64_t i = 0; i < capacity_; ++i) {
    const Record& record = Records()[i];
    if (record.IsWhole() && record.asked_s >= oldest && !changes_.contains(record.key)) all.push_back(record);
  }
  std::uint64_t capacity = std::max<std::uint64_t>(kLeast, all.size() * 8 / 5);
  std::vector<Record> table;
  while (!Arrange(all, capacity, table)) capacity += capacity / 4;
  CAIRN_TRY(os::MakeFolders(os::ParentOf(file_)));
  // Not synced: what a loss of power leaves of it is recognised, and is only a cache.
  const std::string draft = file_ + "." + os::NewHexId();
  const auto written = [&]() -> Result<> {
    const auto file = CAIRN_TRY(os::CreateFile(draft, 0600));
    CAIRN_TRY(os::WriteAll(file.number(),
                           {reinterpret_cast<const char*>(table.data()), table.size() * kRecord}, draft));
    return os::Rename(draft, file_);
  }();
  if (!written) static_cast<void>(bool(os::Remove(draft)));
  return written;
}

std::int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool IsSettled(const os::FileStamp& stamp, std::int64_t began_ns) {
  const bool by_the_second = stamp.mtime_ns % kSecondNs == 0 && stamp.ctime_ns % kSecondNs == 0;
  return began_ns - std::max(stamp.mtime_ns, stamp.ctime_ns) >=
         (by_the_second ? kSettledByTheSecondNs : kSettledNs);
}

}  // namespace cairn::repository
