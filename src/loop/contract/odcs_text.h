#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/contract/contract.h"

namespace cairn::contract {

/// A contract of cairn.yaml's short form as an ODCS 3.1 document (YAML) that says the same. `name` becomes
/// its table's name and its id.
std::string OdcsText(const Contract& contract, std::string_view name);

/// A contract that was written in another tool's form.
struct Imported {
  std::string text;                ///< An ODCS 3.1 document (YAML).
  std::vector<std::string> notes;  ///< What has no counterpart, and was left out: a sentence each.
  std::size_t rules = 0;           ///< How many of the other tool's rules were taken over.
};

/// A Great Expectations suite (JSON), of its old form or of version 1. InvalidArgument for another text.
Result<Imported> ImportGreatExpectations(std::string_view text, std::string_view name);
/// A Pandera schema (YAML). InvalidArgument with the place for another text.
Result<Imported> ImportPandera(std::string_view text, std::string_view file, std::string_view name);

}  // namespace cairn::contract
