#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ground/tables/chunk.h"
#include "ground/tables/table.h"

namespace cairn::batch {

/// The text by which a row is looked up: the values of its key's columns as tables::Column::Shown gives them,
/// percent-encoded, with '/' between them. So it stands in the address of a row, too.
std::string KeyText(std::span<const std::string> values);
/// The same for a person: the values with ", " between them.
std::string ShownKey(std::string_view key);

/// Appends the row as a JSON object, from column `first` on. Times in ISO 8601, NaN and infinities as Json
/// has them.
void AppendRow(std::string& out, const tables::Chunk& chunk, std::size_t row, std::size_t first);

}  // namespace cairn::batch
