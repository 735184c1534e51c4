#pragma once

#include "loop/scorecard/delivery.h"

/// How single promotions and incidents are read off the log; delivery.h says what the parts mean.
namespace cairn::scorecard {

bool Is(const Moment& moment, std::string_view kind);
/// Of windows and alerts: whether they are about quality, not drift.
bool AboutQuality(const Moment& moment);

/// `promoted` is an event of this history.
Promotion PromotionOf(const History& history, const Moment& promoted);
/// `raised` is an event of this history.
Incident IncidentOf(const History& history, const Moment& raised);
/// The windows of a promotion's version until the next one beside those of the version before.
Comparison CompareWithReplaced(const History& history, const Moment& promoted);

}  // namespace cairn::scorecard
