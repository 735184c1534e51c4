#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::tables {

/// Why a CSV file does not read, for when the engine only says that it doesn't: the first line whose number
/// of fields is not the header's, or whose quote is never closed or closed before the field ends. Nothing
/// when the form is sound, or the file compressed or unreadable.
std::optional<std::string> FaultInCsv(const std::string& path, char delimiter);

/// The first fault in the files that `statement` reads through Source::Relation; nothing when it reads none.
std::optional<std::string> FaultInCsvOf(std::string_view statement);
/// The one CSV file that `statement` reads so; nothing when it reads none or several.
std::optional<std::string> OnlyCsvOf(std::string_view statement);
/// The Parquet files that `statement` reads so.
std::vector<std::string> ParquetFilesOf(std::string_view statement);

}  // namespace cairn::tables
