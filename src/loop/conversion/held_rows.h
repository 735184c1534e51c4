#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/assessment/subject.h"
#include "loop/conversion/conversion.h"
#include "loop/runtime/conversion.h"
#include "loop/runtime/features.h"

namespace cairn::conversion {

/// Rows of a file or a data set, as the model takes them.
struct HeldRows {
  runtime::NamedRows rows;
  std::string thing;  ///< In lineage: "dataset:flights@7" or "sha256:…".
};
/// Nothing where neither is wanted nor bound. NotFound without the file or the data set; Unprocessable when
/// it lacks a column that the model takes, or holds another kind of value there.
Result<std::optional<HeldRows>> ReadHeldRows(const Rooms& rooms, const assessment::Context& context,
                                             const Wanted& wanted, const runtime::Binder& binder);

}  // namespace cairn::conversion
