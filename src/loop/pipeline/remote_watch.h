#pragma once

#include <cstdint>
#include <future>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/stage_settings.h"

namespace cairn::pipeline {

/// What somebody else keeps: objects of a bucket, or rows of a database.
struct RemoteSubject {
  std::string bucket;    ///< "s3://bucket/prefix".
  std::string database;  ///< An address as sql::ReadForeign takes it, without a password.
  /// One at most, in place of the address: where one stands that holds a password.
  std::vector<Secret> secret;
  std::string table;  ///< Of the database, "orders" or "schema.orders", spelled as it is there; or
  std::string query;  ///< one statement that reads.

  bool IsSet() const { return !bucket.empty() || !database.empty() || !secret.empty(); }
  /// The database as cairn.yaml names it, "{env: VARIABLE}" for a reference.
  std::string Named() const;
  /// Without secrets, for messages and to tell one from another.
  std::string Shown() const;
};

/// What lies there at one moment.
struct RemoteSight {
  std::string seen;  ///< Equal as long as the content is; "" for a prefix without objects.
  /// {path, objects, size, newest} (the object stored last) or {database, table or query, rows}.
  Json detail = Json::Object();
};

/// The objects below the prefix, as below a folder, by names, sizes and ETags (credentials and endpoint from
/// the environment, as for --artifacts); or the rows, in whatever order they come. Lists or reads all of it
/// and holds no rows. `project` is what the file of an SQLite database, and of a secret, is relative to.
///
/// Errors: those of blob::Bucket and sql::ReadForeign, with where it looked and what to do; NotFound and
/// InvalidArgument for a secret; Unavailable when it was stopped.
Result<RemoteSight> LookAtRemote(const RemoteSubject& subject, const std::string& project,
                                 std::stop_token stop = {});

/// Looks that take their time, each on a thread of its own, so that nobody waits for a network; one at a time
/// of a trigger. For one thread. Going, it stops those under way, and waits at most for one that is
/// connecting.
class RemoteWatch {
 public:
  /// `longest_ms` is how long one may take: after that it is given up (Exhausted).
  explicit RemoteWatch(std::string project, std::int64_t longest_ms = 600'000);
  ~RemoteWatch();
  RemoteWatch(const RemoteWatch&) = delete;
  RemoteWatch& operator=(const RemoteWatch&) = delete;

  /// What the look gave that a call before this one has begun, for the trigger of that name; none while it is
  /// under way, and when this call has begun it. `before` is what was seen last: a look that was begun while
  /// that, or the subject, was another is too old, and does not count.
  std::optional<Result<RemoteSight>> Look(const std::string& trigger, const RemoteSubject& subject,
                                          const std::string& before);
  /// A look that is under way for it does not count.
  void Forget(const std::string& trigger);

 private:
  struct UnderWay {
    std::string of;
    std::int64_t until_ns = 0;
    std::stop_source stop;
    std::future<Result<RemoteSight>> sight;
  };

  Result<RemoteSight> Ended(UnderWay look, const RemoteSubject& subject) const;

  const std::string project_;
  const std::int64_t longest_ms_;
  std::map<std::string, UnderWay> looks_;
};

}  // namespace cairn::pipeline
