#include "loop/pipeline/item_map.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "ground/os/files.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/plan.h"

namespace cairn::pipeline {
namespace {

constexpr std::int64_t kMostAtOnce = 1024;

/// A word of the shell, whatever it holds.
std::string Quoted(std::string_view word) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:@+%=";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string_view StemOf(std::string_view item) {
  const auto dot = item.rfind('.'), slash = item.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return dot == std::string_view::npos || dot <= name ? item : item.substr(0, dot);
}

using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// The template with what `lookup` gives for each name; "\${" stands for "${". InvalidArgument for a name
/// that it does not know, and a `${` that is never closed.
Result<std::string> Filled(std::string_view text, const Lookup& lookup) {
  std::string filled;
  while (!text.empty()) {
    if (text.starts_with("\\${")) {
      filled += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const auto end = text.find('}');
      const std::string_view name = text.substr(2, end == std::string_view::npos ? end : end - 2);
      const auto value = end == std::string_view::npos ? std::nullopt : lookup(Trim(name));
      if (!value) {
        return Error{Reason::InvalidArgument, "'${" + std::string(name) +
                                                  "}' is nothing that a call knows; a variable of the "
                                                  "shell is written $NAME, or \\${NAME}"};
      }
      filled += *value;
      text.remove_prefix(end + 1);
    } else {
      filled += text.front();
      text.remove_prefix(1);
    }
  }
  return filled;
}

Lookup NamesOf(std::string_view item) {
  return [item](std::string_view name) -> std::optional<std::string> {
    if (name == "item") return std::string(item);
    if (name == "stem") return std::string(StemOf(item));
    return std::nullopt;
  };
}

/// A template that was checked when it was read.
std::string PathFor(const std::string& text, std::string_view item) {
  auto path = Filled(text, NamesOf(item));
  return path ? *std::move(path) : std::string();
}

/// Whether a `${` of ours stands between quotes.
bool HasQuotedName(std::string_view call) {
  char quote = 0;
  for (std::size_t i = 0; i < call.size(); ++i) {
    if (call[i] == '\\' && quote != '\'') {
      ++i;
    } else if (quote == 0 && (call[i] == '\'' || call[i] == '"')) {
      quote = call[i];
    } else if (call[i] == quote) {
      quote = 0;
    } else if (quote != 0 && call.substr(i).starts_with("${")) {
      return true;
    }
  }
  return false;
}

Result<> CheckInto(const Node& node, const std::string& path) {
  bool named = false;
  const auto filled = Filled(path, [&](std::string_view name) {
    named = named || name == "item" || name == "stem";
    return NamesOf("x")(name);
  });
  if (!filled) return WrongAt(node, filled.error().message);
  if (path.empty() || path.front() == '/')
    return WrongAt(node, "'" + path + "' must be a path of the project");
  if (!named)
    return WrongAt(node, "'" + path +
                             "' is the same for every item: put ${item} (its path below the folder) or "
                             "${stem} (without its ending) into it");
  return Done{};
}

Result<> ReadInto(const Node& map, ItemMap& items) {
  const Node* into = map.Find("into");
  if (!into || into->IsNull())
    return WrongAt(map, "'map' needs 'into': where the call puts what it makes, such as thumbs/${item}");
  if (into->IsScalar()) {
    items.into.emplace_back("", into->text());
    return CheckInto(*into, into->text());
  }
  if (!into->IsMap() || into->entries().empty())
    return WrongAt(*into,
                   "'into' must be a path, or paths by name: {small: thumbs/${item}, text: ocr/${stem}.txt}");
  for (const auto& [name, mark, path] : into->entries()) {
    if (!path.IsScalar()) return WrongAt(path, "the output '" + name + "' must be a path");
    CAIRN_TRY(CheckInto(path, path.text()));
    items.into.emplace_back(name, path.text());
  }
  return Done{};
}

Result<> CheckCall(const Node& node, const ItemMap& items) {
  if (items.call.find('\n') != std::string::npos)
    return WrongAt(node, "'call' must be one line; put more into a script, or join it by &&");
  if (HasQuotedName(items.call))
    return WrongAt(node, "write ${...} in 'call' without quotes: it stands there as one word of the shell");
  const auto filled = Filled(items.call, [&](std::string_view name) -> std::optional<std::string> {
    if (name == "in" || name == "out") return "x";
    const bool known = std::any_of(items.into.begin(), items.into.end(), [&](const auto& one) {
      return !one.first.empty() && name == "out." + one.first;
    });
    return known ? std::optional<std::string>("x") : NamesOf("x")(name);
  });
  if (!filled) return WrongAt(node, filled.error().message);
  return Done{};
}

/// Whether a path goes above where it begins.
bool Leaves(const std::string& path) {
  int depth = 0;
  for (const std::string_view part : Split(path, '/')) {
    if (part == "..") --depth;
    if (part != ".." && part != "." && !part.empty()) ++depth;
    if (depth < 0) return true;
  }
  return false;
}

std::vector<const std::string*> TextsOf(const ItemMap& items) {
  std::vector<const std::string*> texts{&items.over};
  for (const auto& [name, path] : items.into) texts.push_back(&path);
  return texts;
}

}  // namespace

