#include <array>
#include <cmath>

#include "fuzz/property.h"
#include "ground/vocabulary/time.h"

using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;

/// Percent escapes, base64, numbers, times and misspelt words, as they stand in addresses, headers and files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  for (const auto part : {cairn::UrlPart::Path, cairn::UrlPart::Query}) {
    const auto back = cairn::PercentDecode(cairn::PercentEncode(bytes), part);
    Hold(static_cast<bool>(back), "what was escaped can be read");
    HoldEqual(*back, bytes, "bytes survive percent escapes");
    if (const auto decoded = cairn::PercentDecode(bytes, part))
      Hold(decoded->size() <= bytes.size(), "decoding never makes a text longer");
  }
  const auto plain = cairn::FromBase64(cairn::Base64(bytes));
  Hold(plain && *plain == bytes, "bytes survive base64");
  (void)cairn::FromBase64(bytes);
  if (const auto whole = cairn::ParseInt(bytes)) {
    const auto again = cairn::ParseInt(std::to_string(*whole));
    Hold(again && *again == *whole, "a whole number survives its text");
  }
  if (const auto number = cairn::ParseDouble(bytes)) {
    const auto again = cairn::ParseDouble(cairn::ShortestText(*number));
    Hold(again && (*again == *number || std::isnan(*number)), "a number survives its shortest text");
  }
  if (const auto time = cairn::ParseTime(bytes)) {
    const auto again = cairn::ParseTime(cairn::FormatUtc(*time));
    Hold(again && *again == *time, "a time survives its text");
  }
  (void)cairn::Suggestion(bytes, std::array<std::string_view, 2>{"stages", "params"});
  if (cairn::IsUtf8(bytes)) Hold(cairn::CodePoints(bytes) <= bytes.size(), "a code point has a byte");
  return 0;
}
