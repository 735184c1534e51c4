#include "loop/serving/log/record.h"

#include <algorithm>
#include <array>

#include "loop/serving/log/packed.h"

namespace cairn::serving {
namespace {

constexpr std::array<std::string_view, 5> kArms = {"production", "canary", "fallback", "named", "shadow"};

void WriteList(std::string& out, const Values& values) {
  Json made;
  out += '[';
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (row > 0) out += ',';
    values.At(row, made).DumpTo(out);
  }
  out += ']';
}

void WriteInputs(std::string& out, const Columns& inputs, Tail& tail) {
  std::vector<const Columns::value_type*> columns;
  columns.reserve(inputs.size());
  for (const auto& column : inputs) columns.push_back(&column);
  std::sort(columns.begin(), columns.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  char before = '{';
  for (const auto* column : columns) {
    out += before;
    before = ',';
    AppendJsonString(out, column->first);
    out += ':';
    if (!tail.Take(out, column->second)) WriteList(out, column->second);
  }
  out += columns.empty() ? "{}" : "}";
}

void WriteScores(std::string& out, const std::vector<double>& scores) {
  out += '[';
  for (std::size_t row = 0; row < scores.size(); ++row) {
    if (row > 0) out += ',';
    AppendJsonDouble(out, scores[row]);
  }
  out += ']';
}

Error NoRecord(std::string_view what) {
  return {Reason::Corrupt, "This is no record of a prediction: " + std::string(what) + "."};
}

}  // namespace

std::string_view NameOf(Arm arm) { return kArms[static_cast<std::size_t>(arm)]; }

void WriteRecord(std::string& out, const Prediction& prediction, std::int64_t sequence) {
  const std::size_t begin = out.size();
  Tail tail(prediction.scores.size());
  if (tail.IsWanted()) out.append(kPackedHead, kPacked);
  out += "{\"arm\":\"";
  out += NameOf(prediction.arm);
  out += "\",\"at\":";
  out += std::to_string(prediction.at);
  if (!prediction.caller.empty()) {
    out += ",\"caller\":";
    AppendJsonString(out, prediction.caller);
  }
  out += ",\"failure\":";
  AppendJsonString(out, prediction.failure);
  out += ",\"format\":";
  out += std::to_string(kFormat);
  out += ",\"id\":";
  AppendJsonString(out, prediction.id);
  out += ",\"inputs\":";
  WriteInputs(out, prediction.inputs, tail);
  out += ",\"micros\":";
  out += std::to_string(prediction.micros);
  out += ",\"model\":";
  AppendJsonString(out, prediction.model);
  out += ",\"scores\":";
  if (!tail.Take(out, prediction.scores)) WriteScores(out, prediction.scores);
  out += ",\"sequence\":";
  out += std::to_string(sequence);
  if (prediction.share) {
    out += ",\"share\":";
    AppendJsonDouble(out, *prediction.share);
  }
  if (!prediction.trace_id.empty()) {
    out += ",\"trace_id\":";
    AppendJsonString(out, prediction.trace_id);
  }
  out += ",\"version\":";
  out += std::to_string(prediction.version);
  out += '}';
  if (tail.IsWanted()) tail.Close(out, begin);
}

Result<Record> ReadRecord(std::string_view payload) {
  std::string_view head = payload;
  Unpacker unpacker;
  if (payload.starts_with(kPacked)) {
    if (!unpacker.Split(payload, head)) return NoRecord("its head has no end");
  }
  auto parsed = Json::Parse(head);
  if (!parsed) return NoRecord(parsed.error().message);
  const auto arm = std::find(kArms.begin(), kArms.end(), parsed->Text("arm"));
  if (parsed->Int("format") > kFormat)
    return Error{Reason::Unsupported, "This record of a prediction has form " +
                                          std::to_string(parsed->Int("format")) +
                                          ", and this program reads " + std::to_string(kFormat) +
                                          " at most: read it with a newer one."};
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
  prediction.caller = parsed->Text("caller");
  prediction.trace_id = parsed->Text("trace_id");
  if (parsed->At("share").IsNumber()) prediction.share = parsed->Double("share");
  for (const auto& [name, list] : parsed->At("inputs").members())
    prediction.inputs.emplace_back(name, unpacker.ValuesOf(list));
  prediction.scores = unpacker.ScoresOf(parsed->At("scores"));
  if (!unpacker.IsSound()) return NoRecord("its numbers are not as many as its head says");
  return record;
}

}  // namespace cairn::serving
