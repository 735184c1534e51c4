#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ground/fetch/incoming.h"
#include "ground/vocabulary/result.h"

namespace cairn::fetch {

/// Takes one HTTP/1.1 answer apart as its bytes arrive (RFC 9112): sized, chunked or ended by the connection;
/// interim answers are skipped.
class AnswerReader {
 public:
  using Sink = std::function<Result<>(std::string_view)>;

  /// `sink` gets the body of a 2xx; without one, and for every other status, it gathers in Incoming::body.
  AnswerReader(bool head_request, std::size_t max_body_bytes, Sink sink);

  /// Corrupt when it is not HTTP, TooLarge past the limit, or the sink's error.
  Result<> Feed(std::string_view bytes);
  /// The connection has ended. Unavailable when the answer has not.
  Result<> End();
  bool done() const { return state_ == State::Done; }
  Incoming Take() && { return std::move(incoming_); }

 private:
  enum class State { Head, Sized, ChunkSize, ChunkData, ChunkEnd, Trailer, UntilEnd, Done };

  Result<bool> Step();
  Result<> ReadHead(std::string_view head);
  Result<> ReadStatus(std::string_view line);
  Result<> StartBody();
  Result<> Deliver(std::string_view bytes);
  /// The next whole line without its end; false when it is not there yet.
  bool TakeLine(std::string_view& line);

  const bool head_request_;
  const std::size_t max_body_bytes_;
  const Sink sink_;
  State state_ = State::Head;
  std::string unread_;
  std::size_t at_ = 0;
  std::uint64_t left_ = 0;
  Incoming incoming_;
};

}  // namespace cairn::fetch
