#include "loop/pipeline/remote_watch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "ground/blob/bucket.h"
#include "ground/crypto/hash.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/sql/foreign_query.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/execution/attempt.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

/// Who looks again soon has no need to try for long.
blob::Tuning Briefly(std::stop_token stop) {
  blob::Tuning tuning;
  tuning.attempts = 2;
  tuning.connect_timeout = std::chrono::seconds(5);
  tuning.stall_timeout = std::chrono::seconds(15);
  tuning.stop = std::move(stop);
  return tuning;
}

Result<RemoteSight> AtBucket(const std::string& address, std::stop_token stop) {
  const blob::Bucket bucket(CAIRN_TRY(blob::PlaceFromEnvironment(address)), Briefly(std::move(stop)));
  const auto objects = CAIRN_TRY(bucket.ListAll(""));
  RemoteSight sight;
  if (objects.empty()) return sight;
  crypto::Hasher hasher;
  std::uint64_t bytes = 0;
  for (const auto& object : objects) {
    // No name holds a NUL, so that no two listings make one text.
    hasher.Add(object.key + '\0' + std::to_string(object.bytes) + '\0' + object.etag + '\0');
    bytes += object.bytes;
  }
  sight.seen = hasher.Finish().sha256;
  const auto newest = std::max_element(objects.rbegin(), objects.rend(), [](const auto& a, const auto& b) {
    return a.modified_ms < b.modified_ms;
  });
  sight.detail = Json{{"path", address},
                      {"objects", static_cast<std::int64_t>(objects.size())},
                      {"size", static_cast<std::int64_t>(bytes)},
                      {"newest", newest->key}};
  return sight;
}

/// A value with its kind and length before it, so that no two rows make one text.
struct Spelled {
  std::string operator()(std::nullptr_t) const { return "n"; }
  std::string operator()(std::int64_t whole) const { return "i" + std::to_string(whole) + ";"; }
  std::string operator()(double real) const {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &real, sizeof bits);
    return "d" + std::to_string(bits) + ";";
  }
  std::string operator()(const std::string& text) const {
    return "t" + std::to_string(text.size()) + ";" + text;
  }
  std::string operator()(const sql::Bytes& bytes) const {
    return "b" + std::to_string(bytes.content.size()) + ";" + bytes.content;
  }
};

/// The sum of the rows' digests: the same for the same rows in any order, and no row is held.
class RowSum {
 public:
  void Add(std::span<const sql::Value> row) {
    std::string text;
    for (const auto& value : row) text += std::visit(Spelled(), value.state());
    const auto digest = crypto::Sha256(text);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      std::uint64_t lane = 0;
      std::memcpy(&lane, digest.data() + i * sizeof lane, sizeof lane);
      lanes_[i] += lane;
    }
  }
  std::string Text() const {
    std::string text;
    for (const auto lane : lanes_) text += std::to_string(lane) + " ";
    return text;
  }

 private:
  std::array<std::uint64_t, 4> lanes_{};
};

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string QueryOf(const RemoteSubject& subject) {
  if (!subject.query.empty()) return subject.query;
  std::vector<std::string> parts;
  for (const auto& part : Split(subject.table, '.')) parts.push_back(Quoted(part));
  return "SELECT * FROM " + Join(parts, ".");
}

Result<std::string> AddressOf(const RemoteSubject& subject, const std::string& project) {
  std::string address = subject.database;
  if (!subject.secret.empty()) address = CAIRN_TRY(ReadSecrets(project, subject.secret)).front().second;
  if (address.starts_with(kSqlite) && !address.substr(kSqlite.size()).starts_with('/'))
    return std::string(kSqlite) + os::JoinPath(project, address.substr(kSqlite.size()));
  return address;
}

/// With where it looked, and what to do about a query that is not taken.
Error Located(Error error, const RemoteSubject& subject) {
  error.message = subject.Shown() + ": " + error.message;
  if (error.reason == Reason::InvalidArgument)
    error.message +=
        " Make what it names, or correct the trigger in cairn.yaml and accept it (cairn apply); it goes on "
        "looking.";
  return error;
}

