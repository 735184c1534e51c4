#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>

#include "ground/blob/bucket.h"
#include "ground/blob/s3/xml.h"
#include "ground/fetch/fetch.h"

namespace cairn::blob::s3 {

using Parameters = std::map<std::string, std::string>;

/// The SHA-256 of no bytes at all.
inline constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Signs and sends the requests about one bucket; what the store refuses becomes an error. Safe from any
/// thread.
class Caller {
 public:
  Caller(Place place, Tuning tuning);

  const Place& place() const { return place_; }
  const Tuning& tuning() const { return tuning_; }

  /// A request about the object `key` (relative to the prefix), or about the bucket for none. `sha256` is of
  /// the body, as hexadecimal digits.
  fetch::Outgoing Request(std::string method, std::optional<std::string_view> key,
                          const Parameters& parameters = {}, const std::string& sha256 = kNothing) const;
  /// Sends it; any 2xx is an answer. `what` names the object or the bucket in messages.
  Result<fetch::Incoming> Send(const fetch::Outgoing& request, std::string_view what) const;
  /// The same for an answer that is XML, whose root must be called `root`: a store may also tell of a failure
  /// behind a 200.
  Result<Element> SendForXml(const fetch::Outgoing& request, std::string_view what,
                             std::string_view root) const;

  std::string FullKey(std::string_view key) const;
  /// Of a full key; Corrupt when it does not begin with the prefix.
  Result<std::string> RelativeKey(std::string_view full) const;

 private:
  const Place place_;
  const Tuning tuning_;
  std::string base_;  ///< The bucket's URL.
  mutable std::counting_semaphore<64> free_;
};

/// What the store said, as an error about `what`.
Error Refusal(const fetch::Incoming& answer, std::string_view what);

}  // namespace cairn::blob::s3
