#include "loop/serving/log/segment_folder.h"

#include <algorithm>
#include <limits>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "ledger/metadata/log.h"
#include "loop/serving/log/frame.h"

namespace cairn::serving {
namespace {

constexpr const char* kClosedList = "closed";
constexpr const char* kRemovedList = "removed";
constexpr std::string_view kEnding = ".predictions";
constexpr const char* kClosedEvent = "serving.segment_closed";
constexpr const char* kRemovedEvent = "serving.segment_removed";

/// 0 for the name of something else.
std::int64_t NumberOf(std::string_view name) {
  if (!name.ends_with(kEnding)) return 0;
  name.remove_suffix(kEnding.size());
  while (name.starts_with('0')) name.remove_prefix(1);
  return ParseInt(name).operator bool() ? *ParseInt(name) : 0;
}

/// How far the records go that are whole and follow each other without a gap.
struct Sound {
  std::uint64_t bytes = 0;
  std::int64_t records = 0;
  std::set<std::string> versions;  ///< That answered.
};

/// The same without a look at what the records say: whoever wrote them knows.
Sound FramesOf(std::string_view bytes) {
  Sound sound;
  while (const auto payload = PayloadAt(bytes, sound.bytes)) {
    ++sound.records;
    sound.bytes += kFrameHead + payload->size();
  }
  return sound;
}

Sound SoundPart(std::string_view bytes) {
  Sound sound;
  while (const auto payload = PayloadAt(bytes, sound.bytes)) {
    const auto record = ReadRecord(*payload);
    if (!record || record->sequence != sound.records + 1) break;
    if (std::string version = VersionOf(record->prediction); !version.empty())
      sound.versions.insert(std::move(version));
    ++sound.records;
    sound.bytes += kFrameHead + payload->size();
  }
  return sound;
}

/// Where a reader stands: every segment up to `after` is behind it, except for those in `open`, of which it
/// has seen so many bytes.
struct Place {
  std::int64_t after = 0;
  std::map<std::int64_t, std::uint64_t> open;

