#include "ground/fetch/answer_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace cairn::fetch {
namespace {

constexpr std::size_t kLongestHead = 256 * 1024;
constexpr std::size_t kLongestLine = 16 * 1024;

Error NotHttp(const std::string& what) {
  return {Reason::Corrupt, "What came back is not a well-formed HTTP answer: " + what + "."};
}

bool Number(std::string_view text, int base, std::uint64_t& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return code == std::errc() && end == text.data() + text.size();
}

}  // namespace

AnswerReader::AnswerReader(bool head_request, std::size_t max_body_bytes, Sink sink)
    : head_request_(head_request), max_body_bytes_(max_body_bytes), sink_(std::move(sink)) {}

Result<> AnswerReader::Feed(std::string_view bytes) {
  unread_.append(bytes);
  while (state_ != State::Done) {
    const bool progress = CAIRN_TRY(Step());
    if (!progress) break;
  }
  unread_.erase(0, at_);
  at_ = 0;
  return {};
}

Result<> AnswerReader::End() {
  if (state_ == State::UntilEnd) state_ = State::Done;
  if (state_ == State::Done) return {};
  return Error{Reason::Unavailable, "The connection ended before the answer did."};
}

/// One piece of the answer; false when more bytes are needed.
Result<bool> AnswerReader::Step() {
  std::string_view line;
  const std::string_view rest = std::string_view(unread_).substr(at_);
  switch (state_) {
    case State::Head: {
      const std::size_t end = rest.find("\r\n\r\n");
      if (end == std::string_view::npos && rest.size() > kLongestHead)
        return NotHttp("its header does not end");
      if (end == std::string_view::npos) return false;
      at_ += end + 4;
      CAIRN_TRY(ReadHead(rest.substr(0, end)));
      return true;
    }
    case State::Sized:
    case State::ChunkData: {
      if (rest.empty()) return false;
      const std::string_view piece =
          rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size())));
      at_ += piece.size();
      left_ -= piece.size();
      if (left_ == 0) state_ = state_ == State::Sized ? State::Done : State::ChunkEnd;
      CAIRN_TRY(Deliver(piece));
      return true;
    }
    case State::ChunkSize:
      if (!TakeLine(line))
        return rest.size() > kLongestLine ? Result<bool>(NotHttp("a chunk's size does not end")) : false;
      if (!Number(Trim(line.substr(0, line.find(';'))), 16, left_))
        return NotHttp("a chunk's size is no number");
      state_ = left_ == 0 ? State::Trailer : State::ChunkData;
      return true;
    case State::ChunkEnd:
      if (!TakeLine(line))
        return rest.size() > 2 ? Result<bool>(NotHttp("a chunk is longer than its size")) : false;
      if (!line.empty()) return NotHttp("a chunk is longer than its size");
      state_ = State::ChunkSize;
      return true;
    case State::Trailer:
      if (!TakeLine(line))
        return rest.size() > kLongestLine ? Result<bool>(NotHttp("its trailer does not end")) : false;
      if (line.empty()) state_ = State::Done;
      return true;
    case State::UntilEnd:
      if (rest.empty()) return false;
      at_ += rest.size();
      CAIRN_TRY(Deliver(rest));
      return true;
    case State::Done:
      return false;
  }
  return false;
}

bool AnswerReader::TakeLine(std::string_view& line) {
  const std::size_t end = unread_.find("\r\n", at_);
  if (end == std::string::npos) return false;
  line = std::string_view(unread_).substr(at_, end - at_);
  at_ = end + 2;
  return true;
}

Result<> AnswerReader::ReadHead(std::string_view head) {
  incoming_ = Incoming();
  const std::size_t first = std::min(head.find("\r\n"), head.size());
  CAIRN_TRY(ReadStatus(head.substr(0, first)));
  for (std::size_t start = first + 2; start < head.size();) {
    const std::size_t end = std::min(head.find("\r\n", start), head.size());
    const std::string_view line = head.substr(start, end - start);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return NotHttp("a header line without a name");
    incoming_.headers.emplace_back(line.substr(0, colon), Trim(line.substr(colon + 1)));
    start = end + 2;
  }
  return StartBody();
}

Result<> AnswerReader::ReadStatus(std::string_view line) {
  std::uint64_t status = 0;
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || !Number(line.substr(9, 3), 10, status) ||
      status < 100) {
    return NotHttp("it does not start with a status line");
  }
  incoming_.status = static_cast<int>(status);
  return {};
}

Result<> AnswerReader::StartBody() {
  const int status = incoming_.status;
  if (status < 200 && status != 101) return {};
  const std::string_view length = incoming_.Header("Content-Length");
  if (head_request_ || status == 204 || status == 304) {
    state_ = State::Done;
  } else if (EqualsIgnoringCase(incoming_.Header("Transfer-Encoding"), "chunked")) {
    state_ = State::ChunkSize;
  } else if (length.empty()) {
    state_ = State::UntilEnd;
  } else if (!Number(length, 10, left_)) {
    return NotHttp("its Content-Length is no number");
  } else {
    state_ = left_ == 0 ? State::Done : State::Sized;
  }
  return {};
}

Result<> AnswerReader::Deliver(std::string_view bytes) {
  if (sink_ && incoming_.status < 300) return sink_(bytes);
  if (incoming_.body.size() + bytes.size() > max_body_bytes_) {
    return Error{Reason::TooLarge,
                 "The answer is larger than the " + FormatBytes(max_body_bytes_) + " taken here."};
  }
  incoming_.body.append(bytes);
  return {};
}

}  // namespace cairn::fetch
