#include "ground/vocabulary/protobuf.h"
#include "loop/formats/kinds/description.h"

/// Field numbers are those of Model.proto.
namespace cairn::formats {
namespace {

using protobuf::BytesOf;
using protobuf::Message;

constexpr std::uint64_t kCustomModel = 555;

const char* KindOf(std::uint64_t field) {
  switch (field) {
    case 200:
      return "pipeline classifier";
    case 201:
      return "pipeline regressor";
    case 202:
      return "pipeline";
    case 300:
      return "linear regressor";
    case 301:
      return "support vector regressor";
    case 302:
      return "tree ensemble regressor";
    case 303:
      return "neural network regressor";
    case 304:
      return "Bayesian probit regressor";
    case 400:
      return "linear classifier";
    case 401:
      return "support vector classifier";
    case 402:
      return "tree ensemble classifier";
    case 403:
      return "neural network classifier";
    case 404:
      return "nearest neighbours classifier";
    case 500:
      return "neural network";
    case 501:
      return "item similarity recommender";
    case 502:
      return "ML program";
    case kCustomModel:
      return "custom model";
    case 556:
      return "linked model";
    case 600:
      return "one-hot encoder";
    case 601:
      return "imputer";
    case 602:
      return "feature vectorizer";
    case 603:
      return "dictionary vectorizer";
    case 604:
      return "scaler";
    case 606:
      return "categorical mapping";
    case 607:
      return "normalizer";
    case 609:
      return "array feature extractor";
    case 900:
      return "identity";
    default:
      return field >= 200 && field <= 4000 ? "model of another kind" : nullptr;
  }
}

Port PortOf(std::string_view feature) {
  Port port{.name = std::string(BytesOf(feature, 1)), .type = {}, .shape = {}};
  static constexpr const char* kTypes[] = {"",      "int64",      "double",   "string", "image",
                                           "array", "dictionary", "sequence", "state"};
  Message types(BytesOf(feature, 3));
  while (const auto type = types.Next()) {
    if (type->number < std::size(kTypes) && type->number > 0) port.type = kTypes[type->number];
    if (type->number != 5) continue;
    Message sides(type->bytes);
    while (const auto side = sides.Next()) {
      if (side->number == 1 && !side->has_bytes)
        port.shape += (port.shape.empty() ? "" : "×") + std::to_string(side->whole);
    }
  }
  return port;
}

void ReadDescription(std::string_view message, Description& description) {
  Message fields(message);
  while (const auto field = fields.Next()) {
    if (!field->has_bytes) continue;
    if (field->number == 1 && description.inputs.size() < kMostListed)
      description.inputs.push_back(PortOf(field->bytes));
    if (field->number == 10 && description.outputs.size() < kMostListed)
      description.outputs.push_back(PortOf(field->bytes));
    if (field->number != 100) continue;
    description.SayText("about", BytesOf(field->bytes, 1));
    description.SayText("model_version", BytesOf(field->bytes, 2));
    description.SayText("author", BytesOf(field->bytes, 3));
    description.SayText("licence", BytesOf(field->bytes, 4));
    Message metadata(field->bytes);
    while (const auto entry = metadata.Next()) {
      if (entry->number == 100 && BytesOf(entry->bytes, 1) == "com.github.apple.coremltools.version")
        description.writer = "coremltools " + std::string(BytesOf(entry->bytes, 2));
    }
  }
}

}  // namespace

std::optional<Description> DescribeCoreMl(std::string_view bytes) {
  Description description{.format = Format::CoreMl};
  std::uint64_t version = 0;
  const char* kind = nullptr;
  std::string_view about, custom;
  Message fields(bytes);
  for (bool first = true; const auto field = fields.Next(); first = false) {
    if (first && (field->number != 1 || field->has_bytes || field->whole == 0 || field->whole > 100))
      return std::nullopt;
    if (field->number == 1) version = field->whole;
    if (field->number == 2) about = field->bytes;
    if (field->has_bytes && KindOf(field->number)) kind = KindOf(field->number);
    if (field->number == kCustomModel) custom = field->bytes;
  }
  if (version == 0 || about.empty() || (!kind && !fields.broken())) return std::nullopt;
  ReadDescription(about, description);
  if (description.inputs.empty() && description.outputs.empty()) return std::nullopt;
  if (fields.broken()) description.damage.push_back("it is cut short or broken");
  description.version = "specification " + std::to_string(version);
  if (kind) description.SayText("kind", kind);
  if (!custom.empty())
    description.concerns.push_back("it is run by the class '" + std::string(BytesOf(custom, 10)) +
                                   "' of the program that loads it");
  return description;
}

}  // namespace cairn::formats
