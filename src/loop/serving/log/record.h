#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/serving/prediction_log.h"

namespace cairn::serving {

/// The form of the records that are written, as they say in "format". Form 1, which says nothing, has no
/// "caller" and no "trace_id"; both may be absent from form 2 as well.
inline constexpr std::int64_t kFormat = 2;

/// A prediction with its number in the segment, from 1.
struct Record {
  std::int64_t sequence = 0;
  Prediction prediction;
};

/// Appends the record's canonical JSON (members in order of name, no spaces) without building it as a value
/// first; of a record of many rows, the numbers as bytes behind it (packed.h).
void WriteRecord(std::string& out, const Prediction& prediction, std::int64_t sequence);
/// Of any form up to kFormat. Corrupt when `payload` is no record, Unsupported for a form of a newer program.
Result<Record> ReadRecord(std::string_view payload);

}  // namespace cairn::serving