  static Result<Place> Parse(const std::string& text) {
    Place place;
    if (text.empty()) return place;
    const auto json = Json::Parse(text);
    if (!json || !json->At("after").IsInt())
      return Error{Reason::InvalidArgument,
                   "'" + text + "' is no position in the prediction log; begin with an empty one."};
    place.after = json->Int("after");
    for (const auto& [number, bytes] : json->At("open").members())
      place.open[CAIRN_TRY(ParseInt(number))] = static_cast<std::uint64_t>(bytes.IsInt() ? bytes.AsInt() : 0);
    return place;
  }
  std::string Text() const {
    Json seen = Json::Object();
    for (const auto& [number, bytes] : open)
      seen.Set(std::to_string(number), static_cast<std::int64_t>(bytes));
    return Json{{"after", after}, {"open", std::move(seen)}}.Dump();
  }
};

Error Damaged(const std::string& name, std::int64_t record, std::string_view what) {
  return {Reason::Corrupt, "Prediction segment '" + name + "': record " + std::to_string(record) + " " +
                               std::string(what) + "; restore the file from a copy."};
}

}  // namespace

std::string SegmentName(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits + std::string(kEnding);
}

std::string VersionOf(const Prediction& prediction) {
  if (prediction.version <= 0 || prediction.arm == Arm::Shadow) return {};
  return "model:" + prediction.model + "/" + std::to_string(prediction.version);
}

Result<std::unique_ptr<SegmentFolder>> SegmentFolder::Open(sql::Database& database, const os::Clock& clock,
                                                           os::Disk& disk, std::string folder) {
  std::unique_ptr<SegmentFolder> opened(new SegmentFolder(database, clock, disk, std::move(folder)));
  CAIRN_TRY(opened->Recover());
  return opened;
}

std::string SegmentFolder::PathOf(std::int64_t number) const {
  return os::JoinPath(folder_, SegmentName(number));
}

/// The numbers in a list that grows by lines; what a crash left of the last one is cut off.
Result<std::set<std::int64_t>> SegmentFolder::OpenList(const char* name,
                                                       std::unique_ptr<os::AppendFile>& file) {
  const std::string path = os::JoinPath(folder_, name);
  auto made = disk_.OpenAppend(path);
  if (!made && made.error().reason == Reason::NotFound) {
    CAIRN_TRY(os::MakeFolders(folder_));
    made = disk_.OpenAppend(path);
  }
  if (!made) return made.error();
  const std::string text = CAIRN_TRY(disk_.Read(path));
  const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  made = std::unique_ptr<os::AppendFile>();
  if (whole != text.size()) CAIRN_TRY(disk_.Cut(path, whole));
  file = CAIRN_TRY(disk_.OpenAppend(path));
  std::set<std::int64_t> numbers;
  for (const std::string_view line : Split(std::string_view(text).substr(0, whole), '\n')) {
    if (const auto number = ParseInt(line)) numbers.insert(*number);
  }
  return numbers;
}

Result<> SegmentFolder::Recover() {
  const auto closed = CAIRN_TRY(OpenList(kClosedList, closed_file_));
  const auto removed = CAIRN_TRY(OpenList(kRemovedList, removed_file_));
  for (const std::int64_t number : closed)
    if (!removed.contains(number)) segments_[number] = {};
  for (const std::string& name : CAIRN_TRY(disk_.List(folder_))) {
    const std::int64_t number = NumberOf(name);
    if (number <= 0 || segments_.contains(number)) continue;
    if (removed.contains(number)) {
      CAIRN_TRY(disk_.Remove(PathOf(number)));
    } else {
      CAIRN_TRY(RecoverSegment(number));
    }
  }
  next_ = segments_.empty() ? 1 : segments_.rbegin()->first + 1;
  if (!removed.empty()) next_ = std::max(next_, *removed.rbegin() + 1);
  return Done{};
}

Result<> SegmentFolder::RecoverSegment(std::int64_t number) {
  const std::string bytes = CAIRN_TRY(disk_.Read(PathOf(number)));
  const Sound sound = SoundPart(bytes);
  segments_[number] = {};
  metadata::EventFilter filter;
  filter.kind = kClosedEvent;
  filter.subject = "segment:" + SegmentName(number);
  filter.limit = 1;
  // The log may already have it, when the end came between the event and the note in the list.
  if (!CAIRN_TRY(metadata::Log(database_).Read(filter)).empty()) return MarkClosed(number);
  if (sound.bytes != bytes.size()) CAIRN_TRY(disk_.Cut(PathOf(number), sound.bytes));
  // Whoever wrote it may have been killed before a sync; the event must not outlive the bytes.
  const auto file = CAIRN_TRY(disk_.OpenAppend(PathOf(number)));
  CAIRN_TRY(file->Sync());
  CAIRN_TRY(Announce(SegmentName(number), number,
                     {crypto::Sha256Hex(std::string_view(bytes).substr(0, sound.bytes)), sound.records},
                     sound.versions));
  return Done{};
}

Result<std::shared_ptr<Segment>> SegmentFolder::New() {
  const std::lock_guard lock(mutex_);
  auto segment = std::make_shared<Segment>();
  segment->number = next_;
  segment->name = SegmentName(next_);
  segment->path = PathOf(next_);
  segment->started = clock_.Now();
  segment->file = CAIRN_TRY(disk_.OpenAppend(segment->path));
  segments_[next_++] = segment;
  return segment;
}

Result<> SegmentFolder::Close(Segment& segment) {
  CAIRN_TRY(segment.file->Sync());
  const std::string bytes = CAIRN_TRY(disk_.Read(segment.path));
  const Sound whole = FramesOf(bytes);
  if (whole.bytes != bytes.size() || whole.records != segment.records)
    return Damaged(segment.name, whole.records + 1, "is not what was written");
  CAIRN_TRY(
      Announce(segment.name, segment.number, {crypto::Sha256Hex(bytes), whole.records}, segment.versions));
  const std::lock_guard lock(mutex_);
  segments_[segment.number] = {};
  return Done{};
}

Result<> SegmentFolder::Announce(const std::string& name, std::int64_t number, const Closing& closing,
                                 const std::set<std::string>& versions) {
  const TimeMs now = clock_.Now();
  metadata::Event event{
      .kind = kClosedEvent,
      .subject = "segment:" + name,
      .actor = "system",
      .cause = "",
      .body = Json{{"segment", name}, {"digest", closing.digest}, {"records", closing.records}}};
  for (const auto& version : versions) event.lineage.from.push_back({version, "answered"});
  CAIRN_TRY(database_.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, now, event); }));
  return MarkClosed(number);
}

