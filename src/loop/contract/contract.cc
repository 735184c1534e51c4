#include "loop/contract/contract.h"

#include <algorithm>
#include <set>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::contract {
namespace {

std::string Listed(const std::vector<Json>& values) {
  constexpr std::size_t kMost = 12;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(kMost, values.size()); ++i)
    words.push_back(values[i].IsString() ? "'" + values[i].AsString() + "'" : values[i].Dump());
  if (values.size() > kMost) words.push_back("… (" + std::to_string(values.size()) + " in all)");
  return Join(words, ", ");
}

/// The range of a whole number's format ("i8", "u16"); none for a width that every number here has.
std::optional<Range> RangeOfWidth(std::string_view format) {
  if (format.size() < 2 || (format[0] != 'i' && format[0] != 'u')) return std::nullopt;
  const auto bits = ParseInt(format.substr(1));
  if (!bits || *bits > 32)
    return format[0] == 'u' ? std::optional(Range{0, {}, false, false, false}) : std::nullopt;
  const double top = static_cast<double>(std::int64_t{1} << (format[0] == 'i' ? *bits - 1 : *bits));
  return Range{format[0] == 'i' ? -top : 0, top - 1, false, false, false};
}

/// Writes out the rules of columns.
class Writer {
 public:
  explicit Writer(std::vector<Rule>& rules) : rules_(rules) {}

  void Column(const ColumnRule& column) {
    root_ = &column;
    place_ = column.name;
    path_.clear();
    Add(column, "present", "must be there", ColumnThere{}, "");
    Value(column, column.name, {});
    if (column.unique) Add(column, "unique", "must be unique", Unique{{column.name}}, "uniqueness");
  }

 private:
  void Add(const ColumnRule& column, std::string_view what, std::string sentence, Test test,
           std::string_view dimension) {
    Rule rule;
    rule.name = (place_.empty() ? column.name : place_) + ": " + std::string(what);
    rule.column = root_->name;
    rule.path = path_;
    rule.sentence = std::move(sentence);
    rule.test = std::move(test);
    rule.training = root_->training;
    rule.serving = root_->serving;
    rule.dimension = dimension;
    rules_.push_back(std::move(rule));
  }

  void Value(const ColumnRule& column, const std::string& place, std::vector<std::string> path) {
    place_ = place;
    path_ = std::move(path);
    if (!column.nullable) Add(column, "not null", "must have a value", NotMissing{}, "completeness");
    Type(column);
    if (!column.allowed.empty())
      Add(column, "allowed", "must be one of " + Listed(column.allowed), OneOf{column.allowed}, "conformity");
    Bounds(column);
    if (!column.pattern.empty())
      Add(column, "pattern", "must match " + column.pattern, Matches{{column.pattern}}, "conformity");
    if (column.min_length || column.max_length) {
      const Range range{column.min_length, column.max_length};
      Add(column, "length", "must have " + range.Words() + " characters", LengthWithin{range}, "conformity");
    }
    Contents(column);
    Nested(column, place);
  }

  void Type(const ColumnRule& column) {
    if (column.type == ColumnType::Any) return;
    const bool time = column.type == ColumnType::Timestamp || column.type == ColumnType::Date ||
                      column.type == ColumnType::Time;
    const std::string format = time ? column.format : "";
    const std::string type(NameOf(column.type));
    Add(column, "type",
        "must be a" + std::string(type.find_first_of("aio") == 0 ? "n " : " ") + type +
            (format.empty() ? "" : " written " + format),
        OfType{column.type, format}, "conformity");
    if (column.type == ColumnType::String && !column.format.empty())
      Add(column, "format", "must be written as " + column.format, OfForm{column.format}, "conformity");
    if (const auto range = RangeOfWidth(column.format); range && column.type == ColumnType::Integer)
      Add(column, "width", "must fit " + column.format, Within{*range}, "conformity");
  }

