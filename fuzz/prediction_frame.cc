#include "fuzz/property.h"
#include "loop/serving/log/frame.h"
#include "loop/serving/log/record.h"

namespace serving = cairn::serving;
using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;

namespace {

void SurvivesRecord(std::string_view payload) {
  const auto record = serving::ReadRecord(payload);
  if (!record) return;
  std::string text;
  serving::WriteRecord(text, record->prediction, record->sequence);
  const auto again = serving::ReadRecord(text);
  if (!again) HoldEqual(again.error().message, text, "what was written can be read");
  std::string once_more;
  serving::WriteRecord(once_more, again->prediction, again->sequence);
  HoldEqual(once_more, text, "a record survives being written and read");
}

}  // namespace

/// The bytes as a segment, and as the payload of a frame that is sound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  for (std::size_t offset = 0; offset <= size;) {
    const auto payload = serving::PayloadAt(bytes, offset);
    if (!payload) break;
    SurvivesRecord(*payload);
    offset += serving::kFrameHead + payload->size();
    Hold(offset <= size, "a payload lies in the segment");
  }
  SurvivesRecord(bytes);
  std::string frame(serving::kFrameHead, '\0');
  frame += bytes;
  serving::SealFrame(frame);
  const auto sealed = serving::PayloadAt(frame, 0);
  Hold(bytes.empty() ? !sealed : sealed && *sealed == bytes, "a sealed frame reads back");
  if (!bytes.empty()) {
    frame[serving::kFrameHead + size / 2] ^= 1;
    Hold(!serving::PayloadAt(frame, 0), "a flipped bit is seen");
  }
  return 0;
}
