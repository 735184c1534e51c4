#pragma once

#include <initializer_list>
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

}  // namespace cairn::api