Result<ItemMap> ReadItemMap(const Node& node) {
  if (!node.IsMap()) return WrongAt(node, "'map' must be a map of 'over', 'call' and 'into'");
  CAIRN_TRY(node.OnlyKeys({"over", "call", "into", "at_once"}));
  ItemMap items;
  items.where = node.Where();
  items.over = CAIRN_TRY(TextAt(node, "over"));
  while (items.over.ends_with('/')) items.over.pop_back();
  items.call = CAIRN_TRY(TextAt(node, "call"));
  if (items.over.empty())
    return WrongAt(node, "'map' needs 'over': the folder among the stage's deps whose files are its items");
  if (items.call.empty())
    return WrongAt(node,
                   "'map' needs 'call': the command for one item, such as python thumb.py ${in} ${out}");
  CAIRN_TRY(ReadInto(node, items));
  CAIRN_TRY(CheckCall(*node.Find("call"), items));
  if (const Node* most = node.Find("at_once")) {
    const auto count = ParseInt(most->text());
    if (!most->IsScalar() || !count || *count < 1 || *count > kMostAtOnce)
      return WrongAt(*most, "'at_once' must be a whole number between 1 and " + std::to_string(kMostAtOnce));
    items.at_once = static_cast<unsigned>(*count);
  }
  return items;
}

std::string ItemMap::CallFor(std::string_view item) const {
  auto filled = Filled(call, [&](std::string_view name) -> std::optional<std::string> {
    if (name == "in") return Quoted(os::JoinPath(over, item));
    std::string outs;
    for (const auto& [called, path] : into) {
      if (name == "out." + called) return Quoted(PathFor(path, item));
      if (!outs.empty()) outs += ' ';
      outs += Quoted(PathFor(path, item));
    }
    if (name == "out") return outs;
    const auto value = NamesOf(item)(name);
    return value ? std::optional(Quoted(*value)) : std::nullopt;
  });
  return filled ? *std::move(filled) : std::string();
}

std::vector<std::string> ItemMap::OutsOf(std::string_view item) const {
  std::vector<std::string> outs;
  for (const auto& path : makes) outs.push_back(PathFor(path, item));
  return outs;
}

std::string ItemMap::Text() const {
  std::string text = over + ": " + call;
  for (const auto& [name, path] : into) text += (name.empty() ? " -> " : " -> " + name + " ") + path;
  return text;
}

Result<> ItemMap::FitTo(const Stage& stage) {
  const auto wrong = [&](const std::string& what) {
    return Error{Reason::InvalidArgument, where + ": " + what};
  };
  const auto from_project = [&](const std::string& path) {
    LockedPath written;
    written.path = path;
    return FromProject(stage, {written}).front().path;
  };
  for (const std::string* path : TextsOf(*this)) {
    if (Leaves(os::JoinPath(stage.wdir, *path))) return wrong("'" + *path + "' lies outside the project");
  }
  folder = from_project(over);
  if (std::find(stage.deps.begin(), stage.deps.end(), folder) == stage.deps.end()) {
    return wrong("'" + over + "' is none of the deps of stage '" + stage.name +
                 "' in dvc.yaml: put it there, so that `dvc` knows of it too");
  }
  std::vector<bool> served(stage.outs.size(), false);
  for (const auto& [name, path] : into) {
    makes.push_back(from_project(path));
    const auto out = std::find_if(stage.outs.begin(), stage.outs.end(),
                                  [&](const Out& one) { return makes.back().starts_with(one.path + "/"); });
    if (out == stage.outs.end())
      return wrong("'" + path + "' lies in none of the outs of stage '" + stage.name + "' in dvc.yaml");
    makes_in.push_back(static_cast<std::size_t>(out - stage.outs.begin()));
    served[makes_in.back()] = true;
  }
  const auto missed = std::find(served.begin(), served.end(), false);
  if (missed != served.end()) {
    return wrong("no call makes anything in '" +
                 stage.outs[static_cast<std::size_t>(missed - served.begin())].path + "', an out of stage '" +
                 stage.name + "': name it in 'into', or give it to another stage");
  }
  return Done{};
}

}  // namespace cairn::pipeline
