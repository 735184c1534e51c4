#pragma once

#include "ground/vocabulary/json.h"
#include "loop/data/version.h"

/// Data sets as the own API tells of them.
namespace cairn::api {

Json ToJson(const data::DatasetFile& file);
/// Without what the sealed rows are; "files" in the order in which they were added.
Json ToJson(const data::DatasetVersion& version);
/// The same without files, columns and the contract's verdict: for lists.
Json BriefJson(const data::DatasetVersion& version);

}  // namespace cairn::api
