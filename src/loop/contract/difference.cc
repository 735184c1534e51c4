#include "loop/contract/difference.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"nobody", "consumers", "producers", "both"};

/// Which way a rule went.
enum class Way { Same, Looser, Tighter, Other };

Breaks BreaksOf(Way way) {
  switch (way) {
    case Way::Same:
      return Breaks::Nobody;
    case Way::Looser:
      return Breaks::Consumers;
    case Way::Tighter:
      return Breaks::Producers;
    case Way::Other:
      break;
  }
  return Breaks::Both;
}

Way Both(Way one, Way other) {
  if (one == Way::Same) return other;
  return other == Way::Same || one == other ? one : Way::Other;
}

Way WayOf(const Range& before, const Range& after) {
  if (before == after) return Way::Same;
  if (after.Covers(before)) return Way::Looser;
  return before.Covers(after) ? Way::Tighter : Way::Other;
}

/// Of lists of which one may hold the other.
Way WayOf(const std::vector<Json>& before, const std::vector<Json>& after) {
  const auto within = [](const std::vector<Json>& some, const std::vector<Json>& all) {
    return std::all_of(some.begin(), some.end(),
                       [&](const Json& one) { return std::find(all.begin(), all.end(), one) != all.end(); });
  };
  const bool grew = within(before, after), shrank = within(after, before);
  if (grew && shrank) return Way::Same;
  return grew ? Way::Looser : shrank ? Way::Tighter : Way::Other;
}

Way Turned(Way way) { return way == Way::Looser ? Way::Tighter : way == Way::Tighter ? Way::Looser : way; }

/// Of two tests of one kind.
Way WayOf(const Test& before, const Test& after) {
  if (ToJson(before) == ToJson(after)) return Way::Same;
  if (const auto* old = std::get_if<Within>(&before)) return WayOf(old->range, std::get<Within>(after).range);
  if (const auto* old = std::get_if<LengthWithin>(&before))
    return WayOf(old->range, std::get<LengthWithin>(after).range);
  if (const auto* old = std::get_if<OneOf>(&before)) {
    const auto& now = std::get<OneOf>(after);
    if (old->listed != now.listed) return Way::Other;
    const Way way = WayOf(old->values, now.values);
    return old->listed ? way : Turned(way);
  }
  if (const auto* old = std::get_if<AgeWithin>(&before)) {
    const auto& now = std::get<AgeWithin>(after);
    if (old->oldest == now.oldest) return now.within_ms > old->within_ms ? Way::Looser : Way::Tighter;
  }
  if (const auto* old = std::get_if<Holding>(&before)) {
    const auto& now = std::get<Holding>(after);
    if (old->unique == now.unique && old->members == now.members) return WayOf(old->count, now.count);
  }
  return Way::Other;
}

Way WayOf(const Allowance& before, const Allowance& after) {
  if (before.unit != after.unit) return Way::Other;
  return WayOf(before.range, after.range);
}

Way WayOf(const Rule& before, const Rule& after) {
  Way way = Both(WayOf(before.test, after.test), WayOf(before.allowance, after.allowance));
  if (before.stops != after.stops) way = Both(way, after.stops ? Way::Tighter : Way::Looser);
  for (const auto environment : {&Rule::training, &Rule::serving})
    if (before.*environment != after.*environment)
      way = Both(way, after.*environment ? Way::Tighter : Way::Looser);
  return way;
}

/// The second type takes what the first does, and more.
bool IsWider(ColumnType narrow, ColumnType wide) {
  return wide == ColumnType::Any || (narrow == ColumnType::Integer && wide == ColumnType::Number) ||
         (narrow == ColumnType::Date && wide == ColumnType::Timestamp);
}

Way WayOf(ColumnType before, ColumnType after) {
  if (before == after) return Way::Same;
  if (IsWider(before, after)) return Way::Looser;
  return IsWider(after, before) ? Way::Tighter : Way::Other;
}

std::string WhatWayMeans(Way way) {
  switch (way) {
    case Way::Looser:
      return "lets more pass";
    case Way::Tighter:
      return "lets less pass";
    default:
      return "lets other things pass";
  }
}

/// What a rule says, shortly; the count of unexpected rows goes without saying.
std::string Said(const Rule& rule) {
  std::string text = rule.sentence;
  if (const auto* one = std::get_if<OneOf>(&rule.test); one && one->values.size() > 12)
    text += " (" + std::to_string(one->values.size()) + " values)";
  return text + (rule.stops ? "" : " (a warning)");
}

/// Told elsewhere, or not at all.
bool IsCompared(const Rule& rule) {
  return !std::get_if<ColumnThere>(&rule.test) && !std::get_if<Remark>(&rule.test) &&
         !(std::get_if<OfType>(&rule.test) && rule.path.empty());
}

/// The rules of one contract that are compared with the other's. With its column, all that is said of it
/// comes, goes, and changes its environments.
std::vector<Rule> RulesOf(const Contract& contract, const Contract& other) {
  std::vector<Rule> rules;
  for (Rule& rule : contract.AllRules()) {
    const ColumnRule *own = contract.Find(rule.column), *its = other.Find(rule.column);
    if (!IsCompared(rule) || (own && !its)) continue;
    if (own && own->serving != its->serving) rule.serving = true;
    if (own && own->training != its->training) rule.training = true;
    rules.push_back(std::move(rule));
  }
  return rules;
}

