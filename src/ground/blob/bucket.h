#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/blob/place.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::blob {

/// One object as a listing or a look at it tells. Keys are relative to the place's prefix.
struct Object {
  std::string key;
  std::uint64_t bytes = 0;
  TimeMs modified_ms = 0;  ///< 0 when only looked at.
  std::string etag;        ///< Without quotes; changes with the content.
};

/// How an object store is used; the defaults serve a wide network.
struct Tuning {
  std::uint64_t part_bytes = 16 * 1024 * 1024;   ///< Of an upload; larger when 10,000 do not suffice.
  std::uint64_t piece_bytes = 64 * 1024 * 1024;  ///< Of a download.
  unsigned threads = 4;                          ///< For the parts of one object.
  int calls = 16;                                ///< At once, of all callers; at most 64.
  int attempts = 8;                              ///< Of each request.
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{5'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{30'000};  ///< Without a byte.
  /// Told of the bytes of objects as they pass, on any thread.
  std::function<void(std::uint64_t bytes)> moved;
  std::stop_token stop;  ///< Ends what is under way: Unavailable.
};

/// The objects of one bucket below a prefix, over Amazon's S3 protocol (API version 2006-03-01), signed with
/// Signature Version 4. Every request is repeated after 429, 5xx, a broken connection or a time-out, with
/// growing pauses that hold some chance. Bodies go from file to socket and back in small pieces. Safe from
/// any thread.
///
/// Errors: Denied for credentials or rights that do not suffice, NotFound for a bucket or object that is not
/// there, Unavailable when the store does not answer in spite of all attempts, Corrupt when an answer or the
/// bytes are not what they should be, InvalidArgument for what the store refuses otherwise. Messages name the
/// object and what the store said.
class Bucket {
 public:
  explicit Bucket(Place place, Tuning tuning = {});
  Bucket(Bucket&&) noexcept;
  ~Bucket();

  const Place& place() const;

  struct Listing {
    std::vector<Object> objects;       ///< By the bytes of the key.
    std::vector<std::string> folders;  ///< Keys that go on after the next '/', up to it and without it.
  };
  /// One level below `folder` ("" or a key without '/' at its end).
  Result<Listing> List(std::string_view folder) const;
  /// Everything whose key begins with `prefix`, by the bytes of the key.
  Result<std::vector<Object>> ListAll(std::string_view prefix) const;

  Result<Object> Find(std::string_view key) const;

  /// Stores the file at `source`, over an object that is there; visible as a whole or not at all. Its SHA-256
  /// goes along: the store verifies each request's, and the whole file's stays with the object as the
  /// metadata "sha256".
  Result<> Put(std::string_view key, const std::string& source) const;
  /// Fetches it into the file `path`; there is no such file after an error. The bytes are compared with
  /// the SHA-256 in the object's metadata, or where an ETag is the MD5 with that. Conflict when the object
  /// changed since `object` was looked up.
  Result<> Get(const Object& object, const std::string& path) const;
  /// Fine when it is not there.
  Result<> Remove(std::string_view key) const;

  /// Gives up uploads in parts that were begun before `moment` and never finished; how many there were.
  Result<std::size_t> AbandonUploadsBefore(TimeMs moment) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cairn::blob
