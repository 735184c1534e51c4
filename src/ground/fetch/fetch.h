#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "ground/fetch/incoming.h"
#include "ground/vocabulary/result.h"

namespace cairn::fetch {

/// Sending again after 429, 500, 502, 503, 504 or a broken connection. The pause doubles each time, with
/// chance in it (half to whole), and is at least what Retry-After says; the longest pause bounds both.
struct Retry {
  int attempts = 3;  ///< In all; 1 sends once.
  std::chrono::milliseconds first_pause{200};
  std::chrono::milliseconds longest_pause{10'000};
};

struct FileRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// One request to another server.
struct Outgoing {
  std::string method = "GET";
  std::string url;  ///< http or https. TLS certificates are verified against the system's authorities, or
                    ///< those of the file that SSL_CERT_FILE names; proxies come from the environment too.
  std::string authorities;       ///< A file of PEM certificates to verify against instead.
  bool any_certificate = false;  ///< Verifies none: whoever is between may read and change everything.
  Fields headers;
  std::string body;
  std::string body_file;                ///< When set, sent in place of `body`, streamed.
  std::optional<FileRange> body_range;  ///< Only this part of `body_file`; it must lie within the file.
  std::string response_file;  ///< When set, the body of a 2xx goes there, streamed; there is no such file
                              ///< after an error.
  /// When set, `response_file` exists already and the body is written into it from here on; what else it
  /// holds stays, also after an error.
  std::optional<std::uint64_t> response_offset;

  std::chrono::milliseconds timeout{60'000};  ///< For each attempt, to its last byte. 0: none.
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{
      60'000};  ///< Ends an attempt that moves less than a byte a second for so long (counted in seconds).
  /// Connects to this IP address, whatever the URL's host resolves to, and past any proxy; "" resolves it.
  /// The certificate is held against the URL's host all the same.
  std::string address;
  std::string unix_socket_path;                       ///< Connects there, whatever the URL's host.
  std::size_t max_response_bytes = 64 * 1024 * 1024;  ///< Of a body in memory.
  int redirects = 0;                                  ///< How many are followed.

  Retry retry;
  /// Whether sending it twice does no harm. Unless said: GET, HEAD, PUT, DELETE and OPTIONS.
  std::optional<bool> repeatable;

  std::string user;  ///< "key:secret", for `signature` or Basic authentication; "" for none.
  /// "aws:amz:REGION:s3" signs with AWS Signature Version 4; "" does not. libcurl 7.88 signs path and query
  /// as they stand in the URL: write them in canonical form (escaped as PercentEncode does, parameters sorted
  /// and each with '='), give the header X-Amz-Content-Sha256, and no header without a value.
  std::string signature;
  /// Told of the bytes of bodies as they pass, on the thread that fetches; those of an attempt that failed
  /// were told too.
  std::function<void(std::uint64_t bytes)> moved;
  /// Ends the call, also while it pauses: Unavailable.
  std::stop_token stop;
};

/// Sends and waits for the answer; any status is an answer. Safe from any thread; each thread keeps its
/// connections open for the next call. Unavailable when the server cannot be reached or breaks off, Denied
/// when its certificate is not trusted, InvalidArgument for a bad URL or header, TooLarge past the limit,
/// Unsupported where libcurl is missing, and the file's own errors. Messages name the URL without user,
/// password and query.
Result<Incoming> Fetch(const Outgoing& request);

}  // namespace cairn::fetch
