#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/result.h"

namespace cairn::contract {

struct Inference {
  std::string text;  ///< An ODCS 3.1 document in YAML, with comments that say why each rule is proposed.
  std::int64_t rows = 0;
  std::size_t columns = 0;
};

/// Proposes a contract that the files keep, after one look at all of their rows: types, what is never
/// missing, ranges (a tenth wider than what was seen), lists of few values, forms of codes and addresses,
/// uniqueness, rows. `personal` names the columns that point at persons and what they hold ("names of
/// persons"): those, and columns of e-mail addresses, are classified as restricted, and none of their values
/// stands in the contract. `name` is the table's. Errors are those of reading.
Result<Inference> Infer(tables::Engine& engine, const std::vector<std::string>& files,
                        const std::string& name,
                        const std::map<std::string, std::string, std::less<>>& personal = {});

}  // namespace cairn::contract
