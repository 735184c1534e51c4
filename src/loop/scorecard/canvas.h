#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/kpi.h"

/// The canvases of a machine-learning project: what people meant, beside what the system does.
namespace cairn::scorecard {

/// How a line of a canvas hangs together with the system.
enum class Bond {
  Bound,      ///< The configuration says it, and records show it where it could have happened.
  Narrative,  ///< For people; nothing acts on it.
  Waiting,    ///< The configuration says it, and no record shows it yet.
  Drifted,    ///< Canvas and configuration, or configuration and records, say different things.
};
std::string_view NameOf(Bond bond);

struct Line {
  std::string text;
  Bond bond = Bond::Narrative;
  std::string to;                    ///< What it hangs on: a place in the configuration, or why it does not.
  const Moment* evidence = nullptr;  ///< Into the history; null without one.
};

struct Box {
  std::string_view name;   ///< "data_sources", as in the configuration.
  std::string_view title;  ///< "Data sources"
  std::string_view also;   ///< What it is called in the other edition of the canvas; "" when the same.
  std::string_view asks;   ///< The question that it answers.
  std::vector<Line> lines;
};

struct Canvas {
  std::string_view kind;  ///< "ml", "ai" or "stack"
  std::string_view title;
  std::string project;
  std::vector<Box> boxes;

  /// Every line that drifted or waits, and every box without a line: "data_sources: …".
  struct Finding {
    std::string box, problem;
    Bond bond;
  };
  std::vector<Finding> Findings() const;
};

/// What canvases are made from; all must outlive them.
struct CanvasGround {
  const Node& configuration;
  const History& history;
  const std::vector<KpiStatus>& kpis;  ///< The charter's, held against live figures.
};

/// The ten blocks of the ML Canvas. Each takes what the section `canvas` of cairn.yaml says of it, by either
/// edition's name:
///   canvas:
///     data_sources: {says: Flight records of three airports, datasets: [flights]}
///     impact_simulation: {metrics: [log_loss, roc_auc]}        # as offline_evaluation in the other edition
/// `says` is narrative; the list (kpis, datasets, outcome, columns, metrics, decides, serves, labels,
/// triggers, monitors) is compared with the rest of the configuration, both ways, and what is in both with
/// the records. A block without a list takes it from the configuration. InvalidArgument with place for a
/// block or key that there is not; also the errors of the sections' own readers.
Result<Canvas> MlCanvas(const CanvasGround& ground);
/// The AI Canvas (Agrawal, Gans and Goldfarb): prediction, judgment, action, outcome, input, training,
/// feedback, and the task that they change. Every box but the last is bound.
Result<Canvas> AiCanvas(const CanvasGround& ground);
/// The MLOps stack canvas: value, ten blocks of infrastructure and three dilemmas, each block's question
/// answered from what is configured and on record.
Result<Canvas> StackCanvas(const CanvasGround& ground);
/// By name: "ml", "ai" or "stack"; InvalidArgument for another.
Result<Canvas> CanvasNamed(std::string_view kind, const CanvasGround& ground);

/// Whether the section can be read: for accepting a configuration.
Result<> CheckCanvas(const Node& configuration);

/// {"kind", "title", "project", "boxes": [{"name", "title", "also", "asks", "lines": [{"text", "bond", "to",
/// "evidence"}]}], "findings": [{"box", "problem", "bond"}]}.
Json ToJson(const Canvas& canvas);
/// One printable page that needs nothing else; `digest` names the configuration it was made from.
std::string HtmlPage(const Canvas& canvas, std::string_view digest);

}  // namespace cairn::scorecard
