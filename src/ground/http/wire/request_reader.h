#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ground/http/message.h"

namespace cairn::http::wire {

/// Why a request was turned away before its handler saw it.
struct Refusal {
  int status = 0;  ///< 0: it was not.
  std::string why;
};

/// Takes one request after the other from the bytes of a connection (RFC 9112). Whatever two parsers could
/// read in two ways is refused: a length beside chunks, a length given twice, another transfer coding, a
/// missing or second Host.
class RequestReader {
 public:
  explicit RequestReader(std::size_t header_bytes);
  ~RequestReader();

  /// Forgets the request; the next byte starts another one.
  void Next();

  /// Takes the header from the front of `bytes`, which must hold it from its first byte. Gives the bytes
  /// consumed; 0 while it is incomplete.
  std::size_t FeedHeader(std::string_view bytes);
  /// Takes body bytes and appends what they carry to `body`. Gives the bytes consumed, which may be 0 when a
  /// chunk's header is incomplete.
  std::size_t FeedBody(std::string_view bytes, std::string& body);

  bool header_done() const;
  bool done() const;
  const Refusal& refusal() const { return refusal_; }

  /// Valid once header_done().
  Request& request() { return request_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }
  bool chunked() const { return chunked_; }
  std::optional<std::uint64_t> content_length() const { return content_length_; }

 private:
  class Parser;
  friend class Parser;
  void FinishHeader();
  void TakeTarget(std::string_view target);
  void Refuse(int status, std::string why);

  const std::size_t header_bytes_;
  std::unique_ptr<Parser> parser_;
  /// Up to where an end of the header was looked for, once it has come in pieces that the parser cannot tell
  /// apart.
  std::optional<std::size_t> searched_;
  Request request_;
  Refusal refusal_;
  std::string* sink_ = nullptr;
  int version_ = 11;  ///< 10 or 11.
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool chunked_ = false;
  std::optional<std::uint64_t> content_length_;
};

}  // namespace cairn::http::wire
