#include "loop/serving/log/record.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace cairn::serving {
namespace {

constexpr std::array<std::string_view, 4> kArms = {"production", "canary", "fallback", "named"};

void WriteInputs(std::string& out, const Prediction& prediction) {
  std::vector<const std::pair<std::string, std::vector<Json>>*> columns;
  columns.reserve(prediction.inputs.size());
  for (const auto& column : prediction.inputs) columns.push_back(&column);
  std::sort(columns.begin(), columns.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  char before = '{';
  for (const auto* column : columns) {
    out += before;
    before = ',';
    AppendJsonString(out, column->first);
    out += ":[";
    for (std::size_t row = 0; row < column->second.size(); ++row) {
      if (row > 0) out += ',';
      column->second[row].DumpTo(out);
    }
    out += ']';
  }
  out += columns.empty() ? "{}" : "}";
}

double NumberOf(const Json& value) {
  if (value.IsNumber()) return value.AsDouble();
  const double infinity = std::numeric_limits<double>::infinity();
  if (value == Json("Infinity")) return infinity;
  return value == Json("-Infinity") ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

Error NoRecord(std::string_view what) {
  return {Reason::Corrupt, "This is no record of a prediction: " + std::string(what) + "."};
}

}  // namespace

std::string_view NameOf(Arm arm) { return kArms[static_cast<std::size_t>(arm)]; }

void WriteRecord(std::string& out, const Prediction& prediction, std::int64_t sequence) {
  out += "{\"arm\":\"";
  out += NameOf(prediction.arm);
  out += "\",\"at\":";
  out += std::to_string(prediction.at);
  out += ",\"failure\":";
  AppendJsonString(out, prediction.failure);
  out += ",\"id\":";
  AppendJsonString(out, prediction.id);
  out += ",\"inputs\":";
  WriteInputs(out, prediction);
  out += ",\"micros\":";
  out += std::to_string(prediction.micros);
  out += ",\"model\":";
  AppendJsonString(out, prediction.model);
  out += ",\"scores\":[";
  for (std::size_t row = 0; row < prediction.scores.size(); ++row) {
    if (row > 0) out += ',';
    AppendJsonDouble(out, prediction.scores[row]);
  }
  out += "],\"sequence\":";
  out += std::to_string(sequence);
  out += ",\"version\":";
  out += std::to_string(prediction.version);
  out += '}';
}

Result<Record> ReadRecord(std::string_view json) {
  auto parsed = Json::Parse(json);
  if (!parsed) return NoRecord(parsed.error().message);
  const auto arm = std::find(kArms.begin(), kArms.end(), parsed->Text("arm"));
  if (arm == kArms.end()) return NoRecord("it names no arm");
  if (!parsed->At("sequence").IsInt()) return NoRecord("it has no number");
  Record record;
  record.sequence = parsed->Int("sequence");
  Prediction& prediction = record.prediction;
  prediction.id = parsed->Text("id");
  prediction.at = parsed->Int("at");
  prediction.model = parsed->Text("model");
  prediction.version = parsed->Int("version");
  prediction.arm = static_cast<Arm>(arm - kArms.begin());
  prediction.micros = parsed->Int("micros");
  prediction.failure = parsed->Text("failure");
  for (const Json& score : parsed->At("scores").items()) prediction.scores.push_back(NumberOf(score));
  for (const auto& [name, values] : parsed->At("inputs").members())
    prediction.inputs.emplace_back(name, values.items());
  return record;
}

}  // namespace cairn::serving
