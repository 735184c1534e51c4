#include "ground/tables/file_name.h"

#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::tables {

Result<> CheckFileName(const std::string& path) {
  if (IsUtf8(path)) return Done{};
  std::string shown;
  for (const char c : path) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    shown += static_cast<signed char>(c) < 0 ? std::string(hex) : std::string(1, c);
  }
  return Error{Reason::InvalidArgument,
               "the name of '" + shown + "' is not UTF-8, as names of tables have to be: rename the file"};
}

}  // namespace cairn::tables
