#include "server/cairn/data_call.h"

#include <algorithm>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"

namespace cairn::api {

Result<> OnlyMembers(const Json& body, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : body.members()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::vector<std::string_view> names(known);
    return Error{Reason::InvalidArgument,
                 "unknown member '" + name + "' in the body." + Suggestion(name, names)};
  }
  return Done{};
}

Result<data::Specification> SpecificationOf(const governance::Configurations& configurations,
                                            std::string_view dataset) {
  const auto accepted = CAIRN_TRY(configurations.Accepted());
  if (!accepted)
    return Error{Reason::NotFound,
                 "no configuration is accepted yet: write cairn.yaml (`cairn init`) and run `cairn apply`"};
  return data::FindSpecification(CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml")), dataset);
}

Result<std::string> AbsolutePathIn(const Json& body, std::string_view name) {
  std::string file = CAIRN_TRY(RequiredText(body, name));
  if (!file.starts_with('/'))
    return Error{
        Reason::InvalidArgument,
        "'" + std::string(name) + "' must be an absolute path on the server's machine, not '" + file + "'"};
  return file;
}

}  // namespace cairn::api