Result<RemoteSight> AtDatabase(const RemoteSubject& subject, const std::string& project,
                               std::stop_token stop) {
  const std::string address = CAIRN_TRY(AddressOf(subject, project));
  RowSum sum;
  std::string heads;
  sql::ForeignReader reader;
  reader.columns = [&](const std::vector<sql::ForeignColumn>& columns) -> Result<> {
    for (const auto& column : columns) heads += Spelled()(column.name);
    return Done{};
  };
  reader.row = [&](std::span<const sql::Value> row) -> Result<> {
    sum.Add(row);
    return Done{};
  };
  const auto rows = sql::ReadForeign(address, QueryOf(subject), reader, std::move(stop));
  if (!rows) return Located(rows.error(), subject);
  RemoteSight sight;
  sight.seen = crypto::Sha256Hex(heads + '\0' + std::to_string(*rows) + '\0' + sum.Text());
  sight.detail =
      Json{{"database", subject.Named()},
           {subject.query.empty() ? "table" : "query", subject.query.empty() ? subject.table : subject.query},
           {"rows", *rows}};
  return sight;
}

}  // namespace

std::string RemoteSubject::Named() const {
  if (secret.empty()) return database;
  const char* from = secret.front().from == Secret::From::Variable ? "{env: " : "{file: ";
  return from + secret.front().source + "}";
}

std::string RemoteSubject::Shown() const {
  if (!bucket.empty()) return bucket;
  return (query.empty() ? "table " + table : "query " + query) + " of " + Named();
}

Result<RemoteSight> LookAtRemote(const RemoteSubject& subject, const std::string& project,
                                 std::stop_token stop) {
  return subject.bucket.empty() ? AtDatabase(subject, project, std::move(stop))
                                : AtBucket(subject.bucket, std::move(stop));
}

RemoteWatch::RemoteWatch(std::string project, std::int64_t longest_ms)
    : project_(std::move(project)), longest_ms_(longest_ms) {}

RemoteWatch::~RemoteWatch() {
  for (auto& [trigger, look] : looks_) look.stop.request_stop();
}

Result<RemoteSight> RemoteWatch::Ended(UnderWay look, const RemoteSubject& subject) const {
  auto sight = look.sight.get();
  if (sight || !look.stop.stop_requested()) return sight;
  return Error{Reason::Exhausted,
               subject.Shown() + ": a look took more than " + std::to_string(longest_ms_ / 1000) +
                   " seconds and was given up; name less: a prefix further down, or a query such as SELECT "
                   "MAX(changed_at) FROM …"};
}

std::optional<Result<RemoteSight>> RemoteWatch::Look(const std::string& trigger, const RemoteSubject& subject,
                                                     const std::string& before) {
  // No name holds a NUL, so that no two make one text.
  const std::string of = subject.Shown() + '\0' + before;
  const std::int64_t now_ns = os::SteadyNs();
  if (const auto found = looks_.find(trigger); found != looks_.end()) {
    if (now_ns >= found->second.until_ns) found->second.stop.request_stop();
    if (found->second.sight.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      return std::nullopt;
    auto look = std::move(found->second);
    looks_.erase(found);
    if (look.of == of) return Ended(std::move(look), subject);
  }
  UnderWay& look = looks_[trigger];
  look.of = of;
  look.until_ns = now_ns + longest_ms_ * 1'000'000;
  look.sight = std::async(std::launch::async, [subject, project = project_, stop = look.stop.get_token()] {
    return LookAtRemote(subject, project, stop);
  });
  return std::nullopt;
}

void RemoteWatch::Forget(const std::string& trigger) {
  const auto found = looks_.find(trigger);
  if (found == looks_.end()) return;
  found->second.of.clear();
  found->second.stop.request_stop();
}

}  // namespace cairn::pipeline
