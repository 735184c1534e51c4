#include "server/inference/grpc/infer_codec.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "server/inference/grpc/contents.h"
#include "server/inference/infer_request.h"

namespace cairn::inference {
namespace {

using Parameters = google::protobuf::Map<std::string, oip::InferParameter>;
using Input = oip::ModelInferRequest::InferInputTensor;

Error Wrong(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

/// What says in REST how tensors travel; here gRPC says it.
bool IsOfTheWire(std::string_view parameter) {
  return parameter == "binary_data" || parameter == "binary_data_size" || parameter == "binary_data_output";
}

void AppendValue(std::string& json, const oip::InferParameter& value) {
  switch (value.parameter_choice_case()) {
    case oip::InferParameter::kBoolParam:
      json += value.bool_param() ? "true" : "false";
      return;
    case oip::InferParameter::kInt64Param:
      json += std::to_string(value.int64_param());
      return;
    case oip::InferParameter::kStringParam:
      AppendJsonString(json, value.string_param());
      return;
    case oip::InferParameter::kDoubleParam:
      AppendJsonDouble(json, value.double_param());
      return;
    case oip::InferParameter::kUint64Param:
      json += std::to_string(value.uint64_param());
      return;
    case oip::InferParameter::PARAMETER_CHOICE_NOT_SET:
      json += "null";
      return;
  }
}

/// `,"parameters":{…}`; `first` are those that this door says itself, or "", `but` is one of the caller's
/// that they stand for.
void AppendParameters(std::string& json, const Parameters& parameters, const std::string& first,
                      std::string_view but = "") {
  if (first.empty() && parameters.empty()) return;
  json += ",\"parameters\":{" + first;
  const char* before = first.empty() ? "" : ",";
  for (const auto& [name, value] : parameters) {
    if (IsOfTheWire(name) || name == but) continue;
    json += std::exchange(before, ",");
    AppendJsonString(json, name);
    json += ':';
    AppendValue(json, value);
  }
  json += '}';
}

constexpr const char* kTimeout = "timeout";

/// The shorter of the time to the deadline and of the caller's own timeout.
std::int64_t TimeoutOf(const Parameters& parameters, std::int64_t within_us) {
  const auto given = parameters.find(kTimeout);
  if (given == parameters.end()) return within_us;
  const std::uint64_t own =
      given->second.has_uint64_param()
          ? given->second.uint64_param()
          : static_cast<std::uint64_t>(std::max<std::int64_t>(0, given->second.int64_param()));
  return own == 0 || std::cmp_greater(own, within_us) ? within_us : static_cast<std::int64_t>(own);
}

void AppendRequestParameters(std::string& json, const Parameters& parameters, std::int64_t within_us) {
  const std::string output = "\"binary_data_output\":true";
  if (within_us <= 0) return AppendParameters(json, parameters, output);
  const std::string timeout = std::to_string(TimeoutOf(parameters, within_us));
  AppendParameters(json, parameters, output + ",\"timeout\":" + timeout, kTimeout);
}

void AppendMember(std::string& json, const char* name, const std::string& text) {
  json += name;
  AppendJsonString(json, text);
}

/// How many elements a shape has; nothing for a shape that is none, or too great to count.
std::optional<std::size_t> CountOf(const google::protobuf::RepeatedField<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, static_cast<std::size_t>(size), &count))
      return std::nullopt;
  }
  return count;
}

/// REST says it in words of its own wire; here the tensor has no 'binary_data_size'.
Result<> CheckSize(const Input& input, std::size_t bytes) {
  const auto type = runtime::DataTypeNamed(input.datatype());
  const auto count = CountOf(input.shape());
  if (!type || !count || *type == runtime::DataType::Bytes) return Done{};
  const std::size_t each = runtime::SizeOf(*type);
  if (bytes % each == 0 && bytes / each == *count) return Done{};
  return Wrong("Input '" + input.name() + "': its shape takes " + std::to_string(*count) + " elements of " +
               std::to_string(each) + " bytes, and its contents are " + std::to_string(bytes) + " bytes");
}

Result<> AppendInput(std::string& json, std::string& binary, const Input& input, const std::string* raw) {
  if (raw && input.has_contents())
    return Wrong("Input '" + input.name() +
                 "' has contents, and the request 'raw_input_contents'; send one of them");
  std::string packed;
  if (!raw) packed = CAIRN_TRY(BytesOf(input));
  const std::string& bytes = raw ? *raw : packed;
  CAIRN_TRY(CheckSize(input, bytes.size()));
  AppendMember(json, "{\"name\":", input.name());
  AppendMember(json, ",\"datatype\":", input.datatype());
  json += ",\"shape\":[";
  for (int i = 0; i < input.shape_size(); ++i) json += (i > 0 ? "," : "") + std::to_string(input.shape(i));
  json += ']';
  AppendParameters(json, input.parameters(), "\"binary_data_size\":" + std::to_string(bytes.size()));
  json += '}';
  binary += bytes;
  return Done{};
}

