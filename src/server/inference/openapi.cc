#include "server/inference/openapi.h"

#include "server/inference/column_schema.h"

namespace cairn::inference {
namespace {

using runtime::Port;
using serving::Offer;
using serving::Settings;

Json RefTo(const std::string& name) { return Json{{"$ref", "#/components/schemas/" + name}}; }
Json Body(Json schema, const char* type = "application/json") {
  return Json{{type, Json{{"schema", std::move(schema)}}}};
}
Json Texts(std::initializer_list<const char*> texts) {
  Json list = Json::Array();
  for (const char* text : texts) list.Push(text);
  return list;
}
Json ListOf(Json items) { return Json{{"type", "array"}, {"items", std::move(items)}}; }

/// Elements, flat or nested to any depth.
Json DataSchema(Json element) {
  element = Json{{"anyOf", Json::Array({std::move(element), Json{{"type", "array"}}})}};
  return ListOf(std::move(element));
}

Json ShapeSchema() { return ListOf(Json{{"type", "integer"}, {"minimum", 0}}); }

/// `data` beside the JSON, in binary, is left out here: the type of such a body is not JSON.
Json TensorSchema(Json name, Json datatype, Json element) {
  return Json{{"type", "object"},
              {"required", Texts({"name", "shape", "datatype", "data"})},
              {"properties", Json{{"name", std::move(name)},
                                  {"shape", ShapeSchema()},
                                  {"datatype", std::move(datatype)},
                                  {"parameters", Json{{"type", "object"}}},
                                  {"data", DataSchema(std::move(element))}}}};
}

Json TensorOf(const Port& port, Json element) {
  return TensorSchema(Json{{"const", port.name}}, Json{{"const", runtime::NameOf(port.type)}},
                      std::move(element));
}

Json InferRequestSchema(const Offer& offer, const Settings& settings) {
  Json inputs = Json::Array(), known = Json::Array();
  for (const Port& port : offer.signature.inputs) {
    known.Push(port.name);
    inputs.Push(
        TensorOf(port, offer.matrix ? ElementSchema(port.type) : ColumnSchema(port.name, offer, settings)));
  }
  // Columns of a matrix may come one by one, and what only the contract knows may come along.
  inputs.Push(TensorSchema(Json{{"type", "string"}, {"not", Json{{"enum", std::move(known)}}}},
                           Json{{"type", "string"}}, Json::Object()));
  const Json output{
      {"type", "object"},
      {"required", Texts({"name"})},
      {"properties", Json{{"name", Json{{"type", "string"}}}, {"parameters", Json{{"type", "object"}}}}}};
  return Json{{"type", "object"},
              {"required", Texts({"inputs"})},
              {"properties",
               Json{{"id", Json{{"type", "string"}, {"maxLength", 200}}},
                    {"parameters", Json{{"type", "object"}}},
                    {"inputs",
                     Json{{"type", "array"}, {"minItems", 1}, {"items", Json{{"oneOf", std::move(inputs)}}}}},
                    {"outputs", ListOf(output)}}}};
}

Json InferResponseSchema(const Offer& offer) {
  Json outputs = Json::Array();
  for (const Port& port : offer.signature.outputs) outputs.Push(TensorOf(port, ElementSchema(port.type)));
  const Json text{{"type", "string"}};
  return Json{{"type", "object"},
              {"required", Texts({"model_name", "model_version", "outputs"})},
              {"properties", Json{{"id", text},
                                  {"model_name", Json{{"const", offer.model}}},
                                  {"model_version", text},
                                  {"parameters", Json{{"type", "object"}}},
                                  {"outputs", ListOf(Json{{"oneOf", std::move(outputs)}})}}}};
}

/// One of MLflow's four forms, beside which `params` may stand.
Json ScoringForm(const char* form, Json schema) {
  Json properties = Json::Object();
  properties.Set(form, std::move(schema)).Set("params", Json{{"type", Texts({"object", "null"})}});
  return Json{{"type", "object"},
              {"required", Texts({form})},
              {"properties", std::move(properties)},
              {"additionalProperties", false}};
}

Json ScoringRequestSchema(const Offer& offer, const Settings& settings) {
  const Json rows = ListOf(RefTo("Row"));
  const Json any_list = Json{{"type", "array"}};
  const Json split{{"type", "object"},
                   {"required", Texts({"data"})},
                   {"properties", Json{{"columns", ListOf(Json{{"type", Texts({"string", "integer"})}})},
                                       {"index", any_list},
                                       {"data", ListOf(any_list)}}},
                   {"additionalProperties", false}};
  Json columns = Json::Object();
  for (const std::string& column : offer.columns) {
    const Json value = ColumnSchema(column, offer, settings);
    columns.Set(
        column,
        Json{{"anyOf", Json::Array({value, ListOf(Json{{"anyOf", Json::Array({value, any_list})}})})}});
  }
  const Json tensors{
      {"anyOf", Json::Array({Json{{"type", "object"}, {"properties", std::move(columns)}}, any_list})}};
  return Json{
      {"oneOf", Json::Array({ScoringForm("dataframe_split", split), ScoringForm("dataframe_records", rows),
                             ScoringForm("instances", Json{{"anyOf", Json::Array({rows, any_list})}}),
                             ScoringForm("inputs", tensors)})}};
}

Json ErrorReplies(const char* schema) {
  Json replies = Json::Object();
  for (const auto& [status, why] :
       {std::pair("400", "The request cannot be read."), std::pair("422", "A value breaks the contract."),
        std::pair("503", "Nothing answers now, or too many wait: Retry-After says when to come again.")})
    replies.Set(status, Json{{"description", why}, {"content", Body(RefTo(schema))}});
  return replies;
}

Json Call(const std::string& summary, Json content, const char* answer, const char* error) {
  Json replies{{"200", Json{{"description", "The predictions"}, {"content", Body(RefTo(answer))}}}};
  const Json errors = ErrorReplies(error);
  for (const auto& [status, reply] : errors.members()) replies.Set(status, reply);
  return Json{{"post", Json{{"summary", summary},
                            {"requestBody", Json{{"required", true}, {"content", std::move(content)}}},
                            {"responses", std::move(replies)}}}};
}

Json Question(const std::string& summary) {
  const Json yes{{"description", "Yes, or what was asked for"}}, no{{"description", "No"}};
  return Json{{"get", Json{{"summary", summary}, {"responses", Json{{"200", yes}, {"default", no}}}}}};
}

Json PathsOf(const std::string& base) {
  Json paths = Json::Object();
  paths.Set(base, Question("The model's inputs and outputs"))
      .Set(base + "/ready", Question("Whether it answers"))
      .Set(base + "/infer", Call("Predictions by the Open Inference Protocol", Body(RefTo("InferRequest")),
                                 "InferResponse", "Error"));
  if (base.find("/versions/") != std::string::npos) return paths;
  Json content = Body(RefTo("ScoringRequest"));
  content.Set("text/csv", Json{{"schema", Json{{"type", "string"}}}});
  paths
      .Set("/invocations", Call("Predictions as MLflow's scoring server gives them", std::move(content),
                                "ScoringResponse", "ScoringError"))
      .Set("/ping", Question("Whether it answers"));
  return paths;
}

}  // namespace

Json OpenApiOf(const Offer& offer, const Settings& settings, const std::string& base) {
  const Json text{{"type", "string"}};
  const Json schemas{
      {"Row", RowSchema(offer, settings)},
      {"InferRequest", InferRequestSchema(offer, settings)},
      {"InferResponse", InferResponseSchema(offer)},
      {"ScoringRequest", ScoringRequestSchema(offer, settings)},
      {"ScoringResponse",
       Json{{"type", "object"},
            {"required", Texts({"predictions"})},
            {"properties", Json{{"predictions", Json{{"type", Texts({"array", "object"})}}}}}}},
      {"Error",
       Json{{"type", "object"}, {"required", Texts({"error"})}, {"properties", Json{{"error", text}}}}},
      {"ScoringError", Json{{"type", "object"},
                            {"required", Texts({"error_code", "message"})},
                            {"properties", Json{{"error_code", text}, {"message", text}}}}}};
  return Json{{"openapi", "3.1.0"},
              {"info", Json{{"title", offer.model},
                            {"version", std::to_string(offer.version)},
                            {"description", "Digest of the version's files: " + offer.manifest}}},
              {"paths", PathsOf(base)},
              {"components", Json{{"schemas", schemas}}}};
}

}  // namespace cairn::inference
