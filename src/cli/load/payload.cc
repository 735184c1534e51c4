#include "cli/load/payload.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "loop/runtime/tensor.h"
#include "server/inference/infer_request.h"
#include "server/inference/outputs.h"
#include "server/inference/tensor_bytes.h"
#include "server/inference/tensor_json.h"

namespace cairn::cli::load {
namespace {

using runtime::DataType;
using runtime::Tensor;

/// The type that a schema's values have; the first where there are several.
std::string TypeOf(const Json& schema) {
  const Json& type = schema.At("type");
  return type.IsArray() && !type.items().empty()
             ? type.items()[0].IsString() ? type.items()[0].AsString() : ""
             : schema.Text("type");
}

double MiddleOf(const Json& schema) {
  const auto bound = [&](const char* closed, const char* open) -> const Json* {
    for (const char* name : {closed, open})
      if (schema.At(name).IsNumber()) return &schema.At(name);
    return nullptr;
  };
  const Json* least = bound("minimum", "exclusiveMinimum");
  const Json* greatest = bound("maximum", "exclusiveMaximum");
  const double value = least && greatest ? (least->AsDouble() + greatest->AsDouble()) / 2
                       : least           ? least->AsDouble() + 1
                       : greatest        ? greatest->AsDouble() - 1
                                         : 1;
  return TypeOf(schema) == "integer" ? std::floor(value) : value;
}

/// A value that the schema allows.
Json ValueBy(const Json& schema) {
  for (const Json& allowed : schema.At("enum").items())
    if (!allowed.IsNull()) return allowed;
  const std::string type = TypeOf(schema);
  if (type == "string")
    return std::string(static_cast<std::size_t>(std::max<std::int64_t>(1, schema.Int("minLength"))), 'a');
  if (type == "boolean") return true;
  return MiddleOf(schema);
}

void PutValue(Tensor& tensor, std::size_t at, const Json& value) {
  if (tensor.type == DataType::Bytes)
    tensor.texts[at] = value.IsString() ? value.AsString() : value.Dump();
  else
    inference::Put(tensor, at,
                   value.IsNumber()                    ? value.AsDouble()
                   : value.IsBool() && !value.AsBool() ? 0
                                                       : 1);
}

/// The schemas of an input's elements in a row: of its own column, or of each column of the matrix.
std::vector<Json> ColumnsOf(const std::string& name, std::int64_t width, const Json& row) {
  if (const Json* own = row.At("properties").Find(name); own && width == 1) return {*own};
  const auto& names = row.At("required").items();
  std::vector<Json> columns(static_cast<std::size_t>(width));
  if (names.size() != columns.size()) return columns;
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = row.At("properties").At(names[i].AsString());
  return columns;
}

Result<Tensor> TensorFor(const Json& input, const Json& row, std::int64_t rows) {
  const std::string name = input.Text("name");
  const auto type = runtime::DataTypeNamed(input.Text("datatype"));
  const auto& dims = input.At("shape").items();
  if (!type || dims.size() > 2)
    return Error{Reason::Unsupported, "No values can be made up for input '" + name + "' (" +
                                          input.Text("datatype") + " " + input.At("shape").Dump() +
                                          "): give a request by --in FILE"};
  const std::int64_t width = dims.size() < 2 || dims[1].AsInt() < 1 ? 1 : dims[1].AsInt();
  auto tensor = Tensor::Of(name, *type, dims.size() < 2 ? std::vector{rows} : std::vector{rows, width});
  const auto columns = ColumnsOf(name, width, row);
  for (std::int64_t at = 0; at < rows * width; ++at)
    PutValue(tensor, static_cast<std::size_t>(at), ValueBy(columns[static_cast<std::size_t>(at % width)]));
  return tensor;
}

void AppendTensor(Payload& payload, std::string& behind, const Tensor& tensor, bool binary) {
  payload.body += "{\"name\":";
  AppendJsonString(payload.body, tensor.name);
  payload.body += std::string(",\"datatype\":\"") + runtime::NameOf(tensor.type) +
                  "\",\"shape\":" + inference::ShapeJson(tensor.shape).Dump();
  // Half precision has no form in JSON.
  if (binary || tensor.type == DataType::Fp16 || tensor.type == DataType::Bf16) {
    const std::string bytes = inference::WriteBinary(tensor);
    payload.body += ",\"parameters\":{\"binary_data_size\":" + std::to_string(bytes.size()) + "}}";
    behind += bytes;
  } else {
    payload.body += ",\"data\":";
    inference::WriteElements(payload.body, tensor);
    payload.body += '}';
  }
}

}  // namespace

Result<Payload> PayloadFor(const Json& metadata, const Json& document, std::int64_t rows, bool binary) {
  const Json& row = document.At("components").At("schemas").At("Row");
  Payload payload;
  std::string behind;
  payload.body = binary ? R"({"parameters":{"binary_data_output":true},"inputs":[)" : R"({"inputs":[)";
  const char* before = "";
  for (const Json& input : metadata.At("inputs").items()) {
    payload.body += std::exchange(before, ",");
    AppendTensor(payload, behind, CAIRN_TRY(TensorFor(input, row, rows)), binary);
  }
  payload.body += "]}";
  payload.headers = {{"Content-Type", behind.empty() ? "application/json" : "application/octet-stream"}};
  if (!behind.empty())
    payload.headers.emplace_back(inference::kJsonLength, std::to_string(payload.body.size()));
  payload.body += behind;
  return payload;
}

}  // namespace cairn::cli::load
