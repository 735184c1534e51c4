#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::formats::xml {

/// What a PMML document says of itself before its model's numbers.
struct Pmml {
  struct Field {
    std::string name, type;
  };
  bool is_pmml = false;
  std::string version;
  std::string application;    ///< That wrote it, with its version.
  std::vector<Field> fields;  ///< Of the data dictionary; at most 1,000.
  std::vector<std::string> targets;
  std::vector<std::string> models;  ///< Elements like "TreeModel", each once.
  std::uint64_t trees = 0;
  bool has_doctype = false;  ///< Reading stops there: entities are never expanded.
  std::string fault;
};

/// Streams over the text; stops at once when the root is another element. Unsupported where expat is missing.
Result<Pmml> ReadPmml(std::string_view text);

}  // namespace cairn::formats::xml
