#include "cli/dataset_name.h"

#include "ground/vocabulary/text.h"

namespace cairn::cli {

DatasetName DatasetName::Of(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == text.npos) return {std::string(text), ""};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

Json DatasetName::Body() const {
  Json body{{"dataset", dataset}};
  if (!version.empty()) body.Set("version", version);
  return body;
}

std::string DatasetName::Path(std::string_view rest) const {
  return "/api/v1/data/datasets/" + PercentEncode(dataset) + std::string(rest);
}

}  // namespace cairn::cli
