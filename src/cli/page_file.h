#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// InvalidArgument for the name of a PDF: pages and documents are written as HTML (or Markdown), and a
/// browser prints them. The sentence says how.
Result<> CheckPageFile(const std::string& path);
/// Writes a page under a name that may be a page's.
Result<> WritePage(const std::string& path, std::string_view html);

}  // namespace cairn::cli
