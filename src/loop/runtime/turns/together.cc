#include "loop/runtime/turns/together.h"

#include <algorithm>

#include "ground/os/clock.h"
#include "loop/runtime/rows.h"

namespace cairn::runtime {
namespace {

Result<Ran> RunAlone(const Model& model, const Part& part) {
  const std::int64_t begun = os::SteadyNs();
  Ran ran;
  ran.outputs = CAIRN_TRY(model.Run(*part.inputs));
  ran.run_ns = os::SteadyNs() - begun;
  ran.run_rows = part.rows;
  return ran;
}

bool HasRows(const Batch& outputs, std::int64_t rows) {
  return std::all_of(outputs.tensors.begin(), outputs.tensors.end(), [rows](const Tensor& tensor) {
    return !tensor.shape.empty() && tensor.shape[0] == rows;
  });
}

}  // namespace

std::vector<Result<Ran>> RunTogether(const Model& model, const std::vector<Part>& parts) {
  std::vector<Result<Ran>> all;
  all.reserve(parts.size());
  if (parts.size() > 1) {
    std::vector<const Batch*> batches;
    std::int64_t rows = 0;
    for (const Part& part : parts) {
      batches.push_back(part.inputs);
      rows += part.rows;
    }
    const std::int64_t begun = os::SteadyNs();
    const auto outputs = model.Run(Joined(batches));
    const std::int64_t took = os::SteadyNs() - begun;
    if (outputs && HasRows(*outputs, rows)) {
      std::int64_t from = 0;
      for (const Part& part : parts) {
        all.push_back(Ran{Ran::Fate::Answered, RowsOf(*outputs, from, part.rows), 0, took, rows, from == 0});
        from += part.rows;
      }
      return all;
    }
    // No row of theirs is at fault, and each by itself would wait as long again.
    if (!outputs && outputs.error().reason == Reason::Unavailable) {
      all.assign(parts.size(), Result<Ran>(outputs.error()));
      return all;
    }
  }
  for (const Part& part : parts) all.push_back(RunAlone(model, part));
  return all;
}

}  // namespace cairn::runtime
