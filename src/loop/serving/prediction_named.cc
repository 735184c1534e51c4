#include "loop/serving/prediction_named.h"

#include "ground/vocabulary/text.h"

namespace cairn::serving {

Result<std::vector<Prediction>> PredictionsNamed(const PredictionLog& log, std::string_view id) {
  std::string_view request;
  if (const auto dot = id.rfind('.'); dot != std::string_view::npos && ParseInt(id.substr(dot + 1)))
    request = id.substr(0, dot);
  std::vector<Prediction> exact, of_row;
  CAIRN_TRY(log.Read("", [&](const Prediction& one) -> Result<> {
    if (one.id == id) exact.push_back(one);
    if (!request.empty() && one.id == request) of_row.push_back(one);
    return Done{};
  }));
  if (!exact.empty()) return exact;
  if (!of_row.empty()) return of_row;
  return Error{Reason::NotFound, "The prediction log holds no answer '" + std::string(id) +
                                     "': give the id that an answer bears in X-Cairn-Prediction-Id."};
}

Json ToJson(const Prediction& prediction) {
  Json inputs = Json::Object(), made;
  for (const auto& [name, values] : prediction.inputs) {
    Json list = Json::Array();
    for (std::size_t row = 0; row < values.size(); ++row) list.Push(values.At(row, made));
    inputs.Set(name, std::move(list));
  }
  Json outputs = Json::Array();
  for (const double score : prediction.scores) outputs.Push(score);
  return Json{{"id", prediction.id},
              {"at_ms", prediction.at},
              {"model", prediction.model},
              {"version", prediction.version},
              {"arm", NameOf(prediction.arm)},
              {"rows", prediction.scores.size()},
              {"inputs", std::move(inputs)},
              {"outputs", std::move(outputs)},
              {"latency_us", prediction.micros},
              {"caller", prediction.caller},
              {"trace_id", prediction.trace_id},
              {"failure", prediction.failure},
              {"share", prediction.share ? Json(*prediction.share) : Json()}};
}

}  // namespace cairn::serving