  void Bounds(const ColumnRule& column) {
    if (column.min) {
      const Range range{column.min, {}, column.open_min};
      Add(column, "min", "must be " + range.Words(column.type), Within{range}, "conformity");
    }
    if (column.max) {
      const Range range{{}, column.max, false, column.open_max};
      Add(column, "max", "must be " + range.Words(column.type), Within{range}, "conformity");
    }
    if (column.multiple_of)
      Add(column, "multiple", "must be a multiple of " + ShortestText(*column.multiple_of),
          MultipleOf{*column.multiple_of}, "conformity");
  }

  void Contents(const ColumnRule& column) {
    const Range count{column.min_items, column.max_items};
    const std::string_view what = column.type == ColumnType::Object ? "members" : "items";
    if (column.min_items || column.max_items)
      Add(column, what, "must have " + count.Words() + " " + std::string(what), Holding{count}, "conformity");
    if (column.unique_items)
      Add(column, "unique items", "must not hold an item twice", Holding{{}, true}, "uniqueness");
    if (!column.members.empty())
      Add(column, "required members", "must have the members " + Join(column.members, ", "),
          Holding{{}, false, column.members}, "completeness");
  }

  void Nested(const ColumnRule& column, const std::string& place) {
    const auto path = path_;
    const auto into = [&](const ColumnRule& part, const std::string& name, std::string step) {
      auto deeper = path;
      deeper.push_back(std::move(step));
      Value(part, name, std::move(deeper));
    };
    for (const ColumnRule& part : column.properties) into(part, place + "." + part.name, part.name);
    for (const ColumnRule& part : column.item) into(part, place + "[]", "[]");
    place_ = place;
    path_ = path;
  }

  std::vector<Rule>& rules_;
  const ColumnRule* root_ = nullptr;
  std::string place_;
  std::vector<std::string> path_;
};

void NumberNames(std::vector<Rule>& rules) {
  std::set<std::string> taken;
  for (Rule& rule : rules) {
    std::string name = rule.name;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = rule.name + " (" + std::to_string(number) + ")";
    rule.name = name;
  }
}

Rule TableRule(std::string name, std::string sentence, Test test, std::string dimension) {
  Rule rule;
  rule.name = std::move(name);
  rule.sentence = std::move(sentence);
  rule.test = std::move(test);
  rule.dimension = std::move(dimension);
  rule.serving = false;
  return rule;
}

}  // namespace

bool ColumnRule::Masked() const {
  const auto masked = [](const ColumnRule& part) { return part.Masked(); };
  return (!classification.empty() && LowerAscii(classification) != "public") ||
         std::any_of(properties.begin(), properties.end(), masked) ||
         std::any_of(item.begin(), item.end(), masked);
}

const ColumnRule* Contract::Find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ColumnRule& rule) { return rule.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<Rule> Contract::AllRules() const {
  std::vector<Rule> all;
  Writer writer(all);
  for (const ColumnRule& column : columns) writer.Column(column);
  if (!unique.empty())
    all.push_back(TableRule("unique: " + Join(unique, ", "), "these columns together must name one row",
                            Unique{unique}, "uniqueness"));
  all.insert(all.end(), rules.begin(), rules.end());
  if (min_rows > 0) {
    Rule rule = TableRule("rows: min", "there must be at least " + WithThousands(min_rows) + " rows",
                          StatisticWithin{Statistic::Rows}, "completeness");
    rule.allowance.range = {static_cast<double>(min_rows), {}};
    all.push_back(std::move(rule));
  }
  if (!freshness_column.empty()) {
    Rule rule = TableRule("freshness: " + freshness_column,
                          "the newest value must not be older than " + FormatDuration(freshness_ms),
                          AgeWithin{false, freshness_ms}, "timeliness");
    rule.column = freshness_column;
    all.push_back(std::move(rule));
  }
  NumberNames(all);
  return all;
}

}  // namespace cairn::contract
