#include "fuzz/property.h"
#include "ground/http/wire/request_reader.h"

using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;
using cairn::http::wire::RequestReader;

namespace {

constexpr std::size_t kHeaderBytes = 4096;

/// A request as it was read, as text.
struct Reading {
  bool header = false, whole = false;
  int status = 0;
  std::string shown, body;
};

void ShowHeader(const RequestReader& reader, const cairn::http::Request& request, std::string& shown) {
  shown = request.method + " " + request.path + "?" + request.query + (reader.keep_alive() ? " keep" : "") +
          (reader.chunked() ? " chunked" : "");
  for (const auto& [name, value] : request.headers.fields()) shown += "\n" + name + ":" + value;
}

/// Feeds the bytes as a connection does, with at most `step` new ones at a time.
Reading Read(std::string_view bytes, std::size_t step) {
  RequestReader reader(kHeaderBytes);
  Reading reading;
  std::size_t used = 0, here = 0;
  while (reader.refusal().status == 0 && !reader.done()) {
    const auto given = bytes.substr(used, here - used);
    const std::size_t taken =
        reader.header_done() ? reader.FeedBody(given, reading.body) : reader.FeedHeader(given);
    Hold(taken <= given.size(), "no more is taken than was given");
    used += taken;
    if (reader.header_done() && reading.shown.empty()) ShowHeader(reader, reader.request(), reading.shown);
    if (taken > 0) continue;
    if (here == bytes.size()) break;
    here = std::min(bytes.size(), here + step);
  }
  reading.header = reader.header_done();
  reading.whole = reader.done();
  reading.status = reader.refusal().status;
  return reading;
}

}  // namespace

/// However a request is cut into packets, the same is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = cairn::fuzz::Bytes(data, size).substr(1);
  const auto at_once = Read(bytes, bytes.size() + 1);
  const auto in_pieces = Read(bytes, 1 + data[0] % 16);
  if (bytes.size() >= kHeaderBytes) return 0;
  // A fault may be noticed only with a byte that is still to come.
  if (at_once.status != 0 && in_pieces.status == 0 && !in_pieces.whole) return 0;
  Hold(at_once.status == in_pieces.status, "the same refusal");
  if (at_once.status != 0) return 0;
  Hold(at_once.header == in_pieces.header && at_once.whole == in_pieces.whole, "as far as the other");
  HoldEqual(at_once.shown, in_pieces.shown, "the same header");
  HoldEqual(at_once.body, in_pieces.body, "the same body");
  return 0;
}
