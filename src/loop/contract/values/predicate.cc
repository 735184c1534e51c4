#include "loop/contract/values/predicate.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <set>

#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

/// Up to so many texts, comparing each is quicker than a hash.
constexpr std::size_t kFew = 6;

struct Form {
  std::string_view name;
  std::string_view pattern;
};
constexpr Form kForms[] = {
    {"email", R"(^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$)"},
    {"uuid", "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
    {"uri", R"(^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$)"},
    {"hostname",
     R"(^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$)"},
    {"ipv4", R"(^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.|$)){4}$)"},
    {"ipv6",
     R"(^(([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?::([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?)$)"},
};

Error Senseless(const std::string& what) { return {Reason::InvalidArgument, what}; }

Predicate::RangeCheck RangeOf(const Range& range) {
  constexpr double endless = std::numeric_limits<double>::infinity();
  return {range.low.value_or(-endless), range.high.value_or(endless), range.low && range.open_low,
          range.high && range.open_high, range.inverted};
}

/// A value's text, of a number as it is shown; patterns and lengths are about it.
template <class Look>
bool WithText(const Cell& cell, ColumnType type, Look look) {
  if (cell.kind == Cell::Kind::Text || !cell.text.empty()) return look(cell.text);
  return look(ShownCell(cell, type));
}

bool HasRepeats(const std::vector<Json>& items) {
  std::set<std::string> seen;
  return !std::all_of(items.begin(), items.end(),
                      [&](const Json& item) { return seen.insert(item.Canonical()).second; });
}

}  // namespace

ValueSet::ValueSet(const std::vector<Json>& values, const ValueReader& reader) {
  for (const Json& value : values) {
    const Cell cell = reader.Read(value);
    switch (cell.kind) {
      case Cell::Kind::Missing:
        break;
      case Cell::Kind::Bool:
        truths_[cell.whole] = true;
        break;
      case Cell::Kind::Int:
        wholes_.push_back(cell.whole);
        break;
      case Cell::Kind::Time:
        times_.push_back(cell.whole);
        break;
      case Cell::Kind::Double:
        if (cell.number == std::floor(cell.number) && std::fabs(cell.number) < 0x1p63)
          wholes_.push_back(static_cast<std::int64_t>(cell.number));
        else
          numbers_.push_back(cell.number);
        break;
      case Cell::Kind::Text:
        texts_.emplace(cell.text);
        break;
      case Cell::Kind::Nested:
        nested_.push_back(cell.nested->Canonical());
        break;
    }
  }
  if (texts_.size() <= kFew) few_texts_.assign(texts_.begin(), texts_.end());
  std::sort(wholes_.begin(), wholes_.end());
  std::sort(times_.begin(), times_.end());
  std::sort(numbers_.begin(), numbers_.end());
}

bool ValueSet::ContainsText(std::string_view text) const {
  if (texts_.size() > kFew) return texts_.find(text) != texts_.end();
  return std::find(few_texts_.begin(), few_texts_.end(), text) != few_texts_.end();
}

bool ValueSet::Contains(const Cell& cell) const {
  const auto whole = [&](std::int64_t value) {
    return std::binary_search(wholes_.begin(), wholes_.end(), value);
  };
  switch (cell.kind) {
    case Cell::Kind::Missing:
      return false;
    case Cell::Kind::Bool:
      return truths_[cell.whole];
    case Cell::Kind::Int:
      return whole(cell.whole);
    case Cell::Kind::Double:
      if (cell.number == std::floor(cell.number) && std::fabs(cell.number) < 0x1p63)
        return whole(static_cast<std::int64_t>(cell.number));
      return std::binary_search(numbers_.begin(), numbers_.end(), cell.number);
    case Cell::Kind::Time:
      return std::binary_search(times_.begin(), times_.end(), cell.whole) ||
             (!texts_.empty() && ContainsText(cell.text));
    case Cell::Kind::Text:
      return ContainsText(cell.text);
    case Cell::Kind::Nested:
      return std::find(nested_.begin(), nested_.end(), cell.nested->Canonical()) != nested_.end();
  }
  return false;
}

bool Predicate::MultipleCheck::Breaks(const Cell& cell) const {
  if (!cell.IsNumber()) return true;
  const double value = cell.Measure(), quotient = value / factor;
  if (!std::isfinite(value)) return true;
  // 0.3 is a multiple of 0.1, though their nearest binary numbers are none.
  return std::fabs(quotient - std::round(quotient)) > 1e-9 * std::max(1.0, std::fabs(quotient));
}

bool Predicate::PatternCheck::Breaks(const Cell& cell) const {
  return WithText(cell, type, [&](std::string_view text) {
    const auto matches = [&](const Pattern& pattern) { return pattern.Matches(text); };
    switch (which) {
      case Matches::Which::Any:
        return std::none_of(patterns.begin(), patterns.end(), matches);
      case Matches::Which::All:
        return !std::all_of(patterns.begin(), patterns.end(), matches);
      case Matches::Which::None:
        return std::any_of(patterns.begin(), patterns.end(), matches);
    }
    return true;
  });
}

