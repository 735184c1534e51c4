#include "loop/sweep/space.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/text_edit.h"
#include "loop/pipeline/parameters.h"
#include "loop/sweep/share.h"
#include "loop/sweep/sobol.h"

namespace cairn::sweep {
namespace {

Error Wrong(std::string_view axis, const std::string& what) {
  return {Reason::InvalidArgument, "'" + std::string(axis) + "': " + what};
}

/// The parts between commas that stand in no brackets and no quotes.
std::vector<std::string_view> Parts(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{' || c == '(') {
      ++depth;
    } else if (c == ']' || c == '}' || c == ')') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.push_back(Trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  parts.push_back(Trim(text.substr(begin)));
  return parts;
}

Result<Json> ValueOf(std::string_view axis, std::string_view written) {
  if (written.empty()) return Wrong(axis, "a value is missing");
  const auto read = ParseYaml("k: " + std::string(written) + "\n", "");
  const Node* value = read && read->IsMap() && read->entries().size() == 1 ? read->Find("k") : nullptr;
  if (!value) return Wrong(axis, "'" + std::string(written) + "' is no value of YAML");
  return value->ToJson();
}

Result<std::vector<double>> Numbers(std::string_view axis, const std::vector<std::string_view>& parts,
                                    std::size_t least, std::size_t most) {
  if (parts.size() < least || parts.size() > most)
    return Wrong(axis, "it takes " + std::to_string(least) +
                           (most > least ? " or " + std::to_string(most) : "") + " numbers in parentheses");
  std::vector<double> numbers;
  for (const auto part : parts) {
    const Json value = CAIRN_TRY(ValueOf(axis, part));
    if (!value.IsNumber() || !std::isfinite(value.AsDouble()))
      return Wrong(axis, "'" + std::string(part) + "' is no number");
    numbers.push_back(value.AsDouble());
  }
  return numbers;
}

bool IsWhole(double value) { return std::floor(value) == value && std::abs(value) < 9e15; }

Result<std::vector<Json>> RangeOf(std::string_view text, const std::vector<std::string_view>& parts) {
  const auto numbers = CAIRN_TRY(Numbers(text, parts, 2, 3));
  const double from = numbers[0], to = numbers[1], step = numbers.size() > 2 ? numbers[2] : 1;
  if (!(step > 0) || !(to > from)) return Wrong(text, "a range goes upward, by a step greater than 0");
  // It begins with its first value however far the next would be.
  const double count = std::max(1.0, std::ceil((to - from) / step - 1e-9));
  if (count > static_cast<double>(kMostTrials)) return Wrong(text, "the range has too many values");
  const bool whole = IsWhole(from) && IsWhole(step);
  std::vector<Json> values;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    const double value = from + static_cast<double>(i) * step;
    values.push_back(whole ? Json(static_cast<std::int64_t>(value)) : Json(value));
  }
  return values;
}

Result<> Bound(std::string_view text, Axis& axis, const std::vector<std::string_view>& parts) {
  const auto numbers = CAIRN_TRY(Numbers(text, parts, 2, 2));
  axis.low = numbers[0];
  axis.high = numbers[1];
  const bool whole = axis.kind == Axis::Kind::Integer || axis.kind == Axis::Kind::LogInteger;
  const bool log = axis.kind == Axis::Kind::LogUniform || axis.kind == Axis::Kind::LogInteger;
  if (!(axis.low < axis.high)) return Wrong(text, "the first bound must be below the second");
  if (whole && !(IsWhole(axis.low) && IsWhole(axis.high)))
    return Wrong(text, "its bounds must be whole numbers");
  if (log && !(axis.low > 0)) return Wrong(text, "its bounds must be greater than 0");
  return Done{};
}

/// NAME(…); false when it is something else.
Result<bool> ReadCall(std::string_view text, std::string_view value, Axis& axis) {
  const auto open = value.find('(');
  if (open == std::string_view::npos || !value.ends_with(')')) return false;
  const std::string_view name = value.substr(0, open);
  const auto parts = Parts(value.substr(open + 1, value.size() - open - 2));
  if (name == "choice") {
    for (const auto part : parts) axis.choices.push_back(CAIRN_TRY(ValueOf(text, part)));
    return true;
  }
  if (name == "range") {
    axis.choices = CAIRN_TRY(RangeOf(text, parts));
    return true;
  }
  static constexpr std::pair<std::string_view, Axis::Kind> kKinds[] = {{"uniform", Axis::Kind::Uniform},
                                                                       {"loguniform", Axis::Kind::LogUniform},
                                                                       {"int", Axis::Kind::Integer},
                                                                       {"logint", Axis::Kind::LogInteger}};
  for (const auto& [known, kind] : kKinds) {
    if (name != known) continue;
    axis.kind = kind;
    CAIRN_TRY(Bound(text, axis, parts));
    return true;
  }
  return false;
}

/// A well-mixed number for a trial and an axis (splitmix64's finisher).
std::uint64_t Mixed(std::uint64_t seed, std::uint64_t trial, std::uint64_t axis) {
  std::uint64_t z = seed;
  for (const std::uint64_t part : {trial, axis, std::uint64_t{0}}) {
    z += 0x9E3779B97F4A7C15 * (part + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
  }
  return z;
}

double UnitOf(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

using Points = std::vector<std::vector<Setting>>;

Result<Points> Grid(const Plan& plan) {
  std::size_t all = 1;
  for (const Axis& axis : plan.axes) {
    if (axis.kind != Axis::Kind::Choice) {
      return Error{Reason::InvalidArgument, "a grid cannot hold every value of '" + axis.key +
                                                "': list its values, or search with random or sobol"};
    }
    all *= axis.choices.size();
    if (all > static_cast<std::size_t>(kMostTrials))
      return Error{Reason::InvalidArgument,
                   "the grid has more than " + WithThousands(kMostTrials) + " trials"};
  }
  if (plan.trials > 0) all = std::min(all, static_cast<std::size_t>(plan.trials));
  Points points(all);
  for (std::size_t i = 0; i < all; ++i) {
    std::size_t rest = i;
    std::vector<Setting>& point = points[i];
    std::size_t block = 1;
    for (const Axis& axis : plan.axes) block *= axis.choices.size();
    // A cut grid holds the first of the whole one.
    for (const Axis& axis : plan.axes) {
      block /= axis.choices.size();
      point.push_back({axis.file, axis.key, axis.choices[rest / block]});
      rest %= block;
    }
  }
  return points;
}

Result<Points> Drawn(const Plan& plan) {
  if (plan.trials <= 0)
    return Error{Reason::InvalidArgument, std::string("a ") + NameOf(plan.search) +
                                              " search needs the number of its trials (--trials N)"};
  if (plan.axes.empty())
    return Error{Reason::InvalidArgument, "a search needs a parameter to search over (-S KEY=VALUES)"};
  auto sobol = plan.search == Search::Sobol
                   ? std::optional(CAIRN_TRY(Sobol::Of(static_cast<unsigned>(plan.axes.size()))))
                   : std::nullopt;
  Points points(static_cast<std::size_t>(plan.trials));
  for (std::uint64_t i = 0; i < points.size(); ++i) {
    const auto even = sobol ? sobol->Next() : std::vector<double>();
    for (std::uint64_t j = 0; j < plan.axes.size(); ++j) {
      double u = sobol ? even[j] : UnitOf(Mixed(plan.seed, i, j));
      if (sobol && plan.seed != 0) {
        const auto bits = static_cast<std::uint64_t>(std::ldexp(u, 53));
        u = static_cast<double>(bits ^ (Mixed(plan.seed, 0, j) >> 11)) * 0x1p-53;
      }
      points[i].push_back({plan.axes[j].file, plan.axes[j].key, plan.axes[j].At(u)});
    }
  }
  return points;
}

void CollectKeys(const Json& value, const std::string& prefix, std::vector<std::string>& keys) {
  for (const auto& [name, member] : value.members()) {
    keys.push_back(prefix + name);
    CollectKeys(member, prefix + name + ".", keys);
  }
}

/// The parts of a dotted key, "train.layers[0]": names, and places in lists.
struct Step {
  std::string_view name;
  std::optional<std::size_t> place;
};

std::vector<Step> StepsOf(std::string_view key) {
  std::vector<Step> steps;
  for (const std::string_view part : Split(key, '.')) {
    const auto bracket = part.find('[');
    Step step{part.substr(0, bracket), std::nullopt};
    if (bracket != std::string_view::npos && part.ends_with(']')) {
      const auto place = ParseInt(part.substr(bracket + 1, part.size() - bracket - 2));
      if (place && *place >= 0) step.place = static_cast<std::size_t>(*place);
    }
    if (bracket != std::string_view::npos && !step.place) step.name = part;
    steps.push_back(step);
  }
  return steps;
}

/// All values with the one at the end of these steps, which is there, replaced.
Json Replaced(const Json& all, std::span<const Step> steps, const Json& value) {
  if (steps.empty()) return value;
  Json changed = all;
  const Json& below = all.At(steps.front().name);
  if (!steps.front().place) {
    changed.Set(std::string(steps.front().name), Replaced(below, steps.subspan(1), value));
    return changed;
  }
  Json list = Json::Array();
  for (std::size_t i = 0; i < below.items().size(); ++i)
    list.Push(i == *steps.front().place ? Replaced(below.items()[i], steps.subspan(1), value)
                                        : below.items()[i]);
  changed.Set(std::string(steps.front().name), std::move(list));
  return changed;
}

const Node* FindNode(const Node& root, std::span<const Step> steps) {
  const Node* at = &root;
  for (const Step& step : steps) {
    at = at->Find(step.name);
    if (!at || (step.place && *step.place >= at->items().size())) return nullptr;
    if (step.place) at = &at->items()[*step.place];
  }
  return at;
}

Error NoSuchParameter(const Json& all, const Setting& setting) {
  std::vector<std::string> keys;
  CollectKeys(all, "", keys);
  const std::vector<std::string_view> names(keys.begin(), keys.end());
  return {Reason::NotFound,
          setting.file + " has no parameter '" + setting.key + "'." + Suggestion(setting.key, names)};
}

/// In a file of TOML or Python.
Result<std::string> WithWritten(const std::string& text, const Setting& setting) {
  const Json all = CAIRN_TRY(pipeline::ParseParams(text, setting.file));
  const Json* value = pipeline::FindDotted(all, setting.key);
  if (!value) return NoSuchParameter(all, setting);
  if (*value == setting.value) return text;
  const auto place = pipeline::FindWritten(text, setting.file, setting.key);
  if (!place)
    return Error{Reason::Unsupported,
                 setting.file + ": '" + setting.key + "' holds other parameters: set them one by one"};
  const std::string written = CAIRN_TRY(pipeline::WriteParam(setting.value, setting.file));
  std::string changed = text.substr(0, place->first) + written + text.substr(place->second);
  const auto read = pipeline::ParseParams(changed, setting.file);
  if (read && *read == Replaced(all, StepsOf(setting.key), setting.value)) return changed;
  return Error{Reason::Unsupported, setting.file + ": '" + setting.key +
                                        "' cannot be set without changing something else: assign it once, "
                                        "as a value that is written out"};
}

}  // namespace

Json Axis::At(double u) const {
  const auto whole = [&](double value) {
    return Json(static_cast<std::int64_t>(std::clamp(std::floor(value), low, high)));
  };
  switch (kind) {
    case Kind::Choice:
      return choices[std::min(static_cast<std::size_t>(u * static_cast<double>(choices.size())),
                              choices.size() - 1)];
    case Kind::Uniform:
      return low + (high - low) * u;
    case Kind::LogUniform:
      return std::clamp(std::exp(std::log(low) + (std::log(high) - std::log(low)) * u), low, high);
    case Kind::Integer:
      return whole(low + (high - low + 1) * u);
    case Kind::LogInteger:
      return whole(std::exp(std::log(low) + (std::log(high + 1) - std::log(low)) * u));
  }
  return Json();
}

Result<Axis> ParseAxis(std::string_view text) {
  const auto equals = text.find('=');
  std::string_view name = Trim(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty())
    return Wrong(text, "a parameter is set as KEY=VALUE or FILE:KEY=VALUE");
  Axis axis;
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos) {
    axis.file = std::string(name.substr(0, colon));
    name.remove_prefix(colon + 1);
    if (axis.file.empty() || axis.file.starts_with('/') || axis.file.find("..") != std::string::npos)
      return Wrong(text, "the parameter file must lie in the project");
  }
  if (name.empty()) return Wrong(text, "the parameter has no name");
  axis.key = std::string(name);
  const std::string_view value = Trim(text.substr(equals + 1));
  if (CAIRN_TRY(ReadCall(text, value, axis))) return axis;
  for (const auto part : Parts(value)) axis.choices.push_back(CAIRN_TRY(ValueOf(text, part)));
  return axis;
}

const char* NameOf(Search search) {
  switch (search) {
    case Search::Grid:
      return "grid";
    case Search::Random:
      return "random";
    case Search::Sobol:
      return "sobol";
  }
  return "grid";
}

Result<Search> SearchNamed(std::string_view name) {
  for (const auto search : {Search::Grid, Search::Random, Search::Sobol}) {
    if (name == NameOf(search)) return search;
  }
  return Error{Reason::InvalidArgument, "'" + std::string(name) + "' is no search: grid, random or sobol"};
}

Result<std::vector<std::vector<Setting>>> Proposals(const Plan& plan) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Axis& axis : plan.axes) {
    if (!seen.emplace(axis.file, axis.key).second)
      return Error{Reason::InvalidArgument, "the parameter '" + axis.key + "' is set twice"};
  }
  if (plan.trials < 0 || plan.trials > kMostTrials)
    return Error{Reason::InvalidArgument, "a sweep takes 1 to " + WithThousands(kMostTrials) + " trials"};
  return plan.search == Search::Grid ? Grid(plan) : Drawn(plan);
}

Result<std::string> WithSetting(const std::string& text, const Setting& setting) {
  if (setting.key == kShareKey) {
    const Share share =
        CAIRN_TRY(ParseShare(setting.value.IsString() ? setting.value.AsString() : setting.value.Dump()));
    return CAIRN_TRY(SampleRows(text, setting.file, share)).text;
  }
  if (setting.file.ends_with(".toml") || setting.file.ends_with(".py")) return WithWritten(text, setting);
  const Node root = CAIRN_TRY(ParseYaml(text, setting.file));
  const auto steps = StepsOf(setting.key);
  const Node* node = FindNode(root, steps);
  if (!node) return NoSuchParameter(root.ToJson(), setting);
  if (node->ToJson() == setting.value) return text;
  if (!TextEdit::CanReplace(*node))
    return Error{Reason::Unsupported,
                 node->Where() + ": '" + setting.key +
                     "' holds other parameters: set them one by one, or write it in brackets"};
  const bool json = setting.file.ends_with(".json");
  TextEdit edit(text);
  edit.Replace(*node, json ? setting.value.Dump() : FlowYaml(setting.value));
  std::string changed = edit.Apply();
  // An anchor stands for values elsewhere too.
  const auto read = ParseYaml(changed, setting.file);
  if (!read || !(read->ToJson() == Replaced(root.ToJson(), steps, setting.value)))
    return Error{Reason::Unsupported, node->Where() + ": '" + setting.key +
                                          "' cannot be set without changing something else: write it out "
                                          "where it stands, without anchors"};
  return changed;
}

}  // namespace cairn::sweep
