#include "loop/batch/published.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "ledger/metadata/event.h"
#include "loop/batch/input_drift.h"
#include "loop/batch/row_text.h"

namespace cairn::batch {
namespace {

constexpr const char* kPublished = "serving.batch_published";
constexpr std::string_view kEnding = ".answers";

std::string SubjectOf(const std::string& name) { return "batch:" + name; }

Result<> CheckName(const std::string& name) {
  if (!name.empty() && name.size() <= 200 && name != "." && name != ".." && IsUtf8(name)) return {};
  return Error{Reason::InvalidArgument, "A batch needs a name of 1 to 200 bytes of UTF-8."};
}

/// What came in from elsewhere; its path here says nothing to who sent it.
Result<std::shared_ptr<const AnswerTable>> OpenSent(const std::string& file, bool checked) {
  auto table = AnswerTable::Open(file);
  const bool sound = table && (!checked || (*table)->Check());
  if (sound || (!table && table.error().reason != Reason::Corrupt)) return table;
  return Error{Reason::InvalidArgument,
               "What was sent is no sound table of answers: send one as `cairn batch` makes it."};
}

/// What a stamp must say before it can be a record.
Result<> CheckStamp(const std::string& name, const Json& stamp, std::uint64_t rows) {
  const auto wrong = [](const std::string& what) {
    return Error{Reason::InvalidArgument, "The table's stamp " + what + "."};
  };
  if (stamp.Text("batch") != name) return wrong("is about '" + stamp.Text("batch") + "', not '" + name + "'");
  if (stamp.Int("rows", -1) != static_cast<std::int64_t>(rows))
    return wrong("does not say how many rows there are");
  if (stamp.At("key").items().empty()) return wrong("names no column of the key");
  for (const Json& column : stamp.At("key").items())
    if (!column.IsString()) return wrong("names a column of the key that is no text");
  if (stamp.At("inputs").items().empty()) return wrong("names no input");
  for (const Json& input : stamp.At("inputs").items())
    if (!input.IsString() || !IsHex(input.AsString(), 64)) return wrong("names an input that is no SHA-256");
  for (const char* digest : {"input", "output"})
    if (!IsHex(stamp.Text(digest), 64)) return wrong(std::string("has no SHA-256 of its ") + digest);
  return {};
}

/// What the client says it was held to; the client measured the drift.
Result<> CheckDrift(const Json& stamp) {
  const Json& drift = stamp.At("drift");
  if (!drift.At("limit").IsNumber() || !stamp.At("decision").Text("reason").empty()) return {};
  const auto beyond = BeyondLimit(drift, drift.At("limit").AsDouble());
  return beyond ? Result<>(Error{Reason::Conflict, "Not published: " + *beyond + "."}) : Result<>();
}

}  // namespace

Published::Published(sql::Database& database, const os::Clock& clock, const registry::Registry& registry,
                     std::string folder)
    : database_(database), clock_(clock), registry_(registry), log_(database), folder_(std::move(folder)) {}

std::string Published::FolderOf(const std::string& name) const {
  return os::JoinPath(folder_, PercentEncode(name));
}

Result<Published::Current> Published::CurrentOf(const std::string& name) const {
  metadata::EventFilter filter;
  filter.kind = kPublished;
  filter.subject = SubjectOf(name);
  filter.order = metadata::EventFilter::Order::NewestFirst;
  filter.limit = 1;
  const auto events = CAIRN_TRY(log_.Read(filter));
  if (events.empty())
    return Error{Reason::NotFound,
                 "There is no batch '" + name + "': `cairn batch list` shows those there are."};
  Current current{events.front().id, events.front().event.body};
  current.about.Remove("lineage");
  current.about.Set("event", current.event);
  current.about.Set("published_at", FormatUtc(events.front().at));
  return current;
}

Result<Json> Published::About(const std::string& name) const { return CAIRN_TRY(CurrentOf(name)).about; }

Result<std::vector<Json>> Published::List() const {
  std::vector<Json> all;
  if (!os::Exists(folder_)) return all;
  for (const auto& entry : CAIRN_TRY(os::ListFolder(folder_))) {
    auto about = About(CAIRN_TRY(PercentDecode(entry, UrlPart::Path)));
    // A first publication that died on its way.
    if (!about && about.error().reason == Reason::NotFound) continue;
    all.push_back(CAIRN_TRY(std::move(about)));
  }
  return all;
}

Result<std::shared_ptr<const AnswerTable>> Published::TableOf(const std::string& name,
                                                              const std::string& digest) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(name);
    if (found != open_.end() && found->second.first == digest) return found->second.second;
  }
  auto table = CAIRN_TRY(AnswerTable::Open(os::JoinPath(FolderOf(name), digest + std::string(kEnding))));
  const std::lock_guard lock(mutex_);
  open_[name] = {digest, table};
  return table;
}

