#include "ground/vocabulary/json.h"

#include "fuzz/property.h"

using cairn::Json;

/// Whatever is read can be written in each form and read again as the same value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = Json::Parse(cairn::fuzz::Bytes(data, size));
  if (!value) {
    cairn::fuzz::Hold(!value.error().message.empty(), "an error says something");
    return 0;
  }
  for (const std::string& text : {value->Dump(), value->DumpPretty(), value->Canonical()}) {
    const auto again = Json::Parse(text);
    cairn::fuzz::Hold(static_cast<bool>(again), "what was written can be read");
    cairn::fuzz::Hold(*again == *value, "a value survives being written and read");
    cairn::fuzz::HoldEqual(again->Canonical(), value->Canonical(), "one canonical text per value");
  }
  return 0;
}
