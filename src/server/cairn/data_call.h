#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"
#include "ledger/governance/configuration.h"
#include "loop/data/specification.h"

/// What the resources of the data room have in common.
namespace cairn::api {

/// InvalidArgument for a member that is not known, with the nearest that is.
Result<> OnlyMembers(const Json& body, std::initializer_list<std::string_view> known);

/// What the accepted configuration says about a data set. NotFound when nothing is accepted yet or it names
/// no such data set.
Result<data::Specification> SpecificationOf(const governance::Configurations& configurations,
                                            std::string_view dataset);

/// The member `name`: an absolute path, because the server's own working folder says nothing to a caller
/// elsewhere.
Result<std::string> AbsolutePathIn(const Json& body, std::string_view name = "file");

}  // namespace cairn::api
