#pragma once

#include <string>
#include <vector>

#include "loop/contract/contract.h"

namespace cairn::contract {

/// The names of the rules that say something of a table as a whole (unique, a number of rows, a figure of a
/// column, a distribution, an age, SQL; and how many rows may break one), of the environment `training` or
/// the other. Held to a part of the table, they say something else.
std::vector<std::string> WholeTableRules(const Contract& contract, bool training);

}  // namespace cairn::contract
