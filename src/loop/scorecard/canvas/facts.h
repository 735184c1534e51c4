#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/charter/charter.h"
#include "loop/data/specification.h"
#include "loop/monitoring/monitoring.h"
#include "loop/pipeline/triggers.h"
#include "loop/rollout/rollout.h"
#include "loop/scorecard/canvas.h"
#include "loop/serving/settings.h"

namespace cairn::scorecard {

/// The sections of a configuration as their own rooms read them, and what the records say of their parts.
struct Facts {
  static Result<Facts> Of(const CanvasGround& ground);

  const CanvasGround* ground = nullptr;
  charter::Charter charter;
  std::vector<data::Specification> data;
  rollout::Gates gates;
  serving::Settings serving;
  std::vector<monitoring::Monitor> monitors;
  std::vector<pipeline::TriggerRule> triggers;

  /// The data set of the model, or the only one; null without.
  const data::Specification* Dataset() const;
  /// "gates.rules at cairn.yaml:12:3"; the path alone when it is not there.
  std::string PlaceOf(std::string_view path) const;
  /// The newest event of a kind whose body has this value under `name` ("" for any), or null.
  const Moment* Newest(std::string_view kind, std::string_view name = "", std::string_view value = "") const;

  /// One line for each thing that a block lists, by the block's list: each with its bond to the records.
  std::vector<std::pair<std::string, Line>> Listed(std::string_view list) const;
};

/// A line that holds as soon as `evidence` is there.
Line Shown(std::string text, std::string to, const Moment* evidence, std::string_view until_then);
/// A narrative line, when there is a text.
void AddSaid(std::vector<Line>& lines, const std::string& text, const std::string& place);

}  // namespace cairn::scorecard
