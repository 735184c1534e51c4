#pragma once

#include <span>
#include <string_view>

#include "loop/scorecard/rubric/examiner.h"

namespace cairn::scorecard {

/// Who can do a test so that it counts as done by a system.
enum class By {
  Program,  ///< Its own rooms do it and leave the records; nothing else counts.
  Stage,    ///< A stage of the pipeline that `scorecard.checks` binds to it.
  Code,     ///< The same, and the runs must name the commit that they were built from, without changes.
};

/// One test of the rubric.
struct Entry {
  std::string_view id, meaning, earns;
  By by;
  /// Of tests by the program; of others what the program sees beside the stage, or null.
  Finding (*answer)(const Examiner&);
  std::string_view lacks;  ///< What would do it without a stage, and is not there yet; else "".
};

/// All 28, in order.
std::span<const Entry> Rubric();
/// Null when there is no such test.
const Entry* EntryOf(std::string_view id);

}  // namespace cairn::scorecard