Result<> SegmentFolder::MarkClosed(std::int64_t number) {
  CAIRN_TRY(closed_file_->Append(std::to_string(number) + "\n"));
  return closed_file_->Sync();
}

std::vector<SegmentFolder::Listed> SegmentFolder::List() const {
  const std::lock_guard lock(mutex_);
  std::vector<Listed> listed;
  listed.reserve(segments_.size());
  for (const auto& [number, weak] : segments_) {
    const auto segment = weak.lock();
    listed.push_back({number, segment ? std::optional(segment->file->size()) : std::nullopt});
  }
  return listed;
}

Result<std::string> SegmentFolder::Read(const std::string& from, const Take& take) const {
  Place place = CAIRN_TRY(Place::Parse(from));
  Place reached;
  reached.after = place.after;
  for (const Listed& listed : List()) {
    const auto seen = place.open.find(listed.number);
    if (listed.number <= place.after && seen == place.open.end()) continue;
    std::uint64_t offset = seen == place.open.end() ? 0 : seen->second;
    const bool nothing_new = listed.published && *listed.published <= offset;
    auto read = nothing_new ? Result<std::string>(std::string()) : disk_.Read(PathOf(listed.number));
    if (!read && !IsListed(listed.number)) continue;  // it was removed meanwhile
    const std::string all = CAIRN_TRY(std::move(read));
    const std::string_view bytes = std::string_view(all).substr(0, listed.published.value_or(all.size()));
    while (offset < bytes.size()) {
      const auto payload = PayloadAt(bytes, offset);
      if (!payload)
        return Error{Reason::Corrupt, "Prediction segment '" + SegmentName(listed.number) +
                                          "' is damaged at byte " + std::to_string(offset) +
                                          "; restore the file from a copy."};
      CAIRN_TRY(take(CAIRN_TRY(ReadRecord(*payload)).prediction));
      offset += kFrameHead + payload->size();
    }
    if (listed.published) reached.open[listed.number] = offset;
    reached.after = std::max(reached.after, listed.number);
  }
  return reached.Text();
}

bool SegmentFolder::IsListed(std::int64_t number) const {
  const std::lock_guard lock(mutex_);
  return segments_.contains(number);
}

Result<std::int64_t> SegmentFolder::Remove(TimeMs closed_before,
                                           const std::function<bool(std::int64_t)>& may_go) {
  const std::lock_guard one_at_a_time(removing_);
  const auto announced = CAIRN_TRY(Announced(kClosedEvent));
  std::int64_t gone = 0;
  for (const Listed& one : List()) {
    const auto said = announced.find(SegmentName(one.number));
    if (one.published || said == announced.end() || said->second.at >= closed_before || !may_go(one.number))
      break;
    CAIRN_TRY(RemoveOne(one.number, said->second));
    ++gone;
  }
  return gone;
}

