// How a connection sends an answer.
#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ground/http/wire/byte_range.h"
#include "ground/http/wire/connection.h"
#include "ground/http/wire/response_head.h"
#include "ground/vocabulary/text.h"

namespace cairn::http::wire {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kChunk = 512 * 1024;
constexpr std::size_t kSmallBody = 32 * 1024;  ///< Copied behind the header, so that one packet carries both.

}  // namespace

asio::awaitable<void> Connection::Send(Response response) {
  const Request& request = reader_.request();
  ApplyRange(request, response);
  if (!trusted_) service_.rules.Annotate(request, response);
  closing_ = closing_ || draining_ || !reader_.keep_alive();
  const bool bodiless = request.method == "HEAD" || response.status == 204 || response.status == 304;
  Outgoing file;
  if (response.file && !bodiless) {
    co_await OpenFile(*response.file, file);
    if (!file.source) response = service_.router.Refuse(request.path, 500, file.problem);
  }
  Framing framing;
  framing.length = response.file ? response.file->length : response.content().size();
  framing.keep_alive = !closing_;
  framing.frame_options = service_.options.frame_options;
  framing.say_keep_alive = EqualsIgnoringCase(request.headers.Get("Connection"), "keep-alive");
  outbox_.clear();
  AppendHead(outbox_, response, framing);
  std::string_view body;
  if (!bodiless) body = response.file ? std::string_view(file.chunk) : response.content();
  if (body.size() <= kSmallBody) {
    outbox_ += body;
    body = {};
  }
  bool sent = co_await WriteAll(outbox_, body);
  if (sent && file.source && file.chunk.size() < framing.length) sent = co_await SendRest(file);
  lost_ = lost_ || !sent;
  Log(response.status, bodiless ? 0 : framing.length);
}

/// Opens the file and reads its first chunk, so that what cannot be read is known before the header goes out.
asio::awaitable<void> Connection::OpenFile(const FileBody& body, Outgoing& file) {
  Enter(Phase::Handling);
  auto flag = Start(service_.disk, [&body, &file] {
    auto opened = FileSource::Open(body.path, body.offset, body.length);
    const auto read = opened ? (*opened)->Read(file.chunk, kChunk) : Result<>(opened.error());
    if (read) {
      file.source = *std::move(opened);
    } else {
      file.problem = read.error().message;
    }
  });
  if (flag) co_await Until(flag);
}

/// One chunk goes to the socket while the next is read from disk. The header has been sent: a failure can
/// only end the connection.
asio::awaitable<bool> Connection::SendRest(Outgoing& file) {
  std::string writing;
  bool good = true;
  while (true) {
    auto flag = Start(service_.disk, [&file, &good] { good = bool(file.source->Read(file.chunk, kChunk)); });
    bool sent = true;
    if (!writing.empty()) sent = co_await WriteAll(writing, {});
    if (flag) co_await Until(flag);
    if (!flag || !good || !sent) co_return false;
    if (file.chunk.empty()) co_return true;
    writing.swap(file.chunk);
  }
}

asio::awaitable<bool> Connection::WriteAll(std::string_view first, std::string_view second) {
  Enter(Phase::Writing);
  while (!first.empty() || !second.empty()) {
    if (aborted_) co_return false;
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(first), asio::buffer(second)};
    Code code;
    const std::size_t count = socket_.write_some(parts, code);
    const std::size_t of_first = std::min(count, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(count - of_first);
    if (code == asio::error::would_block || code == asio::error::try_again) {
      const auto [waited] = co_await socket_.async_wait(Socket::wait_write, kAwait);
      if (waited) co_return false;
      Enter(Phase::Writing);
    } else if (code && code != asio::error::interrupted) {
      co_return false;
    }
  }
  co_return true;
}

}  // namespace cairn::http::wire
