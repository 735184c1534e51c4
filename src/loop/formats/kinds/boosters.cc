#include <algorithm>
#include <cstring>

#include "ground/vocabulary/text.h"
#include "loop/formats/kinds/description.h"
#include "loop/formats/wire/flat_buffer.h"
#include "loop/formats/wire/ubj.h"

/// XGBoost's binary forms, LightGBM's text, CatBoost's.
namespace cairn::formats {
namespace {

using namespace std::string_view_literals;

std::string Joined(const Json& numbers) {
  std::string text;
  for (const Json& number : numbers.items())
    text += (text.empty() ? "" : ".") + std::to_string(number.IsInt() ? number.AsInt() : 0);
  return text;
}

std::uint32_t Number(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// The lines "name=value" of LightGBM's head, which ends with an empty line.
std::string_view Setting(std::string_view head, std::string_view name) {
  for (const auto line : Split(head, '\n')) {
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=')
      return line.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

std::optional<Description> DescribeXgboostUbj(std::string_view bytes) {
  // An object whose first name, with its length before it, is one of the two that XGBoost writes.
  const auto head = bytes.substr(0, 24);
  if (!head.starts_with('{') || (head.find("learner") == head.npos && head.find("version") == head.npos &&
                                 head.find("Config") == head.npos))
    return std::nullopt;
  if (head.size() < 4 || "iUIlL"sv.find(head[1]) == std::string_view::npos) return std::nullopt;
  Description description{.format = Format::XgboostUbj};
  const auto whole = wire::ReadUbj(bytes, {"trees", "tree_info", "iteration_indptr", "cats"});
  if (!whole) {
    description.damage.push_back(whole.error().message);
    return description;
  }
  // A pickled Booster keeps its settings around the model.
  const Json& model = whole->Find("Model") ? whole->At("Model") : *whole;
  const Json& learner = model.At("learner");
  if (!learner.IsObject()) return std::nullopt;
  description.writer = "XGBoost " + Joined(model.At("version"));
  description.version = Joined(model.At("version"));
  description.SayText("objective", learner.At("objective").Text("name"));
  const Json& booster = learner.At("gradient_booster");
  description.SayText("booster", booster.Text("name"));
  const Json& trees = booster.Find("gbtree") ? booster.At("gbtree").At("model") : booster.At("model");
  description.SayText("trees", trees.At("gbtree_model_param").Text("num_trees"));
  description.SayText("features", learner.At("learner_model_param").Text("num_feature"));
  const auto& names = learner.At("feature_names").items();
  const auto& types = learner.At("feature_types").items();
  for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) {
    if (!names[i].IsString()) continue;
    description.inputs.push_back(
        {names[i].AsString(), i < types.size() && types[i].IsString() ? types[i].AsString() : "", ""});
  }
  return description;
}

std::optional<Description> DescribeXgboostBinary(std::string_view bytes) {
  const bool marked = bytes.starts_with("binf");
  // The learner's parameters have a fixed size; the objective's name with its length comes next.
  constexpr std::size_t kParameters = 136;
  if (marked) bytes.remove_prefix(4);
  std::string_view objective;
  if (bytes.size() > kParameters + 8 && Number(bytes, kParameters + 4) == 0 &&
      Number(bytes, kParameters) <= 64)
    objective = bytes.substr(kParameters + 8, Number(bytes, kParameters));
  const bool named =
      objective.size() > 4 && objective.find(':') != std::string_view::npos &&
      objective.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_:") == std::string_view::npos;
  if (!marked && !named) return std::nullopt;
  Description description{.format = Format::XgboostBinary};
  if (named) {
    description.SayText("objective", objective);
    description.SayCount("features", Number(bytes, 4));
  } else if (bytes.size() < kParameters) {
    description.damage.push_back("it is cut short");
  }
  return description;
}

std::optional<Description> DescribeLightgbm(std::string_view bytes) {
  if (!bytes.starts_with("tree\nversion=") && !bytes.starts_with("tree\r\nversion=")) return std::nullopt;
  Description description{.format = Format::LightgbmText};
  const auto end = bytes.find("\nTree=");
  const auto head = bytes.substr(0, std::min<std::size_t>(end, 64 << 20));
  const auto version = Trim(Setting(head, "version"));
  description.version = version;
  description.writer = "LightGBM";
  description.SayText("objective", Trim(Setting(head, "objective")));
  description.SayText("classes", Trim(Setting(head, "num_class")));
  std::uint64_t trees = 0;
  for (auto at = end; at != std::string_view::npos; at = bytes.find("\nTree=", at + 1)) ++trees;
  description.SayCount("trees", trees);
  const auto names = Setting(head, "feature_names");
  if (!names.empty()) {
    const auto words = Split(Trim(names), ' ');
    description.SayCount("features", words.size());
    for (const auto word : words) {
      if (description.inputs.size() < kMostListed) description.inputs.push_back({std::string(word), "", ""});
    }
  }
  if (bytes.find("\nend of trees") == std::string_view::npos)
    description.damage.push_back("it is cut short: its trees do not end");
  return description;
}

std::optional<Description> DescribeCatboost(std::string_view bytes) {
  if (!bytes.starts_with("CBM1")) return std::nullopt;
  Description description{.format = Format::Catboost};
  const bool whole = bytes.size() >= 8 && Number(bytes, 4) <= bytes.size() - 8;
  if (!whole) {
    description.damage.push_back("it is cut short");
    return description;
  }
  // model.fbs: the core's version, trees (with their sizes as the third field), and pairs of texts.
  const wire::FlatTable core(bytes.substr(8, Number(bytes, 4)));
  description.version = core.Text(0);
  const auto trees = core.Table(1);
  if (!trees) return description;
  description.SayCount("trees", trees->Length(2));
  description.SayCount("features", trees->Length(5) + trees->Length(4));
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(core.Length(2), kMostListed); ++i) {
    const auto pair = core.Item(2, i);
    if (pair && pair->Text(0) == "catboost_version_info") {
      const auto text = pair->Text(1);
      description.writer = "CatBoost " + text.substr(0, text.find('\n'));
    }
    if (pair && pair->Text(0) == "model_guid") description.SayText("model_guid", pair->Text(1));
  }
  if (description.writer.empty()) description.writer = "CatBoost";
  return description;
}

}  // namespace cairn::formats
