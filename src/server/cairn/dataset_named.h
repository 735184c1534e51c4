#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "loop/data/specification.h"

/// What requests about data have in common.
namespace cairn::api {

/// InvalidArgument, with the nearest known one, for a body with another member.
Result<> OnlyMembers(const Json& body, std::initializer_list<std::string_view> known);

/// What the accepted configuration says about a data set.
Result<data::Specification> SpecificationOf(const governance::Configurations& configurations,
                                            std::string_view dataset);

/// The member `name`: an absolute path, because the server's own working folder says nothing to a caller
/// elsewhere.
Result<std::string> AbsolutePathIn(const Json& body, std::string_view name = "file");

}  // namespace cairn::api
