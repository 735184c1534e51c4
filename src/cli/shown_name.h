#pragma once

#include <string>
#include <string_view>

namespace cairn::cli {

/// A name or value as it stands in one line of text: "\n", "\r", "\t" for what they name, "\x1b" for other
/// control characters and for bytes that are not UTF-8. It must not take the line or the terminal apart.
std::string ShownName(std::string_view name);

/// A JSON text whose strings may hold bytes that are not UTF-8 as one that any reader takes: each such byte
/// becomes a lone surrogate ("\udcff", PEP 383), as in DVC's listings.
std::string ReadableJson(std::string text);

}  // namespace cairn::cli
