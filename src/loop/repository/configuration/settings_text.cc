#include "loop/repository/configuration/settings_text.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";
constexpr std::array<std::string_view, 3> kNamedKinds{"remote", "machine", "db"};

Error Wrong(const std::string& file, int line, const std::string& what) {
  return {Reason::InvalidArgument, file + ":" + std::to_string(line) + ": " + what};
}

std::string Unquoted(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

/// "remote.store" for 'remote "store"', in lower case.
std::string NameOfSection(std::string_view head) {
  const std::string name = LowerAscii(Unquoted(Trim(head)));
  const std::string_view plain = Trim(name);
  for (const auto kind : kNamedKinds) {
    if (!plain.starts_with(kind)) continue;
    const std::string_view rest = Trim(plain.substr(kind.size()));
    if (rest.size() >= 2 && rest.front() == '"' && rest.back() == '"')
      return std::string(kind) + "." + std::string(rest.substr(1, rest.size() - 2));
  }
  return std::string(plain);
}

/// The head of a section as ConfigObj writes it.
std::string HeadOf(const std::string& section) {
  for (const auto kind : kNamedKinds) {
    if (section.starts_with(std::string(kind) + "."))
      return "['" + std::string(kind) + " \"" + section.substr(kind.size() + 1) + "\"']";
  }
  return "[" + section + "]";
}

/// A value as ConfigObj writes it, so that it reads back as one text.
std::string Written(std::string_view value) {
  if (value.empty()) return "\"\"";
  const bool single = value.find('\'') != std::string_view::npos,
             twice = value.find('"') != std::string_view::npos;
  if (value.find('\n') != std::string_view::npos || (single && twice)) {
    const std::string quotes = value.find("\"\"\"") == std::string_view::npos ? "\"\"\"" : "'''";
    return quotes + std::string(value) + quotes;
  }
  constexpr std::string_view kEdge = " \r\n\v\t'\"";
  const bool plain = kEdge.find(value.front()) == std::string_view::npos &&
                     kEdge.find(value.back()) == std::string_view::npos &&
                     value.find_first_of(",#") == std::string_view::npos;
  if (plain) return std::string(value);
  return twice ? "'" + std::string(value) + "'" : "\"" + std::string(value) + "\"";
}

/// What stands behind '=': its value, and where it ends before a comment.
struct Value {
  std::string text;
  bool list = false;
  std::size_t end = 0;
};

/// A value within quotes of three, which may go over several lines; none when it does not begin so.
std::optional<Value> TakeTripled(std::string_view rest) {
  for (const std::string_view quotes : {"\"\"\"", "'''"}) {
    if (!rest.starts_with(quotes)) continue;
    auto close = rest.find(quotes, quotes.size());
    if (close == std::string_view::npos) return Value{"", false, std::string_view::npos};
    // A value that ends in a quote has four in a row there.
    while (close + 3 < rest.size() && rest[close + 3] == quotes.front()) ++close;
    return Value{std::string(rest.substr(3, close - 3)), false, close + 3};
  }
  return std::nullopt;
}

/// One item, quoted or not, from `at` on.
std::optional<std::string> TakeItem(std::string_view line, std::size_t& at) {
  if (at < line.size() && (line[at] == '"' || line[at] == '\'')) {
    const auto close = line.find(line[at], at + 1);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string item(line.substr(at + 1, close - at - 1));
    at = close + 1;
    return item;
  }
  const auto end = std::min(line.find_first_of(",#", at), line.size());
  const std::string item(Trim(line.substr(at, end - at)));
  at += item.size();
  return item;
}

/// The value on the rest of a line; none when it is not well formed.
std::optional<Value> TakeValue(std::string_view line) {
  Value value;
  std::vector<std::string> items;
  std::size_t at = 0;
  for (;;) {
    auto item = TakeItem(line, at);
    if (!item) return std::nullopt;
    value.end = at;
    at = std::min(line.find_first_not_of(kBlank, at), line.size());
    const bool comma = at < line.size() && line[at] == ',';
    if (comma || !item->empty() || items.empty()) items.push_back(*std::move(item));
    if (!comma) break;
    value.list = true;
    value.end = ++at;
    at = std::min(line.find_first_not_of(kBlank, at), line.size());
  }
  if (at < line.size() && line[at] != '#') return std::nullopt;
  value.text = Join(items, ",");
  return value;
}

/// The place behind the line that holds `at`.
std::size_t BehindLine(const std::string& text, std::size_t at) {
  const auto end = text.find('\n', at);
  return end == std::string::npos ? text.size() : end + 1;
}

/// Where the '=' between key and value stands; the key may be quoted.
std::size_t EqualsIn(std::string_view line) {
  if (line.empty() || (line.front() != '"' && line.front() != '\'')) return line.find('=');
  const auto close = line.find(line.front(), 1);
  return close == std::string_view::npos ? close : line.find('=', close);
}

}  // namespace

