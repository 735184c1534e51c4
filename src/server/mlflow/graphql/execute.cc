#include "server/mlflow/graphql/execute.h"

#include <cmath>
#include <map>

#include "server/mlflow/graphql/limits.h"
#include "server/mlflow/graphql/plan.h"

namespace cairn::mlflow::graphql {
namespace {

class Execution {
 public:
  explicit Execution(const Caller& caller) : caller_(caller) {}

  Json ObjectOf(const Type& type, const std::vector<Step>& steps, const Json& message) {
    Json object = Json::Object();
    for (const auto& step : steps) {
      object.Set(step.key, step.field == nullptr ? Json(type.name) : ValueOf(step, message));
    }
    return object;
  }

  Json errors() && { return errors_.items().empty() ? Json() : std::move(errors_); }

 private:
  /// As protobuf has it: what was not set is empty or zero, not null.
  Json ValueOf(const Step& step, const Json& message) {
    const auto& field = *step.field;
    switch (field.shape) {
      case Field::Shape::Text:
        return message.Text(field.member());
      case Field::Shape::Texts: {
        const auto& list = message.At(field.member());
        return list.IsArray() ? list : Json::Array();
      }
      case Field::Shape::Long:
        return std::to_string(message.Int(field.member()));
      case Field::Shape::Float:
        return FloatOf(message.At(field.member()));
      case Field::Shape::Flag:
        return message.Bool(field.member());
      case Field::Shape::One:
        return ObjectOf(*field.type, step.steps, message.At(field.member()));
      case Field::Shape::Many:
        return ListOf(step, message.At(field.member()));
      case Field::Shape::None:
        return Json();
      case Field::Shape::Echo:
        return ObjectOf(*field.type, step.steps, Json{{"output", step.argument}});
      case Field::Shape::Call:
        return Called(field.call, step.argument,
                      [&](const Json& answer) { return ObjectOf(*field.type, step.steps, answer); });
      case Field::Shape::ExperimentOfRun:
        return ExperimentOf(step, message);
      case Field::Shape::VersionsOfRun:
        return VersionsOf(step, message);
    }
    return Json();
  }

  /// JSON has no NaN, and pages do not expect its name here.
  static Json FloatOf(const Json& value) {
    if (value.IsNull()) return 0.0;
    return value.IsNumber() && std::isfinite(value.AsDouble()) ? value : Json();
  }

  Json ListOf(const Step& step, const Json& items) {
    Json list = Json::Array();
    for (const auto& item : items.items()) list.Push(ObjectOf(*step.field->type, step.steps, item));
    return list;
  }

  Json ExperimentOf(const Step& step, const Json& run) {
    const Json message{{"experiment_id", run.At("info").At("experiment_id")}};
    return Called("experiments/get", message, [&](const Json& answer) {
      return ObjectOf(*step.field->type, step.steps, answer.At("experiment"));
    });
  }

  Json VersionsOf(const Step& step, const Json& run) {
    const Json message{{"filter", "run_id='" + run.At("info").Text("run_id") + "'"}};
    return Called("model-versions/search", message,
                  [&](const Json& answer) { return ListOf(step, answer.At("model_versions")); });
  }

  /// Many runs ask for the same experiment: each question is asked once.
  template <class Shown>
  Json Called(std::string_view call, const Json& message, Shown shown) {
    const auto question = std::string(call) + message.Canonical();
    auto found = asked_.find(question);
    if (found == asked_.end()) found = asked_.emplace(question, caller_(call, message)).first;
    if (found->second) return shown(*found->second);
    errors_.Push(found->second.error().message);
    return Json();
  }

  const Caller& caller_;
  std::map<std::string, Result<Json>> asked_;
  Json errors_ = Json::Array();
};

Result<Plan> Planned(const Json& request) {
  const auto document = CAIRN_TRY(Parse(request.Text("query")));
  CAIRN_TRY(CheckLimits(document));
  return PlanOf(document, request.Text("operationName"), request.At("variables"));
}

}  // namespace

Json Execute(const Json& request, const Caller& caller) {
  const auto plan = Planned(request);
  if (!plan) return Json{{"data", Json()}, {"errors", Json::Array({plan.error().message})}};
  Execution execution(caller);
  auto data = execution.ObjectOf(*plan->root, plan->steps, Json());
  return Json{{"data", std::move(data)}, {"errors", std::move(execution).errors()}};
}

}  // namespace cairn::mlflow::graphql
