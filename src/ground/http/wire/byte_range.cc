#include "ground/http/wire/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "ground/vocabulary/text.h"

namespace cairn::http::wire {
namespace {

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ByteRange RangeOf(std::string_view header, std::uint64_t size) {
  const ByteRange whole{ByteRange::Kind::Whole, 0, size};
  const std::string_view unit = "bytes=";
  if (header.size() < unit.size() || !EqualsIgnoringCase(header.substr(0, unit.size()), unit)) return whole;
  const std::string_view range = Trim(header.substr(unit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view from = range.substr(0, dash), to = range.substr(dash + 1);
  if (from.empty()) {
    const auto last = Number(to);
    if (!last) return whole;
    if (*last == 0 || size == 0) return {ByteRange::Kind::Unsatisfiable, 0, 0};
    const std::uint64_t length = std::min(*last, size);
    return {ByteRange::Kind::Part, size - length, length};
  }
  const auto first = Number(from);
  const auto last = to.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : Number(to);
  if (!first || !last || *last < *first) return whole;
  if (*first >= size) return {ByteRange::Kind::Unsatisfiable, 0, 0};
  return {ByteRange::Kind::Part, *first, std::min(*last, size - 1) - *first + 1};
}

void ApplyRange(const Request& request, Response& response) {
  if (!response.file || response.status != 200 || (request.method != "GET" && request.method != "HEAD"))
    return;
  response.headers.Add("Accept-Ranges", "bytes");
  const std::string_view header = request.headers.Get("Range");
  const std::string_view condition = request.headers.Get("If-Range");
  if (header.empty() || (!condition.empty() && condition != response.headers.Get("ETag"))) return;
  const std::uint64_t size = response.file->length;
  const ByteRange range = RangeOf(header, size);
  const std::string of = "/" + std::to_string(size);
  switch (range.kind) {
    case ByteRange::Kind::Whole:
      return;
    case ByteRange::Kind::Unsatisfiable:
      response.status = 416;
      response.headers.Add("Content-Range", "bytes *" + of);
      response.file.reset();
      response.body.clear();
      return;
    case ByteRange::Kind::Part:
      response.status = 206;
      response.headers.Add("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                std::to_string(range.first + range.length - 1) + of);
      response.file->offset += range.first;
      response.file->length = range.length;
      return;
  }
}

}  // namespace cairn::http::wire
