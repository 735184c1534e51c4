#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "ground/sql/database.h"
#include "loop/data/catalogue.h"
#include "loop/monitoring/plan.h"
#include "loop/monitoring/reference.h"
#include "loop/monitoring/store/row_table.h"
#include "loop/monitoring/training_data.h"

namespace cairn::monitoring {

/// What one look at one window of one monitor gave: a Window for each column, all in the same state.
struct Judgement {
  std::vector<Window> windows;
  std::int64_t version = 0;  ///< That answered most rows.
  bool is_baseline = false;  ///< These rows become what this version's later scores are compared with.
  std::string problem;       ///< What keeps it pending and what to do about it; "" when only time does.

  bool Settled() const;
  /// The column that is furthest beyond the bound; null when the window is within it.
  const Window* Worst(const Monitor& monitor) const;
};

/// Computes what windows say. Keeps the reference columns it has read; not safe from several threads.
class Judge {
 public:
  /// All must outlive it; `mask` is what the prediction log's masks are made by.
  Judge(sql::Database& database, const data::Catalogue& catalogue, const registry::Registry& registry,
        const serving::Mask& mask)
      : database_(database), catalogue_(catalogue), mask_(mask), training_data_(registry, catalogue) {}

  /// Another configuration: what was read before is no longer meant.
  void Forget() { references_.clear(), profiles_.clear(), training_data_.Forget(); }
  Result<Judgement> Look(const Plan& plan, const Monitor& monitor, Span span, TimeMs watermark);

 private:
  Result<> LookAtQuality(const Plan& plan, const Monitor& monitor, Span span, Tally tally, TimeMs watermark,
                         Judgement& judgement) const;
  Result<> LookAtDrift(const Plan& plan, const Monitor& monitor, Span span, Tally tally,
                       Judgement& judgement);
  Result<> ComparePredictions(const Monitor& monitor, Span span, Window& window, Judgement& judgement) const;
  Result<> CompareInput(const Plan& plan, const Monitor& monitor, std::int64_t trained_on,
                        const std::vector<Json>& inputs, Window& window);
  /// The data set version whose profile the window's rows are compared with, its profile read; 0, with the
  /// problem told, while there is none.
  Result<std::int64_t> ProfiledData(const Plan& plan, Judgement& judgement);
  /// None when the profile has nothing on the column.
  Result<const Reference*> ReferenceOf(std::int64_t trained_on, const std::string& column, bool masked);

  sql::Database& database_;
  const data::Catalogue& catalogue_;
  const serving::Mask& mask_;
  TrainingData training_data_;
  std::map<std::int64_t, Json> profiles_;  ///< By version of the data set.
  std::map<std::tuple<std::int64_t, std::string, bool>, Reference> references_;
};

}  // namespace cairn::monitoring
