#pragma once

#include <string_view>
#include <vector>

#include "ground/vocabulary/json_text.h"
#include "loop/tracking/records.h"
#include "server/mlflow/fields.h"

/// Tracking's records as the dialect's messages, and back. Names in snake_case, 64-bit integers as numbers,
/// lists that are empty left out.
namespace cairn::mlflow {

Json ToJson(const tracking::Experiment& experiment);
Json ToJson(const tracking::LoggedModel& model);
Json ToJson(const tracking::Metric& metric);
Json ToJson(const std::vector<tracking::Tag>& tags);
Json ToJson(const std::vector<tracking::Param>& params);

/// Pages ask for thousands of runs, so these are written as they are read.
void Write(JsonText& text, const tracking::RunInfo& info);
enum class Outputs { Shown, Left };
void Write(JsonText& text, const tracking::Run& run, Outputs outputs = Outputs::Shown);
/// {"run": …}.
std::string RunMessage(const tracking::Run& run, Outputs outputs = Outputs::Shown);

/// Sets `name` to the list unless it is empty.
void SetList(Json& message, std::string_view name, Json list);

Result<tracking::ExperimentId> ExperimentIdOf(std::string_view text);
Result<std::vector<tracking::ExperimentId>> ExperimentIdsOf(const Fields& fields, std::string_view name);
Result<std::vector<tracking::Tag>> TagsOf(const Fields& fields, std::string_view name);
Result<std::vector<tracking::Param>> ParamsOf(const Fields& fields, std::string_view name);
Result<tracking::Metric> MetricOf(const Fields& fields);
Result<tracking::View> ViewOf(const Fields& fields, std::string_view name);

}  // namespace cairn::mlflow
