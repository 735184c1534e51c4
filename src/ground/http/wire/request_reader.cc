#include "ground/http/wire/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "ground/vocabulary/text.h"

namespace cairn::http::wire {

namespace beast = boost::beast;
using Code = beast::error_code;

/// Beast's state machine, writing straight into a Request in place of Beast's own message type.
class RequestReader::Parser final : public beast::http::basic_parser<true> {
 public:
  Parser(RequestReader& reader, std::size_t header_bytes) : reader_(reader) {
    header_limit(static_cast<std::uint32_t>(header_bytes));
    body_limit(boost::none);
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       Code&) override {
    reader_.version_ = version;
    reader_.request_.method.assign(method.data(), method.size());
    reader_.TakeTarget({target.data(), target.size()});
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, Code&) override {
    // Fields after the last chunk are no part of the header; taking them in would let a body change it.
    if (is_header_done()) return;
    reader_.request_.headers.Add(std::string(name.data(), name.size()),
                                 std::string(value.data(), value.size()));
  }
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(beast::string_view body, Code&) override { return Take(body); }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Code&) override {
    return Take(body);
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Code&) override {}
  void on_finish_impl(Code&) override {}
  void on_response_impl(int, beast::string_view, int, Code&) override {}

  std::size_t Take(beast::string_view body) {
    reader_.sink_->append(body.data(), body.size());
    return body.size();
  }

  RequestReader& reader_;
};

RequestReader::RequestReader(std::size_t header_bytes) : header_bytes_(header_bytes) { Next(); }
RequestReader::~RequestReader() = default;

void RequestReader::Next() {
  parser_ = std::make_unique<Parser>(*this, header_bytes_);
  request_ = Request();
  refusal_ = Refusal();
  keep_alive_ = expects_continue_ = chunked_ = false;
  content_length_.reset();
  searched_.reset();
}

bool RequestReader::header_done() const { return parser_->is_header_done(); }
bool RequestReader::done() const { return parser_->is_done(); }

void RequestReader::Refuse(int status, std::string why) {
  if (refusal_.status == 0) refusal_ = {status, std::move(why)};
}

std::size_t RequestReader::FeedHeader(std::string_view bytes) {
  std::size_t skipped = 0;
  while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
  if (skipped > 0) return skipped;
  // Half of an empty line: the other half is on its way, or the next byte shows that it is none.
  if (bytes == "\r") return 0;
  if (searched_) {
    const std::size_t from = *searched_ - std::min<std::size_t>(*searched_, 3);
    searched_ = bytes.size();
    if (bytes.size() <= header_bytes_ && bytes.find("\r\n\r\n", from) == std::string_view::npos) return 0;
  }
  Code code;
  const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), code);
  if (code == beast::http::error::need_more) {
    // The first piece ended with a line, and the parser took it: it begins anew when the header is whole.
    if (used > 0) Next(), searched_ = bytes.size();
    return 0;
  }
  if (code == beast::http::error::header_limit) {
    Refuse(431, "The request's header is longer than " + FormatBytes(header_bytes_) + ".");
  } else if (code) {
    Refuse(400, "This is not a well-formed HTTP/1.1 request: " + code.message() + ".");
  } else if (parser_->is_header_done()) {
    FinishHeader();
  }
  return used;
}

std::size_t RequestReader::FeedBody(std::string_view bytes, std::string& body) {
  sink_ = &body;
  std::size_t used = 0;
  while (!parser_->is_done()) {
    Code code;
    const std::size_t taken =
        parser_->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), code);
    used += taken;
    if (code == beast::http::error::need_more) break;
    if (code) {
      Refuse(400, "The request's body is not well formed: " + code.message() + ".");
      break;
    }
    if (taken == 0 || used == bytes.size()) break;
  }
  sink_ = nullptr;
  return used;
}

void RequestReader::FinishHeader() {
  const Headers& headers = request_.headers;
  std::size_t hosts = 0, lengths = 0, codings = 0;
  for (const auto& [name, value] : headers.fields()) {
    hosts += EqualsIgnoringCase(name, "Host");
    lengths += EqualsIgnoringCase(name, "Content-Length");
    codings += EqualsIgnoringCase(name, "Transfer-Encoding");
  }
  keep_alive_ = parser_->keep_alive();
  chunked_ = parser_->chunked();
  if (const auto length = parser_->content_length()) content_length_ = *length;
  const std::string_view expect = headers.Get("Expect");
  expects_continue_ = EqualsIgnoringCase(expect, "100-continue") && version_ >= 11;
  const std::string_view length = headers.Get("Content-Length");
  if (version_ >= 11 ? hosts != 1 : hosts > 1) {
    Refuse(400, "A request needs exactly one Host header.");
  } else if (lengths > 1 || (lengths > 0 && codings > 0)) {
    Refuse(400, "The request gives the length of its body more than once.");
  } else if (length.find_first_not_of("0123456789") != std::string_view::npos) {
    Refuse(400, "The request's Content-Length is not a number.");
  } else if (codings > 1 ||
             (codings == 1 &&
              (version_ < 11 || !EqualsIgnoringCase(headers.Get("Transfer-Encoding"), "chunked")))) {
    Refuse(501, "The only transfer coding taken is 'chunked'.");
  } else if (!expect.empty() && !EqualsIgnoringCase(expect, "100-continue")) {
    Refuse(417, "The only expectation met is '100-continue'.");
  }
}

void RequestReader::TakeTarget(std::string_view target) {
  if (const std::size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    const std::size_t path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  const std::size_t question = target.find('?');
  request_.path = target.substr(0, question);
  if (question != std::string_view::npos) request_.query = target.substr(question + 1);
  if (request_.path.empty()) request_.path = "/";
  if (!request_.path.starts_with('/') && request_.path != "*")
    Refuse(400, "The request's target must be a path.");
}

}  // namespace cairn::http::wire
