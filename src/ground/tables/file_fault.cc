#include "ground/tables/file_fault.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <vector>

namespace cairn::tables {
namespace {

constexpr const char* kStray =
    ": a quote is closed before the field ends; a quote within quotes is written twice.";

/// Follows one CSV text character by character (RFC 4180: quotes are doubled inside quotes).
class Walk {
 public:
  explicit Walk(char delimiter) : delimiter_(delimiter) {}

  /// Feeds one character; true when it ends a record.
  bool Take(char character) {
    if (character == '\n') ++line_;
    if (quoted_) {
      if (character == '"') quoted_ = false;
      closed_ = !quoted_;
      return false;
    }
    stray_ = stray_ || (closed_ && character != delimiter_ &&
                        std::string_view("\"\r\n").find(character) == std::string_view::npos);
    closed_ = false;
    if (character == '\n') return true;
    if (character == '"' && (at_start_ || was_quote_)) quoted_ = true;
    was_quote_ = character == '"';
    at_start_ = character == delimiter_;
    if (character == delimiter_) ++fields_;
    if (character != '\r') blank_ = false;
    return false;
  }
  void Begin() {
    start_ = line_;
    fields_ = 1;
    at_start_ = blank_ = true;
    was_quote_ = closed_ = stray_ = false;
  }
  std::int64_t start() const { return start_; }
  std::int64_t fields() const { return fields_; }
  bool quoted() const { return quoted_; }
  bool blank() const { return blank_; }
  bool stray() const { return stray_; }

 private:
  char delimiter_;
  std::int64_t line_ = 1;
  std::int64_t start_ = 1;
  std::int64_t fields_ = 1;
  bool quoted_ = false;
  bool at_start_ = true;
  bool was_quote_ = false;
  bool blank_ = true;
  bool closed_ = false;
  bool stray_ = false;
};

/// The SQL string literal that begins at `at` (a quote), which moves behind it.
std::string LiteralAt(std::string_view text, std::size_t& at) {
  std::string value;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\'' && (at + 1 == text.size() || text[at + 1] != '\'')) break;
    if (text[at] == '\'') ++at;
    value += text[at];
  }
  ++at;
  return value;
}

/// A path whose pattern characters stand in brackets, without those.
std::string WithoutBrackets(const std::string& pattern) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool bracketed = pattern[at] == '[' && at + 2 < pattern.size() && pattern[at + 2] == ']';
    path += bracketed ? pattern[at + 1] : pattern[at];
    if (bracketed) at += 2;
  }
  return path;
}

struct CsvFile {
  std::string path;
  char delimiter;
};

/// The paths in the list that begins at `at`, which is moved behind its last one.
std::vector<std::string> PathsAt(std::string_view statement, std::size_t& at) {
  std::vector<std::string> paths;
  while (at < statement.size() && statement[at] != ']') {
    if (statement[at] == '\'')
      paths.push_back(WithoutBrackets(LiteralAt(statement, at)));
    else
      ++at;
  }
  return paths;
}

std::vector<CsvFile> FilesOf(std::string_view statement) {
  constexpr std::string_view reader = "read_csv([";
  constexpr std::string_view option = "], delim=";
  std::vector<CsvFile> files;
  for (auto at = statement.find(reader); at != std::string_view::npos; at = statement.find(reader, at)) {
    at += reader.size();
    auto paths = PathsAt(statement, at);
    if (!statement.substr(std::min(at, statement.size())).starts_with(option)) continue;
    at += option.size();
    const auto delimiter = LiteralAt(statement, at);
    for (auto& path : paths) files.push_back({std::move(path), delimiter.empty() ? ',' : delimiter.front()});
  }
  return files;
}

std::string Fields(std::int64_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); }

constexpr std::size_t kLinesBefore = 50, kLookAhead = 20;

/// Where a table would begin whose first lines are none: after it, all records that were looked at have the
/// same number of fields, two or more; before it stand lines with fewer. `records` are their first lines and
/// fields.
std::optional<std::int64_t> TableBegins(const std::vector<std::pair<std::int64_t, std::int64_t>>& records) {
  if (records.size() < 3) return std::nullopt;
  const std::int64_t width = records.back().second;
  std::size_t first = records.size();
  while (first > 0 && records[first - 1].second == width) --first;
  const bool narrow = std::all_of(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(first),
                                  [&](const auto& record) { return record.second < width; });
  if (first == 0 || first > kLinesBefore || records.size() - first < 2 || !narrow) return std::nullopt;
  return records[first].first;
}

/// What to do about the lines before a table, if that is what is wrong with the first records of a file.
std::string AdviceOnLinesBefore(const std::string& path, char delimiter) {
  std::ifstream file(path, std::ios::binary);
  Walk walk(delimiter);
  std::vector<std::pair<std::int64_t, std::int64_t>> records;
  for (std::istreambuf_iterator<char> at(file), end; at != end && records.size() < kLinesBefore + kLookAhead;
       ++at) {
    if (!walk.Take(*at)) continue;
    if (!walk.blank()) records.emplace_back(walk.start(), walk.fields());
    walk.Begin();
  }
  const auto line = TableBegins(records);
  if (!line) return "";
  const std::string before = std::to_string(*line - 1);
  return " The table seems to begin in line " + std::to_string(*line) +
         ": leave out what stands before it (" + "--skip-lines " + before + ").";
}

}  // namespace

std::optional<std::string> FaultInCsv(const std::string& path, char delimiter) {
  std::ifstream file(path, std::ios::binary);
  if (file.peek() == 0x1f || file.peek() == 0x28) return std::nullopt;
  Walk walk(delimiter);
  std::int64_t expected = 0;
  const auto wrong = [&] { return !walk.blank() && expected != 0 && walk.fields() != expected; };
  const auto sentence = [&] {
    return path + ", line " + std::to_string(walk.start()) + ": " + Fields(walk.fields()) +
           " where the header has " + std::to_string(expected) + "." + AdviceOnLinesBefore(path, delimiter);
  };
  for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
    if (!walk.Take(*at)) continue;
    if (walk.stray()) return path + ", line " + std::to_string(walk.start()) + kStray;
    if (wrong()) return sentence();
    if (expected == 0) expected = walk.fields();
    walk.Begin();
  }
  if (walk.quoted())
    return path + ", line " + std::to_string(walk.start()) + ": a quote is opened and never closed.";
  if (walk.stray()) return path + ", line " + std::to_string(walk.start()) + kStray;
  if (wrong()) return sentence();
  return std::nullopt;
}

std::optional<std::string> FaultInCsvOf(std::string_view statement) {
  const auto files = FilesOf(statement);
  for (const auto& file : files) {
    if (auto fault = FaultInCsv(file.path, file.delimiter)) return fault;
  }
  if (files.empty()) return std::nullopt;
  return files.front().path + " does not read as CSV: its lines have no common form.";
}

std::optional<std::string> OnlyCsvOf(std::string_view statement) {
  const auto files = FilesOf(statement);
  return files.size() == 1 ? std::optional(files.front().path) : std::nullopt;
}

std::vector<std::string> ParquetFilesOf(std::string_view statement) {
  constexpr std::string_view reader = "read_parquet([";
  std::vector<std::string> files;
  for (auto at = statement.find(reader); at != std::string_view::npos; at = statement.find(reader, at)) {
    at += reader.size();
    for (auto& path : PathsAt(statement, at)) files.push_back(std::move(path));
  }
  return files;
}

}  // namespace cairn::tables
