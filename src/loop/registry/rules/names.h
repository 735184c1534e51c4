#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/registry/registry.h"

/// What names may be; everything refused is InvalidArgument.
namespace cairn::registry {

/// Not blank, without '/' and ':', the same as a plain path. What no model can be called, whoever asks for
/// it.
Result<> CheckNameForm(std::string_view name, std::string_view parameter);
/// The same, for a new name: 256 bytes at most.
Result<> CheckName(std::string_view name, std::string_view parameter);
/// Letters, digits, '_' and '-', 255 at most.
Result<> CheckAliasForm(std::string_view alias);
/// The same, for a new alias: not "latest" nor like "v12", which mean something already.
Result<> CheckAlias(std::string_view alias);
Result<> CheckTag(const Tag& tag);

}  // namespace cairn::registry
