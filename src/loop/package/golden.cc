#include "loop/package/golden.h"

#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::package {
namespace {

using runtime::DataType;
using runtime::Tensor;
using serving::Question;

constexpr double kAbsolute = 1e-6, kRelative = 1e-4, kRelativeInHalves = 1e-2;

Error Wrong(const std::string& what) { return {Reason::Corrupt, "'golden.json' " + what + "."}; }

bool IsReal(DataType type) {
  return type == DataType::Fp16 || type == DataType::Bf16 || type == DataType::Fp32 || type == DataType::Fp64;
}

Json ElementOf(const Tensor& tensor, std::size_t index) {
  if (tensor.type == DataType::Bytes) return tensor.texts[index];
  if (tensor.type == DataType::Bool) return tensor.data[index] != 0;
  // As a text: half of its range is beyond JSON's whole numbers here.
  if (tensor.type == DataType::Uint64) return std::to_string(tensor.As<std::uint64_t>()[index]);
  if (const auto whole = tensor.Whole(index)) return *whole;
  const double number = tensor.Number(index);
  return std::isfinite(number) ? Json(number) : Json(ShortestText(number));
}

Json OutputsJson(const runtime::Batch& outputs) {
  Json list = Json::Array();
  for (const Tensor& tensor : outputs.tensors) {
    Json shape = Json::Array(), data = Json::Array();
    for (const std::int64_t size : tensor.shape) shape.Push(size);
    const auto count = static_cast<std::size_t>(tensor.Elements());
    for (std::size_t i = 0; i < count; ++i) data.Push(ElementOf(tensor, i));
    list.Push(Json{{"name", tensor.name},
                   {"datatype", runtime::NameOf(tensor.type)},
                   {"shape", std::move(shape)},
                   {"data", std::move(data)}});
  }
  return list;
}

Question RowOf(const Question& question, std::size_t row) {
  Question one;
  one.rows = 1;
  for (const auto& [name, values] : question.columns)
    one.columns.emplace_back(name, std::vector{values[row]});
  return one;
}

/// The rows that the version itself answers.
Result<Question> Accepted(serving::Service& service, const Question& question) {
  Question accepted;
  for (const auto& [name, values] : question.columns)
    accepted.columns.emplace_back(name, std::vector<Json>());
  for (std::size_t row = 0; row < question.rows; ++row) {
    const auto answer = service.Predict(RowOf(question, row));
    const bool of_the_row = !answer && (answer.error().reason == Reason::Unprocessable ||
                                        answer.error().reason == Reason::Internal);
    if (of_the_row || (answer && answer->arm == serving::Arm::Fallback)) continue;
    if (!answer) return answer.error();
    for (std::size_t i = 0; i < question.columns.size(); ++i)
      accepted.columns[i].second.push_back(question.columns[i].second[row]);
    ++accepted.rows;
  }
  return accepted;
}

bool Agree(DataType type, const Json& recorded, const Json& found) {
  if (!IsReal(type) || !recorded.IsNumber() || !found.IsNumber()) return recorded == found;
  const double relative = runtime::SizeOf(type) == 2 ? kRelativeInHalves : kRelative;
  const double bound = kAbsolute + relative * std::abs(recorded.AsDouble());
  return std::abs(recorded.AsDouble() - found.AsDouble()) <= bound;
}

Error Differs(std::size_t row, const std::string& output, const std::string& recorded,
              const std::string& found) {
  return {Reason::Corrupt, "Golden vector " + std::to_string(row + 1) + " differs: the output '" + output +
                               "' is " + found + " here, and was " + recorded +
                               " when the package was made; it is not served."};
}

/// One output against what it was.
Result<> CheckOutput(const Json& recorded, const Json& found, std::size_t rows) {
  const std::string name = recorded.Text("name");
  for (const char* part : {"name", "datatype", "shape"})
    if (recorded.At(part) != found.At(part))
      return Differs(0, name, recorded.At(part).Dump(), found.At(part).Dump());
  const auto type = runtime::DataTypeNamed(recorded.Text("datatype"));
  const auto &before = recorded.At("data").items(), &now = found.At("data").items();
  if (!type || before.size() != now.size()) return Wrong("does not hold the data of output '" + name + "'");
  const std::size_t width = rows == 0 ? 1 : std::max<std::size_t>(1, before.size() / rows);
  for (std::size_t i = 0; i < before.size(); ++i)
    if (!Agree(*type, before[i], now[i])) return Differs(i / width, name, before[i].Dump(), now[i].Dump());
  return Done{};
}

}  // namespace

Json ToJson(const Golden& golden) {
  Json inputs = Json::Object();
  for (const auto& [name, values] : golden.columns)
    inputs.Set(name, Json::Array(serving::Values(values).list()));
  return Json{{"rows", golden.rows}, {"inputs", std::move(inputs)}, {"outputs", golden.outputs}};
}

Result<Golden> ParseGolden(const Json& json) {
  Golden golden;
  const std::int64_t rows = json.Int("rows");
  if (rows < 1 || !json.At("inputs").IsObject() || !json.At("outputs").IsArray())
    return Wrong("must have 'rows' above 0, 'inputs' and 'outputs'");
  golden.rows = static_cast<std::size_t>(rows);
  for (const auto& [name, values] : json.At("inputs").members()) {
    if (values.items().size() != golden.rows)
      return Wrong("has " + std::to_string(values.items().size()) + " values in the column '" + name +
                   "' for " + std::to_string(rows) + " rows");
    golden.columns.emplace_back(name, values.items());
  }
  golden.outputs = json.At("outputs");
  return golden;
}

Result<Golden> Record(serving::Service& service, const Question& question) {
  auto accepted = CAIRN_TRY(Accepted(service, question));
  if (accepted.rows == 0)
    return Error{Reason::Unprocessable,
                 "None of the " + std::to_string(question.rows) +
                     " rows held back is a request that the version answers, so that nothing can be recorded "
                     "to check the package by."};
  const auto answer = CAIRN_TRY(service.Predict(accepted));
  for (const auto& tensor : answer.outputs.tensors)
    for (const auto& text : tensor.texts)
      if (!IsUtf8(text))
        return Error{
            Reason::Unsupported,
            "The output '" + tensor.name + "' holds bytes that are no UTF-8 text; they cannot be recorded."};
  return Golden{std::move(accepted.columns), accepted.rows, OutputsJson(answer.outputs)};
}

Result<> Check(const Golden& golden, serving::Service& service) {
  Question question;
  question.columns = golden.columns;
  question.rows = golden.rows;
  const auto answer = service.Predict(question);
  if (!answer)
    return Error{Reason::Corrupt, "The golden vectors get no answer here: " + answer.error().message};
  const Json found = OutputsJson(answer->outputs);
  const auto &before = golden.outputs.items(), &now = found.items();
  if (before.size() != now.size())
    return Wrong("has " + std::to_string(before.size()) + " outputs, and the model gives " +
                 std::to_string(now.size()));
  for (std::size_t i = 0; i < before.size(); ++i) CAIRN_TRY(CheckOutput(before[i], now[i], golden.rows));
  return Done{};
}

}  // namespace cairn::package
