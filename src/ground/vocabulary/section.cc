#include "ground/vocabulary/section.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn {
namespace {

/// The value under `key`; null when it is absent or YAML's null.
const Node* Given(const Node& map, std::string_view key) {
  const Node* found = map.Find(key);
  return found && !found->IsNull() ? found : nullptr;
}

Error MustBe(const Node& node, std::string_view key, std::string_view what) {
  return WrongAt(node, "'" + std::string(key) + "' must be " + std::string(what));
}

std::string Percent(double share) { return ShortestText(share * 100) + "%"; }

}  // namespace

Error WrongAt(const Node& node, std::string_view what) {
  return {Reason::InvalidArgument, node.Where() + ": " + std::string(what)};
}

Result<const Node*> MapAt(const Node& map, std::string_view key) {
  const Node* found = Given(map, key);
  if (found && !found->IsMap()) return MustBe(*found, key, "a map");
  return found;
}

Result<std::string> TextAt(const Node& map, std::string_view key) {
  const Node* found = Given(map, key);
  if (!found) return std::string();
  if (!found->IsScalar()) return MustBe(*found, key, "text");
  return found->text();
}

Result<std::string> ChoiceAt(const Node& map, std::string_view key,
                             std::span<const std::string_view> choices) {
  const std::string text = CAIRN_TRY(TextAt(map, key));
  if (text.empty() || std::find(choices.begin(), choices.end(), text) != choices.end()) return text;
  std::string all;
  for (std::size_t i = 0; i < choices.size(); ++i)
    all += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + std::string(choices[i]);
  return WrongAt(*map.Find(key), "'" + std::string(key) + "' is '" + text + "', and must be " + all + "." +
                                     Suggestion(text, choices));
}

Result<std::optional<double>> NumberAt(const Node& map, std::string_view key) {
  const Node* found = Given(map, key);
  if (!found) return std::optional<double>();
  const Json value = found->IsScalar() ? found->ToJson() : Json();
  if (!value.IsNumber()) return MustBe(*found, key, "a number");
  return std::optional<double>(value.AsDouble());
}

Result<bool> TruthAt(const Node& map, std::string_view key, bool otherwise) {
  const Node* found = Given(map, key);
  if (!found) return otherwise;
  const Json value = found->IsScalar() ? found->ToJson() : Json();
  if (!value.IsBool()) return MustBe(*found, key, "true or false");
  return value.AsBool();
}

Result<std::vector<std::string>> WordsAt(const Node& map, std::string_view key) {
  std::vector<std::string> words;
  const Node* found = Given(map, key);
  if (!found) return words;
  if (found->IsScalar()) return std::vector<std::string>{found->text()};
  if (!found->IsList()) return MustBe(*found, key, "a list of words");
  for (const Node& item : found->items()) {
    if (!item.IsScalar() || item.IsNull())
      return WrongAt(item, "'" + std::string(key) + "' is a list of words");
    words.push_back(item.text());
  }
  return words;
}

Result<std::optional<double>> ShareAt(const Node& map, std::string_view key, double least, double most) {
  const Node* found = Given(map, key);
  if (!found) return std::optional<double>();
  const std::string& text = found->text();
  const bool percent = text.ends_with('%');
  const auto number = ParseDouble(Trim(std::string_view(text).substr(0, text.size() - (percent ? 1 : 0))));
  const double share = number ? *number / (percent ? 100 : 1) : -1;
  if (!found->IsScalar() || !(share >= least && share <= most))
    return MustBe(*found, key,
                  "a share between " + Percent(least) + " and " + Percent(most) + ", such as 20%");
  return std::optional<double>(share);
}

Result<> EachAt(const Node& map, std::string_view key, std::initializer_list<std::string_view> known,
                const std::function<Result<>(const Node&)>& read) {
  const Node* found = Given(map, key);
  if (!found) return Done{};
  if (!found->IsList()) return MustBe(*found, key, "a list");
  for (const Node& item : found->items()) {
    if (!item.IsMap()) return WrongAt(item, "each entry of '" + std::string(key) + "' must be a map");
    CAIRN_TRY(item.OnlyKeys(known));
    CAIRN_TRY(read(item));
  }
  return Done{};
}

std::string TextAtPath(const Node& document, std::string_view dotted) {
  const Node* found = document.FindPath(dotted);
  return found && found->IsScalar() ? found->text() : "";
}

}  // namespace cairn