/// On record first, then listed, then gone: whatever is cut short is done again, or by the next start.
Result<> SegmentFolder::RemoveOne(std::int64_t number, const Closing& closing) {
  const TimeMs now = clock_.Now();
  const std::string name = SegmentName(number);
  const metadata::Event event{
      .kind = kRemovedEvent,
      .subject = "segment:" + name,
      .actor = "system",
      .cause = "",
      .body = Json{{"segment", name}, {"digest", closing.digest}, {"records", closing.records}}};
  CAIRN_TRY(database_.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, now, event); }));
  CAIRN_TRY(removed_file_->Append(std::to_string(number) + "\n"));
  CAIRN_TRY(removed_file_->Sync());
  {
    const std::lock_guard lock(mutex_);
    segments_.erase(number);
  }
  return disk_.Remove(PathOf(number));
}

std::string SegmentFolder::End() const {
  Place place;
  for (const Listed& listed : List()) {
    if (listed.published) place.open[listed.number] = *listed.published;
    place.after = std::max(place.after, listed.number);
  }
  return place.Text();
}

Result<std::map<std::string, SegmentFolder::Closing>> SegmentFolder::Announced(const char* kind) const {
  std::map<std::string, Closing> announced;
  const metadata::Log log(database_);
  metadata::EventFilter filter;
  filter.kind = kind;
  for (;;) {
    const auto events = CAIRN_TRY(log.Read(filter));
    for (const auto& logged : events)
      announced[logged.event.body.Text("segment")] = {logged.event.body.Text("digest"),
                                                      logged.event.body.Int("records"), logged.at};
    if (static_cast<std::int64_t>(events.size()) < filter.limit || !events.back().position) return announced;
    filter.after_position = events.back().position;
  }
}

Result<> SegmentFolder::Check(const Listed& listed, const std::map<std::string, Closing>& announced,
                              std::int64_t& records) const {
  const std::string name = SegmentName(listed.number);
  const auto said = announced.find(name);
  const auto read = disk_.Read(PathOf(listed.number));
  if (!read && read.error().reason == Reason::NotFound)
    return Error{Reason::Corrupt, "Prediction segment '" + name + "' is gone; restore the file from a copy."};
  if (!read) return read.error();
  const std::string_view bytes = std::string_view(*read).substr(0, listed.published.value_or(read->size()));
  const Sound sound = SoundPart(bytes);
  if (sound.bytes != bytes.size()) return Damaged(name, sound.records + 1, "is damaged");
  records += sound.records;
  if (listed.published) return Done{};
  if (said == announced.end())
    return Error{Reason::Corrupt,
                 "Prediction segment '" + name + "' is closed, and the event log does not know it."};
  if (sound.records < said->second.records) return Damaged(name, sound.records + 1, "is missing");
  if (crypto::Sha256Hex(bytes) != said->second.digest)
    return Damaged(name, sound.records,
                   "or one before it was altered: the digest is not the one in the event log");
  return Done{};
}

Result<Json> SegmentFolder::Verify() const {
  const auto listed = List();
  const auto announced = CAIRN_TRY(Announced(kClosedEvent));
  const auto removed = CAIRN_TRY(Announced(kRemovedEvent));
  std::int64_t records = 0, open = 0, expected = 1, gone = 0;
  const auto pass_removed = [&](std::int64_t up_to) {
    for (; expected < up_to && removed.contains(SegmentName(expected)); ++expected) ++gone;
  };
  for (const Listed& one : listed) {
    pass_removed(one.number);
    if (one.number != expected++)
      return Error{Reason::Corrupt, "Prediction segment '" + SegmentName(expected - 1) +
                                        "' is gone; restore the file from a copy."};
    if (one.published) ++open;
    CAIRN_TRY(Check(one, announced, records));
  }
  pass_removed(std::numeric_limits<std::int64_t>::max());
  for (const auto& [name, closing] : announced) {
    if (NumberOf(name) >= expected)
      return Error{Reason::Corrupt,
                   "Prediction segment '" + name + "' is gone; restore the file from a copy."};
  }
  return Json{{"segments", listed.size()}, {"open", open}, {"records", records}, {"removed", gone}};
}

}  // namespace cairn::serving
