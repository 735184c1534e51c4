#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ground/sql/database.h"
#include "loop/data/catalogue.h"
#include "loop/monitoring/plan.h"
#include "loop/monitoring/reference.h"
#include "loop/monitoring/store/row_table.h"

namespace cairn::monitoring {

/// What one look at one window of one monitor gave: a Window for each column, all in the same state.
struct Judgement {
  std::vector<Window> windows;
  std::int64_t version = 0;  ///< That answered most rows.
  bool is_baseline = false;  ///< These rows become what this version's later scores are compared with.

  bool Settled() const;
  /// The column that is furthest beyond the bound; null when the window is within it.
  const Window* Worst(const Monitor& monitor) const;
};

/// Computes what windows say. Keeps the reference columns it has read; not safe from several threads.
class Judge {
 public:
  Judge(sql::Database& database, const data::Catalogue& catalogue)
      : database_(database), catalogue_(catalogue) {}

  /// Another configuration or reference: what was read before is no longer meant.
  void Forget() { references_.clear(), profile_.reset(); }
  Result<Judgement> Look(const Plan& plan, const Monitor& monitor, Span span, TimeMs watermark);

 private:
  Result<> LookAtQuality(const Plan& plan, const Monitor& monitor, Span span, Tally tally, TimeMs watermark,
                         Judgement& judgement) const;
  Result<> LookAtDrift(const Plan& plan, const Monitor& monitor, Span span, Tally tally,
                       Judgement& judgement);
  Result<> ComparePredictions(const Monitor& monitor, Span span, Window& window, Judgement& judgement) const;
  Result<> CompareInput(const Plan& plan, const Monitor& monitor, const std::vector<Json>& inputs,
                        Window& window);
  /// None while there is no profile, or when the profile has nothing on the column.
  Result<const Reference*> ReferenceOf(const Plan& plan, const std::string& column);

  sql::Database& database_;
  const data::Catalogue& catalogue_;
  std::optional<Json> profile_;
  std::map<std::string, Reference, std::less<>> references_;
};

}  // namespace cairn::monitoring