Result<std::string> Published::Find(const std::string& name, const std::vector<std::string>& key) const {
  // A table goes once a newer one is published, which may be just now.
  Current current = CAIRN_TRY(CurrentOf(name));
  auto table = TableOf(name, current.about.Text("table"));
  for (int again = 0; !table && table.error().reason == Reason::NotFound && again < 3; ++again) {
    current = CAIRN_TRY(CurrentOf(name));
    table = TableOf(name, current.about.Text("table"));
  }
  if (!table && table.error().reason == Reason::NotFound)
    return Error{Reason::Unavailable,
                 "The answers of the batch '" + name +
                     "' are not on this machine: ask the server that they were published "
                     "through, or publish them here with `cairn batch`."};
  if (!table) return table.error();
  const auto& columns = current.about.At("key").items();
  if (key.size() != columns.size()) {
    std::vector<std::string> names;
    for (const Json& column : columns) names.push_back(column.AsString());
    return Error{Reason::InvalidArgument,
                 "The batch '" + name + "' is looked up by " + std::to_string(columns.size()) + " values (" +
                     Join(names, ", ") + "), and " + std::to_string(key.size()) + " were given."};
  }
  const auto text = KeyText(key);
  const auto row = CAIRN_TRY((*table)->Find(text));
  if (!row)
    return Error{Reason::NotFound,
                 "The batch '" + name + "' has no row with the key '" + ShownKey(text) + "'."};
  Json answer;
  for (const char* member :
       {"batch", "model", "version", "manifest", "input", "began", "published_at", "event"})
    answer.Set(member, current.about.At(member));
  std::string whole = answer.Dump();
  whole.pop_back();
  return whole + ",\"row\":" + std::string(*row) + "}";
}

/// Brings the file into the folder under its digest, on disk; gives the digest.
Result<std::string> Published::Take(const std::string& name, const std::string& file) const {
  const std::string folder = FolderOf(name);
  CAIRN_TRY(os::MakeFolders(folder));
  const std::string spool = os::HiddenNameBeside(os::JoinPath(folder, "answers"));
  const auto digests = CAIRN_TRY(crypto::CopyAndHash(file, spool, 0600, crypto::Kinds::Sha256));
  const auto placed = [&]() -> Result<> {
    CAIRN_TRY(OpenSent(spool, true));
    CAIRN_TRY(os::SyncFile(spool));
    CAIRN_TRY(os::Rename(spool, os::JoinPath(folder, digests.sha256 + std::string(kEnding))));
    CAIRN_TRY(os::SyncFolder(folder));
    return os::SyncFolder(folder_);
  }();
  if (placed) return digests.sha256;
  static_cast<void>(bool(os::Remove(spool)));
  return placed.error();
}

Result<std::string> Published::Record(const std::string& name, const Json& stamp, const std::string& actor) {
  metadata::Event event{
      .kind = kPublished, .subject = SubjectOf(name), .actor = actor, .cause = "", .body = stamp};
  event.lineage.of = "sha256:" + stamp.Text("output");
  for (const Json& input : stamp.At("inputs").items())
    event.lineage.from.push_back({"sha256:" + input.AsString(), "rows"});
  event.lineage.from.push_back(
      {"model:" + stamp.Text("model") + "/" + std::to_string(stamp.Int("version")), "model"});
  return database_.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, clock_.Now(), event); });
}

/// What was published before, and what calls left that were killed. What somebody reads stays until it is
/// read.
void Published::RemoveOthers(const std::string& name, const std::string& digest) const {
  const auto entries = os::ListFolder(FolderOf(name));
  if (!entries) return;
  for (const auto& entry : *entries)
    if (entry != digest + std::string(kEnding))
      static_cast<void>(bool(os::Remove(os::JoinPath(FolderOf(name), entry))));
}

Result<Json> Published::Publish(const std::string& name, const std::string& file, const std::string& actor) {
  CAIRN_TRY(CheckName(name));
  Json stamp;
  {
    const auto table = CAIRN_TRY(OpenSent(file, false));
    stamp = table->stamp();
    CAIRN_TRY(CheckStamp(name, stamp, table->rows()));
  }
  const auto version = CAIRN_TRY(registry_.Find(stamp.Text("model"), stamp.Int("version")));
  if (version.manifest != stamp.Text("manifest"))
    return Error{Reason::Conflict, "The table was made by other files than those of version " +
                                       std::to_string(version.version) + " of '" + version.model + "'."};
  CAIRN_TRY(registry_.AllowAnswering(version.model, version.version));
  CAIRN_TRY(CheckDrift(stamp));
  const std::lock_guard one_at_a_time(publishing_);
  const auto digest = CAIRN_TRY(Take(name, file));
  stamp.Set("table", digest);
  const auto current = CurrentOf(name);
  std::string event;
  if (current && current->about.Text("table") == digest) {
    event = current->event;
  } else {
    event = CAIRN_TRY(Record(name, stamp, actor));
  }
  RemoveOthers(name, digest);
  return Json{{"batch", name}, {"event", event}, {"table", digest}, {"rows", stamp.Int("rows")}};
}

Result<Json> Published::Refuse(const std::string& name, const Json& stamp, const std::string& actor) {
  CAIRN_TRY(CheckName(name));
  CAIRN_TRY(registry_.Find(stamp.Text("model"), stamp.Int("version")));
  metadata::Event event{.kind = "serving.batch_refused",
                        .subject = SubjectOf(name),
                        .actor = actor,
                        .cause = "",
                        .body = Json{{"batch", name}}};
  for (const char* member : {"model", "version", "input", "rows", "drift"})
    event.body.Set(member, stamp.At(member));
  const auto id = CAIRN_TRY(database_.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, clock_.Now(), event); }));
  return Json{{"event", id}};
}

}  // namespace cairn::batch
