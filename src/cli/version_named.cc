#include "cli/version_named.h"

#include "ground/vocabulary/text.h"

namespace cairn::cli {

Result<std::pair<std::string, std::int64_t>> ReadVersion(Session& session, const std::string& text) {
  const auto at = text.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    return Error{Reason::InvalidArgument,
                 "'" + text + "' names no version: write MODEL@ALIAS or MODEL@NUMBER, such as " +
                     (at == std::string::npos ? text : "churn") + "@production"};
  const std::string model = text.substr(0, at), name = text.substr(at + 1);
  if (const auto number = ParseInt(name)) return std::pair(model, *number);
  const Json about = CAIRN_TRY(session.Get("/api/v1/models/" + PercentEncode(model)));
  std::vector<std::string_view> aliases;
  for (const Json& alias : about.At("aliases").items()) {
    if (alias.Text("name") == name) return std::pair(model, alias.Int("version"));
    aliases.push_back(alias.At("name").AsString());
  }
  return Error{Reason::NotFound, "'" + model + "' has no alias '" + name + "'." + Suggestion(name, aliases)};
}

}  // namespace cairn::cli
