#include "loop/contract/infer/summary.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/contract/scan/figures.h"

namespace cairn::contract {
namespace {

constexpr std::size_t kMostValues = 1000;
constexpr std::size_t kLongestValue = 200;
constexpr std::size_t kMostParts = 16;

Predicate FormOf(std::string_view name) {
  // The forms and types named here are known to compile.
  return **Predicate::Of(OfForm{std::string(name)}, *ValueReader::Of(ColumnType::String));
}

FormPart::Class ClassOf(char c) {
  if (c >= '0' && c <= '9') return FormPart::Class::Digits;
  if (c >= 'A' && c <= 'Z') return FormPart::Class::Capitals;
  if (c >= 'a' && c <= 'z') return FormPart::Class::Smalls;
  return FormPart::Class::Same;
}

/// Nothing for a text of too many parts, or with characters that are no form's.
std::optional<std::vector<FormPart>> PartsOf(std::string_view text) {
  std::vector<FormPart> parts;
  for (const char c : text) {
    const auto kind = ClassOf(c);
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) return std::nullopt;
    const bool same = !parts.empty() && parts.back().kind == kind &&
                      (kind != FormPart::Class::Same || parts.back().sign == c);
    if (!same) parts.push_back({kind, kind == FormPart::Class::Same ? c : '\0', 0, 0});
    ++parts.back().least;
    ++parts.back().most;
    if (parts.size() > kMostParts) return std::nullopt;
  }
  return parts;
}

}  // namespace

ColumnSummary::ColumnSummary()
    : dates_(*ValueReader::Of(ColumnType::Date)),
      moments_(*ValueReader::Of(ColumnType::Timestamp)),
      clocks_(*ValueReader::Of(ColumnType::Time)),
      emails_(FormOf("email")),
      uuids_(FormOf("uuid")) {}

void ColumnSummary::Take(const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    ++rows;
    if (cell.kind == Cell::Kind::Missing) {
      ++missing;
      continue;
    }
    keys_.Add(KeyOf(cell));
    if (cell.kind != Cell::Kind::Text && cell.kind != Cell::Kind::Nested) {
      least = std::min(least, cell.Measure());
      greatest = std::max(greatest, cell.Measure());
    }
    truths += cell.kind == Cell::Kind::Bool ? 1 : 0;
    wholes += cell.kind == Cell::Kind::Int ? 1 : 0;
    numbers += cell.kind == Cell::Kind::Double ? 1 : 0;
    times += cell.kind == Cell::Kind::Time ? 1 : 0;
    days += cell.kind == Cell::Kind::Time && cell.whole % 86'400'000 == 0 ? 1 : 0;
    if (cell.kind == Cell::Kind::Nested) ++(cell.nested->IsArray() ? arrays : objects);
    if (cell.kind == Cell::Kind::Text) TakeText(cell.text);
    if (many_values || cell.kind == Cell::Kind::Nested) continue;
    // Of numbers among texts, such as the versions 1.0 and 1.10, the way they are written is the value.
    const std::string text =
        cell.kind == Cell::Kind::Double && !cell.text.empty() ? std::string(cell.text) : PlainText(cell);
    ++values[text];
    if (values.size() > kMostValues || text.size() > kLongestValue) {
      many_values = true;
      values.clear();
    }
  }
}

void ColumnSummary::TakeText(std::string_view text) {
  ++texts;
  const std::size_t length = CodePoints(text);
  shortest = std::min(shortest, length);
  longest = std::max(longest, length);
  const Cell cell = Cell::Text(text);
  if (text.size() <= 5 && (EqualsIgnoringCase(text, "true") || EqualsIgnoringCase(text, "false")))
    ++truth_texts;
  if (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    date_texts += dates_.Settle(cell).fits ? 1 : 0;
    time_texts += moments_.Settle(cell).fits ? 1 : 0;
    clock_texts += clocks_.Settle(cell).fits ? 1 : 0;
  }
  if (text.find('@') != std::string_view::npos) emails += emails_.Breaks(cell) ? 0 : 1;
  if (text.size() == 36) uuids += uuids_.Breaks(cell) ? 0 : 1;
  TakeForm(text);
}

void ColumnSummary::TakeForm(std::string_view text) {
  if (formed_ && !form) return;
  const auto parts = PartsOf(text);
  if (!parts) {
    formed_ = true;
    form.reset();
  } else if (!formed_) {
    formed_ = true;
    form = parts;
  } else {
    Join(*parts);
  }
}

void ColumnSummary::Join(const std::vector<FormPart>& other) {
  const bool alike = form && std::equal(form->begin(), form->end(), other.begin(), other.end(),
                                        [](const FormPart& a, const FormPart& b) {
                                          return a.kind == b.kind && a.sign == b.sign;
                                        });
  if (!alike) return form.reset();
  for (std::size_t i = 0; i < other.size(); ++i) {
    (*form)[i].least = std::min((*form)[i].least, other[i].least);
    (*form)[i].most = std::max((*form)[i].most, other[i].most);
  }
}

void ColumnSummary::Merge(ColumnSummary& other) {
  for (const auto count :
       {&ColumnSummary::rows, &ColumnSummary::missing, &ColumnSummary::wholes, &ColumnSummary::numbers,
        &ColumnSummary::truths, &ColumnSummary::times, &ColumnSummary::days, &ColumnSummary::texts,
        &ColumnSummary::arrays, &ColumnSummary::objects, &ColumnSummary::truth_texts,
        &ColumnSummary::date_texts, &ColumnSummary::time_texts, &ColumnSummary::clock_texts,
        &ColumnSummary::emails, &ColumnSummary::uuids})
    this->*count += other.*count;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
  shortest = std::min(shortest, other.shortest);
  longest = std::max(longest, other.longest);
  for (const auto& [text, count] : other.values) values[text] += count;
  many_values = many_values || other.many_values || values.size() > kMostValues;
  if (many_values) values.clear();
  keys_.Take(other.keys_);
  if (!other.formed_) return;
  if (!formed_) {
    formed_ = true;
    form = other.form;
  } else if (other.form) {
    Join(*other.form);
  } else {
    form.reset();
  }
}

std::int64_t ColumnSummary::Distinct() { return keys_.Find().distinct; }

}  // namespace cairn::contract
