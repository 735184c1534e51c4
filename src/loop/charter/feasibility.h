#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::charter {

/// Whether a problem should be solved with a model at all. Evaluation computes it; here it is kept, because a
/// no-go is an answer to the charter and stops training for its data set until a newer verdict says
/// otherwise.
struct Verdict {
  std::string dataset;
  std::string dataset_version;
  std::string charter_digest;  ///< Of the accepted configuration that was judged.
  bool go = false;
  double p_value = 1;    ///< Of the permutation test "the columns say something about the target".
  double heuristic = 0;  ///< Log loss of the heuristic.
  double probe = 0;      ///< Log loss of the probe model.
  std::string reason;    ///< One sentence.
  Json report;           ///< Everything that was computed.
  TimeMs judged_ms = 0;
};

/// The verdicts, newest last. Safe from any thread.
class Feasibility {
 public:
  Feasibility(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Keeps a verdict and its event; gives it back with its time.
  Result<Verdict> Record(Verdict verdict, std::string_view actor, std::string_view cause = "");
  /// The newest verdict on a data set, or none.
  Result<std::optional<Verdict>> Newest(std::string_view dataset) const;
  /// Denied, with the reason, while the newest verdict on the newest version that was judged is no-go.
  Result<> AllowTraining(std::string_view dataset) const;

 private:
  Result<std::optional<Verdict>> First(std::string_view dataset, const std::string& order) const;

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::charter
