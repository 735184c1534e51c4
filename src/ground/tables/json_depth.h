#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cairn::tables {

/// The first line of a file of JSON lines, compressed or not, that nests deeper than `most`, from 1; nothing
/// when there is none, or the file cannot be read. Costs a read of the file and an eighth of a nanosecond or
/// so a byte. The engine follows values by recursion, to the end of its stack. `whole`: the file is one
/// value, whose lines stand within each other.
std::optional<std::int64_t> LineNestedDeeperThan(const std::string& path, int most, bool whole = false);

}  // namespace cairn::tables
