#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::blob::s3 {

/// An element of an answer; attributes and name spaces are left out.
struct Element {
  std::string name;
  std::string text;  ///< Of its own, without its children's.
  std::vector<Element> children;

  /// The text of the first child of that name, or "".
  std::string_view Text(std::string_view child) const;
};

/// Reads a whole document. Corrupt for anything not well formed, for a document type (and so for every
/// entity of one's own), for more than 16 levels, and past 16 MiB or 200,000 elements. Unsupported where
/// expat is missing.
Result<Element> ParseXml(std::string_view document);

}  // namespace cairn::blob::s3