bool Predicate::LengthCheck::Breaks(const Cell& cell) const {
  return WithText(cell, type,
                  [&](std::string_view text) { return !range.Holds(static_cast<double>(CodePoints(text))); });
}

bool Predicate::JsonCheck::Breaks(const Cell& cell) const {
  return cell.kind == Cell::Kind::Text && !Json::Parse(cell.text);
}

bool Predicate::HoldingCheck::Breaks(const Cell& cell) const {
  if (cell.kind != Cell::Kind::Nested) return true;
  const Json& value = *cell.nested;
  const auto count = value.IsArray() ? value.items().size() : value.members().size();
  if (!holding.count.Holds(static_cast<double>(count))) return true;
  if (holding.unique && HasRepeats(value.items())) return true;
  return !std::all_of(holding.members.begin(), holding.members.end(),
                      [&](const std::string& name) { return value.Find(name) != nullptr; });
}

Result<std::optional<Predicate>> Predicate::Of(const Test& test, const ValueReader& reader) {
  using Made = Result<std::optional<Predicate>>;
  const ColumnType type = reader.type();
  const bool measured = type != ColumnType::String && type != ColumnType::Array && type != ColumnType::Object;
  if (const auto* missing = std::get_if<NotMissing>(&test))
    return Made(
        Predicate(MissingCheck{ValueSet(missing->also, reader), !missing->also.empty()}, About::Everything));
  if (std::get_if<OfType>(&test)) return Made(Predicate(TypeCheck{}, About::Present));
  if (const auto* one = std::get_if<OneOf>(&test))
    return Made(Predicate(SetCheck{ValueSet(one->values, reader), one->listed}, About::Proper));
  if (const auto* within = std::get_if<Within>(&test)) {
    if (!measured)
      return Senseless("a range is for numbers and times, and this is a column of type " +
                       std::string(NameOf(type)));
    return Made(Predicate(RangeOf(within->range), About::Proper));
  }
  if (const auto* multiple = std::get_if<MultipleOf>(&test)) {
    if (!(multiple->factor > 0)) return Senseless("a multiple must be of a number above 0");
    return Made(Predicate(MultipleCheck{multiple->factor}, About::Proper));
  }
  if (const auto* matches = std::get_if<Matches>(&test))
    return OfPatterns(matches->patterns, matches->which, type);
  if (const auto* length = std::get_if<LengthWithin>(&test))
    return Made(Predicate(LengthCheck{length->range, type}, About::Proper));
  if (const auto* form = std::get_if<OfForm>(&test)) {
    if (form->form == "json") return Made(Predicate(JsonCheck{}, About::Proper));
    for (const Form& known : kForms) {
      if (known.name == form->form)
        return OfPatterns({std::string(known.pattern)}, Matches::Which::All, type);
    }
    return Senseless("the form '" + form->form +
                     "' is not known: email, uuid, uri, hostname, ipv4, ipv6 and json are");
  }
  if (const auto* holding = std::get_if<Holding>(&test))
    return Made(Predicate(HoldingCheck{*holding}, About::Proper));
  return Made(std::nullopt);
}

Result<std::optional<Predicate>> Predicate::OfPatterns(const std::vector<std::string>& texts,
                                                       Matches::Which which, ColumnType type) {
  PatternCheck check{{}, which, type};
  for (const auto& text : texts) {
    auto pattern = Pattern::Compile(text);
    if (!pattern) return Senseless("'" + text + "' " + pattern.error().message);
    check.patterns.push_back(*std::move(pattern));
  }
  return std::optional(Predicate(std::move(check), About::Proper));
}

void Predicate::Count(const std::vector<Cell>& cells, std::int64_t& considered,
                      std::int64_t& unexpected) const {
  std::visit(
      [&](const auto& check) {
        for (const Cell& cell : cells) {
          if (!Considers(cell)) continue;
          ++considered;
          unexpected += check.Breaks(cell) ? 1 : 0;
        }
      },
      check_);
}

std::int64_t Predicate::CountBreaking(std::span<const double> measures) const {
  const RangeCheck check = std::get<RangeCheck>(check_);
  std::int64_t breaking = 0;
  for (const double measure : measures) breaking += check.Breaks(measure) ? 1 : 0;
  return breaking;
}

bool Predicate::AllowsAll(std::span<const double> numbers) const {
  if (const auto* missing = std::get_if<MissingCheck>(&check_)) return !missing->some;
  return std::holds_alternative<TypeCheck>(check_) || (IsOfMeasures() && CountBreaking(numbers) == 0);
}

std::vector<const Json*> ValuesAt(const Json& value, const std::vector<std::string>& path) {
  std::vector<const Json*> found = {&value};
  for (const auto& step : path) {
    std::vector<const Json*> next;
    for (const Json* one : found) {
      if (step != "[]" && one->IsObject()) next.push_back(&one->At(step));
      if (step != "[]" || !one->IsArray()) continue;
      for (const Json& item : one->items()) next.push_back(&item);
    }
    found = std::move(next);
  }
  return found;
}

}  // namespace cairn::contract
