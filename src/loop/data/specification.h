#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/contract/contract.h"

namespace cairn::data {

/// One entry of cairn.yaml's `data` section.
struct Specification {
  std::string name;
  std::string path;  ///< Where the training part lies in the project.
  std::string target;
  Json positive = 1;             ///< The target value that counts as yes.
  std::string time;              ///< The column with the event's time; "" for none.
  std::vector<std::string> key;  ///< Columns that name a row and decide its part; empty: all columns.
  double holdout = 0;            ///< Share of rows sealed as test rows, 0 … 0.9.
  /// From the entry's `contract`: the short form, an ODCS document, or the file PATH (or {file, table}) with
  /// one.
  contract::Contract contract;
  std::string contract_digest;  ///< SHA-256 of the canonical JSON of the contract as written; "" without one.
  /// What every new version says of itself unless it is told otherwise.
  std::string owner, licence, jurisdiction, description;
  std::vector<std::string> tags;
  std::vector<std::string> access;  ///< Who may take the data out (`data export`); empty: everybody.
};

/// The section of an accepted configuration that holds the texts of files which cairn.yaml names: {path:
/// text}. `cairn apply` writes it behind the text, so that the digest that governs covers them too.
inline constexpr std::string_view kFiles = "files";

/// The files that contracts are read from, by their paths in the project.
Result<std::vector<std::string>> FilesNamed(const Node& configuration);

/// Reads the `data` section; none when it is absent. InvalidArgument with the place for an unknown key, a
/// wrong kind, a column that the contract does not know.
Result<std::vector<Specification>> ParseSpecifications(const Node& configuration);
/// The one of that name; NotFound with the nearest name.
Result<Specification> FindSpecification(const Node& configuration, std::string_view name);

}  // namespace cairn::data
