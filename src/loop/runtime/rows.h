#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"

/// Rows of a batch: what the first dimension of its tensors counts.
namespace cairn::runtime {

/// Unprocessable naming the tensor when they do not all have the same number, or one has no dimension.
Result<std::int64_t> CountRows(const Batch& batch);

/// Names, element types and shapes without the first dimension, in order, as one text: batches of the same
/// form can be joined.
std::string FormOf(const Batch& batch);

/// Rows `from` … `from + count`, all of which must be there.
Batch RowsOf(const Batch& batch, std::int64_t from, std::int64_t count);

/// The rows of all, one batch after the other. At least one; all of one form.
Batch Joined(const std::vector<const Batch*>& parts);

}  // namespace cairn::runtime
