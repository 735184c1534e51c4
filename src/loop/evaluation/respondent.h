#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ground/tables/table.h"
#include "loop/evaluation/suite.h"
#include "loop/runtime/features.h"
#include "loop/runtime/format.h"

namespace cairn::evaluation {

/// A loaded model that answers the rows of a table for a suite. Safe from any thread.
class Respondent {
 public:
  /// Unsupported when the model's inputs cannot be bound to columns.
  static Result<Respondent> Of(const runtime::LoadedFolder& loaded);

  /// The columns that it takes.
  const std::vector<std::string>& columns() const { return binder_.names(); }
  /// Whether its answers come from another process, which takes milliseconds instead of microseconds.
  bool waits() const { return model_->waits(); }

  /// Block by block, on every core. Of classes: the output of floating-point numbers called "prob…" (or the
  /// only such) holds chances, of one column (the positive class) or one for each class in the order of
  /// Truth::classes, of two the positive one last. Where another output names the class decided for and that
  /// contradicts the order, two columns are turned round. Without chances, the first output names the class.
  /// Errors: Unprocessable when the rows do not fit the model, when it has another number of classes than the
  /// rows or several in another order, and when chances lie outside [0, 1]; Internal when it fails.
  Result<Answers> Answer(const tables::Table& table, const Truth& truth, Suite suite) const;

 private:
  Respondent(std::shared_ptr<const runtime::Model> model, runtime::Binder binder)
      : model_(std::move(model)), binder_(std::move(binder)) {}
  Result<Answers> AnswerBlock(const runtime::Features& features, const Truth& truth, Suite suite) const;

  std::shared_ptr<const runtime::Model> model_;
  runtime::Binder binder_;
};

}  // namespace cairn::evaluation