class Comparing {
 public:
  Comparing(const Contract& before, const Contract& after) : before_(before), after_(after) {}

  std::vector<Change> Changes() {
    CompareColumns();
    CompareRules();
    return std::move(changes_);
  }

 private:
  void Add(std::string column, std::string what, Breaks breaks, std::string sentence) {
    changes_.push_back({std::move(column), std::move(what), breaks, std::move(sentence)});
  }

  void CompareColumns() {
    for (const ColumnRule& old : before_.columns) {
      const ColumnRule* now = after_.Find(old.name);
      if (!now) {
        Add(old.name, "column", Breaks::Consumers, "the column is gone");
        continue;
      }
      const Way way = WayOf(old.type, now->type);
      if (way != Way::Same)
        Add(old.name, "type", BreaksOf(way),
            std::string(NameOf(old.type)) + " became " + std::string(NameOf(now->type)));
      if (way == Way::Same && old.format != now->format && old.type != ColumnType::String)
        Add(old.name, "format", Breaks::Both,
            (old.format.empty() ? "no format" : old.format) + " became " +
                (now->format.empty() ? "none" : now->format));
      if (old.serving != now->serving)
        Add(old.name, "environments", now->serving ? Breaks::Producers : Breaks::Consumers,
            now->serving ? "requests must carry it now" : "requests do not carry it any more");
      if (old.classification != now->classification)
        Add(old.name, "classification", Breaks::Nobody,
            "'" + old.classification + "' became '" + now->classification + "'");
    }
    for (const ColumnRule& now : after_.columns)
      if (!before_.Find(now.name))
        Add(now.name, "column", Breaks::Producers, "the column is new, and must be delivered");
  }

  void CompareRules() {
    auto old = RulesOf(before_, after_), now = RulesOf(after_, before_);
    // First what is the same but for its name, then what bears the same name.
    Match(old, now, [](const Rule& a, const Rule& b) {
      return a.column == b.column && a.path == b.path && a.test.index() == b.test.index() &&
             WayOf(a, b) == Way::Same;
    });
    Match(old, now,
          [](const Rule& a, const Rule& b) { return a.name == b.name && a.test.index() == b.test.index(); });
    for (const Rule& rule : old)
      Add(rule.column, rule.name, Breaks::Consumers, "no longer promised: " + Said(rule));
    for (const Rule& rule : now)
      Add(rule.column, rule.name, Breaks::Producers, "newly demanded: " + Said(rule));
  }

  template <class Same>
  void Match(std::vector<Rule>& old, std::vector<Rule>& now, Same same) {
    std::erase_if(old, [&](const Rule& rule) {
      const auto found =
          std::find_if(now.begin(), now.end(), [&](const Rule& one) { return same(rule, one); });
      if (found == now.end()) return false;
      const Way way = WayOf(rule, *found);
      if (way != Way::Same)
        Add(rule.column, rule.name, BreaksOf(way),
            WhatWayMeans(way) + ": \"" + Said(rule) + "\" became \"" + Said(*found) + "\"");
      now.erase(found);
      return true;
    });
  }

  const Contract& before_;
  const Contract& after_;
  std::vector<Change> changes_;
};

/// The number before the first point.
std::optional<std::int64_t> MajorOf(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  const auto number = ParseInt(version.substr(0, version.find('.')));
  return number ? std::optional(*number) : std::nullopt;
}

std::string Advice(const Contract& before, const Contract& after, bool breaking, bool changed) {
  const auto old = MajorOf(before.version), now = MajorOf(after.version);
  if (!old || !now) return "";
  if (breaking && *now <= *old)
    return "the version went from " + before.version + " to " + after.version +
           "; a change that breaks somebody makes it " + std::to_string(*old + 1) + ".0.0";
  if (changed && before.version == after.version)
    return "the contract has changed, and its version is still " + after.version;
  return "";
}

}  // namespace

std::string_view NameOf(Breaks breaks) { return kNames[static_cast<std::size_t>(breaks)]; }

bool Difference::Breaking(Breaks whom) const {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
    if (change.breaks == Breaks::Nobody) return false;
    return whom == Breaks::Both || change.breaks == Breaks::Both || change.breaks == whom;
  });
}

Json Difference::ToJson() const {
  Json list = Json::Array();
  for (const Change& change : changes)
    list.Push(Json{{"column", change.column},
                   {"what", change.what},
                   {"breaks", std::string(NameOf(change.breaks))},
                   {"sentence", change.sentence}});
  return Json{{"changes", std::move(list)},
              {"breaks_consumers", Breaking(Breaks::Consumers)},
              {"breaks_producers", Breaking(Breaks::Producers)},
              {"advice", advice}};
}

Difference Compare(const Contract& before, const Contract& after) {
  Difference difference;
  difference.changes = Comparing(before, after).Changes();
  difference.advice = Advice(before, after, difference.Breaking(Breaks::Both), !difference.changes.empty());
  return difference;
}

}  // namespace cairn::contract
