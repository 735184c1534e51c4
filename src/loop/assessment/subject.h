#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/assessment/assessment.h"
#include "loop/evaluation/respondent.h"

namespace cairn::assessment {

/// What the accepted configuration says that matters here; empty without one.
struct Context {
  std::optional<Node> root;
  std::string digest;
  std::optional<evaluation::CostMatrix> cost;
  std::string cost_unit;
  std::string model;                ///< The bound one.
  std::optional<double> threshold;  ///< model.threshold, when it is a number.
  runtime::WorkerSettings worker;
};
Result<Context> ReadContext(const governance::Configurations& configurations);

/// The rows, with what they are called on record.
struct Subject {
  tables::Table table;
  Json on;            ///< {"dataset", "version", "digest", "part"} or {"file", "sha256"}, and "rows".
  std::string thing;  ///< In lineage: "dataset:flights@7" or "sha256:…".
  Json seal;          ///< {"openings", "sentence"}; null when no seal was opened.
  evaluation::JudgedColumns columns;  ///< The question's, completed.
};

/// Reads the columns named and those that the model takes; rows without a target are left out.
Result<Subject> ReadFile(tables::Engine& engine, const Question& question,
                         const evaluation::Respondent* model);
/// Opens the seal where unseen rows are asked for: who looks, what for.
Result<Subject> ReadDataset(data::Catalogue& catalogue, const Context& context, const Question& question,
                            std::string_view actor, std::string_view purpose);

}  // namespace cairn::assessment
