#include "loop/serving/versions/output_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

using runtime::DataType;
using runtime::Tensor;

/// Rounding in single precision may leave the bounds by a little.
constexpr double kRounding = 1e-5;

bool IsReal(DataType type) {
  return type == DataType::Fp16 || type == DataType::Bf16 || type == DataType::Fp32 || type == DataType::Fp64;
}

bool IsClass(const runtime::Port& port, const runtime::Signature& signature) {
  constexpr std::array<std::string_view, 4> kNames = {"label", "output_label", "predicted_label", "class"};
  return port.name == signature.bare || std::find(kNames.begin(), kNames.end(), port.name) != kNames.end();
}

/// 0, 1, … n-1 in any order.
bool CountFromZero(const std::vector<Json>& classes) {
  std::vector<std::int64_t> numbers;
  for (const Json& one : classes) {
    if (!one.IsInt()) return false;
    numbers.push_back(one.AsInt());
  }
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] != static_cast<std::int64_t>(i)) return false;
  return true;
}

bool FitsClasses(const runtime::Port& port, const std::vector<Json>& classes) {
  if (classes.empty() || IsReal(port.type) || port.type == DataType::Bool) return false;
  if (port.type != DataType::Bytes) return CountFromZero(classes);
  return std::all_of(classes.begin(), classes.end(), [](const Json& one) { return one.IsString(); });
}

const OutputRule* Written(const OutputRules& rules, std::string_view output) {
  for (const OutputRule& rule : rules.written)
    if (rule.output == output) return &rule;
  return nullptr;
}

/// The usual case, without a look at each number's type.
template <class T>
bool AllFinite(std::span<const T> numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](T number) { return std::isfinite(number); });
}

bool IsPlainlySound(const Tensor& tensor) {
  if (tensor.type == DataType::Fp32) return AllFinite(tensor.As<float>());
  return tensor.type == DataType::Fp64 && AllFinite(tensor.As<double>());
}

std::string ValueText(const Tensor& tensor, std::size_t at) {
  return tensor.type == DataType::Bytes ? "'" + tensor.texts[at] + "'" : ShortestText(tensor.Number(at));
}

std::string Listed(const std::vector<Json>& values) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < values.size() && i < kShown; ++i)
    text += (i > 0 ? ", " : "") + (values[i].IsString() ? values[i].AsString() : values[i].Dump());
  return values.size() > kShown ? text + ", …" : text;
}

}  // namespace

OutputCheck::OutputCheck(const runtime::Signature& signature, const runtime::ScoreOutput& score,
                         bool probability, const OutputRules& rules) {
  std::vector<std::string_view> names;
  for (const auto& port : signature.outputs) {
    names.push_back(port.name);
    const OutputRule* written = Written(rules, port.name);
    Held held;
    held.rule = written ? *written : OutputRule{port.name, {}, {}, {}, true};
    held.numbers = IsReal(port.type);
    // A score goes into the log and into figures: it is always a number.
    if (port.name == score.name) held.rule.finite = true;
    const bool is_score = port.name == score.name;
    if (!written && is_score && probability) {
      held.rule.min = 0;
      held.rule.max = 1;
      held.rounding = true;
      held.column = static_cast<std::size_t>(score.column);
    }
    if (!written && (!is_score || !IsReal(port.type)) && IsClass(port, signature) &&
        FitsClasses(port, rules.classes))
      held.rule.allowed = rules.classes;
    for (const Json& value : held.rule.allowed) {
      if (value.IsInt()) held.wholes.push_back(value.AsInt());
      if (value.IsString()) held.texts.push_back(value.AsString());
    }
    const bool holds =
        (held.numbers && held.rule.finite) || held.rule.min || held.rule.max || !held.rule.allowed.empty();
    if (!holds) continue;
    Say(held);
    held_.push_back(std::move(held));
  }
  for (const OutputRule& rule : rules.written)
    if (std::find(names.begin(), names.end(), rule.output) == names.end())
      idle_.push_back("serving.outputs names '" + rule.output +
                      "', which the version has not: that rule holds nothing." +
                      Suggestion(rule.output, names));
}

void OutputCheck::Say(const Held& held) {
  std::vector<std::string> parts;
  if (held.numbers && held.rule.finite) parts.push_back("finite");
  if (held.rule.min) parts.push_back("at least " + ShortestText(*held.rule.min));
  if (held.rule.max) parts.push_back("at most " + ShortestText(*held.rule.max));
  if (!held.rule.allowed.empty()) parts.push_back("one of " + Listed(held.rule.allowed));
  said_.push_back("output '" + held.rule.output + "': " + Join(parts, ", "));
}

/// The part of the rule that the value breaks; null for none.
const char* OutputCheck::Breaks(const Held& held, const Tensor& tensor, std::size_t at, std::size_t width) {
  const OutputRule& rule = held.rule;
  if (tensor.type == DataType::Bytes) {
    const bool known = rule.allowed.empty() ||
                       std::find(held.texts.begin(), held.texts.end(), tensor.texts[at]) != held.texts.end();
    return known && !rule.min && !rule.max ? nullptr : "allowed";
  }
  const double value = tensor.Number(at);
  const double room = held.rounding ? kRounding : 0;
  if (!std::isfinite(value)) {
    if (rule.finite) return "finite";
    return nullptr;
  }
  const bool bounded = !held.column || width == 1 || at % width == *held.column;
  if (bounded && rule.min && value < *rule.min - room) return "min";
  if (bounded && rule.max && value > *rule.max + room) return "max";
  if (rule.allowed.empty()) return nullptr;
  const bool known = std::any_of(held.wholes.begin(), held.wholes.end(),
                                 [&](std::int64_t one) { return static_cast<double>(one) == value; });
  return known ? nullptr : "allowed";
}

std::optional<Breach> OutputCheck::FindIn(const Held& held, const Tensor& tensor) {
  const OutputRule& rule = held.rule;
  const bool only_finite = !rule.min && !rule.max && rule.allowed.empty();
  if (only_finite && IsPlainlySound(tensor)) return std::nullopt;
  const auto count = static_cast<std::size_t>(tensor.Elements());
  const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(tensor.rows(), 1));
  const std::size_t width = std::max<std::size_t>(count / rows, 1);
  std::optional<Breach> broken;
  std::size_t last_row = count;  // Of one row with several values at fault, once.
  for (std::size_t at = 0; at < count; ++at) {
    const char* part = Breaks(held, tensor, at, width);
    if (!part) continue;
    if (!broken)
      broken = Breach{rule.output + "." + part, 0,
                      "answered " + ValueText(tensor, at) + " in row " + std::to_string(at / width + 1) +
                          " of output '" + rule.output + "'"};
    if (at / width != last_row) ++broken->rows;
    last_row = at / width;
  }
  return broken;
}

std::optional<Breach> OutputCheck::Find(const runtime::Batch& outputs) const {
  for (const Held& held : held_) {
    const Tensor* tensor = outputs.Find(held.rule.output);
    if (!tensor) continue;
    auto broken = FindIn(held, *tensor);
    if (!broken) continue;
    for (const std::string& sentence : said_)
      if (sentence.starts_with("output '" + held.rule.output + "':"))
        broken->what += ", which must be " + sentence.substr(sentence.find(": ") + 2);
    return broken;
  }
  return std::nullopt;
}

}  // namespace cairn::serving