Result<SettingsText> SettingsText::Read(std::string text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (!IsUtf8(text)) return Wrong(file, 1, "the settings are not UTF-8 text");
  SettingsText settings;
  settings.text_ = std::move(text);
  CAIRN_TRY(settings.Parse(file));
  return settings;
}

std::string_view SettingsText::LineOf(const Row& row) const {
  return Trim(std::string_view(text_).substr(row.begin, row.end - row.begin));
}

Result<> SettingsText::Parse(const std::string& file) {
  sections_.clear();
  Row row{file};
  while (row.end < text_.size()) {
    ++row.number;
    row.begin = row.end;
    row.end = BehindLine(text_, row.begin);
    const std::string_view line = LineOf(row);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      CAIRN_TRY(TakeHead(row));
    } else {
      CAIRN_TRY(TakeEntry(row));
    }
  }
  return Done{};
}

Result<> SettingsText::TakeHead(const Row& row) {
  const std::string_view line = LineOf(row);
  const auto close = line.rfind(']', line.find(" #"));
  if (close == std::string_view::npos) return Wrong(row.file, row.number, "the head of a section has no ']'");
  if (line.starts_with("[[")) return Wrong(row.file, row.number, "DVC has no sections within sections");
  Section section{NameOfSection(line.substr(1, close - 1)), row.begin, text_.size(), {}};
  if (FindSection(section.name))
    return Wrong(row.file, row.number, "the section '" + section.name + "' is there twice");
  if (!sections_.empty()) sections_.back().end = row.begin;
  sections_.push_back(std::move(section));
  return Done{};
}

Result<> SettingsText::TakeEntry(Row& row) {
  const std::string_view line = LineOf(row);
  const auto equals = EqualsIn(line);
  if (equals == std::string_view::npos)
    return Wrong(row.file, row.number, "this is neither '[section]' nor 'key = value'");
  if (sections_.empty()) return Wrong(row.file, row.number, "a setting stands before the first section");
  Entry entry;
  entry.section = sections_.back().name;
  entry.key = LowerAscii(Unquoted(Trim(line.substr(0, equals))));
  entry.line = row.number;
  entry.begin = row.begin;
  const std::size_t head = static_cast<std::size_t>(line.data() - text_.data()) + equals + 1;
  entry.value_begin = std::min(text_.find_first_not_of(" \t\v\f", head), text_.size());
  CAIRN_TRY(TakeValueInto(entry, row));
  for (const auto& other : sections_.back().entries) {
    if (other.key == entry.key)
      return Wrong(row.file, entry.line, "'" + entry.key + "' is there twice in its section");
  }
  sections_.back().entries.push_back(std::move(entry));
  return Done{};
}

