#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/registry/registry.h"

/// What names may be; everything refused is InvalidArgument.
namespace cairn::registry {

/// Not blank, without '/' and ':', the same as a plain path.
Result<> CheckName(std::string_view name, std::string_view parameter);
/// Letters, digits, '_' and '-', 255 at most; not "latest" nor like "v12", which mean something already.
Result<> CheckAlias(std::string_view alias);
Result<> CheckTag(const Tag& tag);

}  // namespace cairn::registry
