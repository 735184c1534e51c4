#include "loop/registry/rules/names.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/tracking/keys.h"

namespace cairn::registry {
namespace {

constexpr std::size_t kTagValueLength = 100000;
constexpr std::size_t kAliasLength = 255;

Error Wrong(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool LooksLikeVersion(std::string_view alias) {
  return alias.size() > 1 && (alias[0] == 'v' || alias[0] == 'V') &&
         std::all_of(alias.begin() + 1, alias.end(), IsDigit);
}

}  // namespace

Result<> CheckNameForm(std::string_view name, std::string_view parameter) {
  if (Trim(name).empty()) {
    return Wrong("Missing value for required parameter '" + std::string(parameter) +
                 "': a registered model needs a name.");
  }
  if (name.find_first_of("/:") != std::string_view::npos || name == "." || name.starts_with("..")) {
    return Wrong("Invalid model name '" + std::string(name) +
                 "'. Names cannot contain '/' or ':', nor be '.' or begin with '..'.");
  }
  return {};
}

Result<> CheckName(std::string_view name, std::string_view parameter) {
  CAIRN_TRY(CheckNameForm(name, parameter));
  return tracking::CheckLength(name, 256, parameter);
}

Result<> CheckAliasForm(std::string_view alias) {
  if (alias.empty()) return Wrong("Registered model alias name cannot be empty.");
  if (!tracking::AreWordCharacters(alias, "-")) {
    return Wrong("Invalid alias name: '" + std::string(alias) +
                 "'. Names may only contain letters, digits, '_' and '-'.");
  }
  return tracking::CheckLength(alias, kAliasLength, "Registered model alias name");
}

Result<> CheckAlias(std::string_view alias) {
  CAIRN_TRY(CheckAliasForm(alias));
  if (EqualsIgnoringCase(alias, "latest")) {
    return Wrong("'latest' alias name (case insensitive) is reserved: it always means the newest version.");
  }
  if (LooksLikeVersion(alias)) {
    return Wrong("Version alias name '" + std::string(alias) +
                 "' is reserved: it reads like a version's number.");
  }
  return {};
}

Result<> CheckTag(const Tag& tag) {
  CAIRN_TRY(tracking::CheckKey(tag.first, "key"));
  return tracking::CheckLength(tag.second, kTagValueLength, "value");
}

Result<std::string> CanonicalStage(std::string_view stage) {
  for (const char* known : {"None", "Staging", "Production", "Archived"}) {
    if (EqualsIgnoringCase(stage, known)) return std::string(known);
  }
  return Wrong("Invalid Model Version stage: " + std::string(stage) +
               ". Value must be one of None, Staging, Production, Archived.");
}

}  // namespace cairn::registry
