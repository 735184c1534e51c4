#include "fuzz/property.h"
#include "ground/vocabulary/document.h"

using cairn::Json;

namespace {

void SurvivesYaml(const Json& value) {
  const auto text = cairn::DumpYaml(value);
  const auto again = cairn::ParseYaml(text, "fuzz.yaml");
  if (!again) cairn::fuzz::HoldEqual(again.error().message, text, "what was written can be read");
  // Canonical texts, because NaN equals nothing.
  cairn::fuzz::HoldEqual(again->ToJson().Canonical(), value.Canonical(), "a value survives DumpYaml");
}

}  // namespace

/// The bytes are read as YAML and as JSON: both kinds of value must come back from DumpYaml.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  if (const auto node = cairn::ParseYaml(bytes, "fuzz.yaml")) SurvivesYaml(node->ToJson());
  if (const auto json = Json::Parse(bytes)) SurvivesYaml(*json);
  return 0;
}