Result<> SettingsText::TakeValueInto(Entry& entry, Row& row) const {
  auto value = TakeTripled(std::string_view(text_).substr(entry.value_begin));
  if (value && value->end == std::string::npos)
    return Wrong(row.file, row.number, "the value's quotes are never closed");
  if (value) {
    row.end = BehindLine(text_, entry.value_begin + value->end - 1);
    row.number += static_cast<int>(std::count(value->text.begin(), value->text.end(), '\n'));
  } else {
    const std::size_t begin = std::min(entry.value_begin, row.end);
    value = TakeValue(Trim(std::string_view(text_).substr(begin, row.end - begin)));
  }
  if (!value)
    return Wrong(row.file, row.number, "the value of '" + entry.key + "' is not well formed: quote it");
  if (value->text.find("%(") != std::string::npos)
    return Wrong(row.file, row.number,
                 "'" + entry.key + "' refers to another setting with '%(': write its value out");
  entry.value_end = entry.value_begin + value->end;
  entry.end = row.end;
  entry.value = std::move(value->text);
  entry.list = value->list;
  return Done{};
}

SettingsText::Section* SettingsText::FindSection(std::string_view name) {
  const auto found =
      std::find_if(sections_.begin(), sections_.end(), [&](const auto& one) { return one.name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

std::vector<SettingLine> SettingsText::Lines() const {
  std::vector<SettingLine> lines;
  for (const auto& section : sections_)
    lines.insert(lines.end(), section.entries.begin(), section.entries.end());
  return lines;
}

std::optional<std::string> SettingsText::Find(std::string_view section, std::string_view key) const {
  for (const auto& line : Lines()) {
    if (line.section == section && line.key == key) return line.value;
  }
  return std::nullopt;
}

void SettingsText::Reread() { static_cast<void>(bool(Parse(""))); }

void SettingsText::Set(const std::string& section, const std::string& key, std::string_view value) {
  if (!text_.empty() && text_.back() != '\n') {
    text_ += '\n';
    Reread();
  }
  const Section* at = FindSection(section);
  if (!at) {
    text_ += HeadOf(section) + "\n    " + key + " = " + Written(value) + "\n";
    return Reread();
  }
  for (const auto& entry : at->entries) {
    if (entry.key != key) continue;
    text_.replace(entry.value_begin, entry.value_end - entry.value_begin, Written(value));
    return Reread();
  }
  std::size_t behind = BehindLine(text_, at->begin);
  std::string indent = "    ";
  if (!at->entries.empty()) {
    const auto& last = at->entries.back();
    behind = last.end;
    indent = text_.substr(last.begin, text_.find_first_not_of(" \t", last.begin) - last.begin);
  }
  text_.insert(behind, indent + key + " = " + Written(value) + "\n");
  Reread();
}

bool SettingsText::Remove(std::string_view section, std::string_view key) {
  const Section* at = FindSection(section);
  if (!at) return false;
  for (const auto& entry : at->entries) {
    if (entry.key != key) continue;
    const bool only = at->entries.size() == 1;
    const std::size_t begin = at->begin, end = at->end;
    text_.erase(entry.begin, entry.end - entry.begin);
    // DVC writes no empty sections either; one that holds a comment stays.
    const auto rest = std::string_view(text_).substr(begin, end - (entry.end - entry.begin) - begin);
    const auto first_line = rest.find('\n');
    if (only && (first_line == std::string_view::npos || Trim(rest.substr(first_line)).empty()))
      text_.erase(begin, rest.size());
    Reread();
    return true;
  }
  return false;
}

bool SettingsText::RenameSection(std::string_view section, const std::string& name) {
  const Section* at = FindSection(section);
  if (!at) return false;
  text_.replace(at->begin, BehindLine(text_, at->begin) - at->begin, HeadOf(name) + "\n");
  Reread();
  return true;
}

bool SettingsText::RemoveSection(std::string_view section) {
  const Section* at = FindSection(section);
  if (!at) return false;
  // Comments at its end are likely the next section's.
  std::size_t end = at->entries.empty() ? BehindLine(text_, at->begin) : at->entries.back().end;
  if (Trim(std::string_view(text_).substr(end, at->end - end)).empty()) end = at->end;
  text_.erase(at->begin, end - at->begin);
  Reread();
  return true;
}

}  // namespace cairn::repository