void AppendOutputs(std::string& json, const oip::ModelInferRequest& request) {
  json += "],\"outputs\":[";
  const char* before = "";
  for (const auto& output : request.outputs()) {
    json += std::exchange(before, ",");
    AppendMember(json, "{\"name\":", output.name());
    AppendParameters(json, output.parameters(), "");
    json += '}';
  }
  json += "]}";
}

void PutValue(const Json& value, oip::InferParameter& parameter) {
  switch (value.kind()) {
    case Json::Kind::Bool:
      parameter.set_bool_param(value.AsBool());
      return;
    case Json::Kind::Int:
      parameter.set_int64_param(value.AsInt());
      return;
    case Json::Kind::Double:
      parameter.set_double_param(value.AsDouble());
      return;
    case Json::Kind::String:
      parameter.set_string_param(value.AsString());
      return;
    case Json::Kind::Null:
    case Json::Kind::Array:
    case Json::Kind::Object:
      parameter.set_string_param(value.Dump());
      return;
  }
}

void PutParameters(const Json& from, Parameters& parameters) {
  for (const auto& [name, value] : from.members())
    if (!IsOfTheWire(name)) PutValue(value, parameters[name]);
}

bool HasTypedForm(const Json& output) {
  const std::string type = output.Text("datatype");
  return type != "FP16" && type != "BF16";
}

/// Takes the output's bytes off the front of `binary`.
Result<> PutOutput(const Json& from, std::string_view& binary, bool typed,
                   oip::ModelInferResponse& response) {
  const auto type = runtime::DataTypeNamed(from.Text("datatype"));
  const std::int64_t size = from.At("parameters").Int("binary_data_size", -1);
  if (!type || size < 0 || static_cast<std::size_t>(size) > binary.size())
    return Error{Reason::Corrupt, "The answer does not hold the bytes of output '" + from.Text("name") + "'"};
  auto& output = *response.add_outputs();
  output.set_name(from.Text("name"));
  output.set_datatype(from.Text("datatype"));
  for (const Json& length : from.At("shape").items()) output.add_shape(length.AsInt());
  PutParameters(from.At("parameters"), *output.mutable_parameters());
  const auto bytes = binary.substr(0, static_cast<std::size_t>(size));
  if (typed)
    PutContents(*type, bytes, *output.mutable_contents());
  else
    response.add_raw_output_contents(bytes.data(), bytes.size());
  binary.remove_prefix(bytes.size());
  return Done{};
}

}  // namespace

Result<std::string> PathOfModel(const std::string& name, const std::string& version) {
  if (name.empty()) return Error{Reason::NotFound, "Request for unknown model: '' is not found"};
  const std::string path = "/v2/models/" + PercentEncode(name);
  return version.empty() ? path : path + "/versions/" + PercentEncode(version);
}

Result<http::Request> RestOf(const oip::ModelInferRequest& request, std::int64_t within_us) {
  const bool raw = request.raw_input_contents_size() > 0;
  if (raw && request.raw_input_contents_size() != request.inputs_size())
    return Wrong("The request has " + std::to_string(request.inputs_size()) + " inputs and " +
                 std::to_string(request.raw_input_contents_size()) + " 'raw_input_contents'");
  http::Request rest;
  rest.method = "POST";
  rest.path = CAIRN_TRY(PathOfModel(request.model_name(), request.model_version())) + "/infer";
  std::string& json = rest.body;
  std::string binary;
  AppendMember(json, "{\"id\":", request.id());
  AppendRequestParameters(json, request.parameters(), within_us);
  json += ",\"inputs\":[";
  for (int i = 0; i < request.inputs_size(); ++i) {
    if (i > 0) json += ',';
    CAIRN_TRY(AppendInput(json, binary, request.inputs(i), raw ? &request.raw_input_contents(i) : nullptr));
  }
  AppendOutputs(json, request);
  rest.headers.Add(std::string(kJsonLength), std::to_string(json.size()));
  json += binary;
  return rest;
}

Result<> Put(const http::Response& answer, const oip::ModelInferRequest& request,
             oip::ModelInferResponse& response) {
  std::string_view binary = answer.content();
  const auto length = ParseInt(answer.headers.Get(kJsonLength));
  const std::size_t head = length ? static_cast<std::size_t>(*length) : binary.size();
  const auto json = CAIRN_TRY(Json::Parse(binary.substr(0, head)));
  binary.remove_prefix(std::min(head, binary.size()));
  response.set_id(json.Text("id"));
  response.set_model_name(json.Text("model_name"));
  response.set_model_version(json.Text("model_version"));
  PutParameters(json.At("parameters"), *response.mutable_parameters());
  const auto& outputs = json.At("outputs").items();
  const bool typed =
      request.raw_input_contents_size() == 0 && std::all_of(outputs.begin(), outputs.end(), HasTypedForm);
  for (const Json& output : outputs) CAIRN_TRY(PutOutput(output, binary, typed, response));
  return Done{};
}

}  // namespace cairn::inference
