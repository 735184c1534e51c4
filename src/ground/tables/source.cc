#include "ground/tables/source.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "ground/os/files.h"
#include "ground/tables/file_head.h"
#include "ground/tables/file_name.h"
#include "ground/tables/json_depth.h"
#include "ground/tables/json_form.h"
#include "ground/tables/packing.h"
#include "ground/tables/pattern.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

Error Unreadable(Reason reason, const std::string& path, const std::string& why) {
  return {reason, "'" + path + "' " + why};
}

/// Files that are not read, by how they begin, and what to do instead.
struct Signature {
  std::string_view begins, says;
};
using namespace std::string_view_literals;
constexpr std::array kForeign = {
    Signature{"ARROW1\0\0"sv,
              "is an Arrow IPC file, which is not read here: write it as Parquet "
              "(pyarrow.parquet.write_table) first."},
    Signature{"\xff\xff\xff\xff"sv,
              "is an Arrow IPC stream, which is not read here: write it as Parquet first."},
    Signature{"PK\x03\x04"sv,
              "is a zip archive (or a workbook); unpack it, or save its table as CSV, first."},
    Signature{"SQLite format 3\0"sv, "is an SQLite database: give its address, sqlite:///PATH, and a query."},
    Signature{"\x89HDF"sv, "is an HDF5 file, which is not read here: write its table as Parquet first."},
    Signature{"Obj\x01"sv, "is an Avro file, which is not read here: write it as Parquet first."},
};

/// More columns than this take minutes to read, and no contract or report could speak of them.
constexpr std::int64_t kMostColumns = 20'000;

constexpr int kDeepest = 200;

Result<> CheckHeader(const std::string& path, std::string_view head) {
  if (head.substr(0, head.find('\n')).find('\0') == head.npos) return Done{};
  return Unreadable(
      Reason::Unprocessable, path,
      "has NUL bytes where the names of its columns stand, so that it is no CSV; text of two bytes "
      "a character has to become UTF-8 first.");
}

/// A Parquet file ends as it begins; one that does not was not written or not copied to its end.
Result<> CheckEnd(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char end[4] = {};
  file.seekg(-4, std::ios::end);
  file.read(end, sizeof end);
  if (file && std::string_view(end, sizeof end) == "PAR1") return Done{};
  return Unreadable(
      Reason::Corrupt, path,
      "is cut short: it begins as a Parquet file and does not end as one; fetch or write it again.");
}

Result<> CheckJson(const std::vector<std::string>& paths) {
  std::optional<JsonForm> form;
  for (const auto& path : paths) {
    const JsonForm found = CAIRN_TRY(JsonFormOf(path));
    if (form && *form != found)
      return Error{Reason::InvalidArgument,
                   "'" + paths.front() + "' and '" + path +
                       "' are of different forms (JSON lines, a JSON array); read them one by one."};
    form = found;
    const auto line = LineNestedDeeperThan(path, kDeepest, found == JsonForm::Array);
    if (line)
      return Unreadable(Reason::Unprocessable, path,
                        "nests more than " + std::to_string(kDeepest) + " levels in line " +
                            std::to_string(*line) + "; keep that value as text.");
  }
  return Done{};
}

Result<> CheckWidth(const std::string& path, char delimiter) {
  std::ifstream file(path, std::ios::binary);
  std::int64_t columns = 1;
  bool quoted = false;
  for (std::istreambuf_iterator<char> at(file), end; at != end && columns <= kMostColumns; ++at) {
    if (*at == '"') quoted = !quoted;
    if (!quoted && *at == '\n') return Done{};
    if (!quoted && *at == delimiter) ++columns;
  }
  if (columns <= kMostColumns) return Done{};
  return Unreadable(Reason::TooLarge, path,
                    "has more than " + WithThousands(kMostColumns) +
                        " columns; keep it as rows of (row, column, value) instead.");
}

}  // namespace

const char* NameOf(Format format) {
  switch (format) {
    case Format::Csv:
      return "csv";
    case Format::Parquet:
      return "parquet";
    case Format::JsonLines:
      return "json lines";
  }
  return "csv";
}

std::optional<Format> FormatByName(std::string_view path) {
  const std::string name = LowerAscii(path);
  if (name.ends_with(".parquet")) return Format::Parquet;
  if (name.ends_with(".csv")) return Format::Csv;
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return Format::JsonLines;
  return std::nullopt;
}

Result<Format> FormatOf(const std::string& path) {
  const auto status = CAIRN_TRY(os::Stat(path));
  if (status.kind == os::FileKind::Folder)
    return Unreadable(Reason::InvalidArgument, path,
                      "is a folder; name its files, such as " + path + "/*.csv.");
  if (status.kind != os::FileKind::File)
    return Unreadable(Reason::InvalidArgument, path,
                      "is no regular file (a pipe or a device); write what it gives to a file first.");
  const auto head = HeadOf(path);
  if (head.empty()) return Unreadable(Reason::Unprocessable, path, "is empty or cannot be read.");
  if (head.starts_with("PAR1")) {
    CAIRN_TRY(CheckEnd(path));
    return Format::Parquet;
  }
  for (const auto& foreign : kForeign) {
    if (head.starts_with(foreign.begins))
      return Unreadable(Reason::Unsupported, path, std::string(foreign.says));
  }
  const auto name = PlainName(path);
  if (name.ends_with(".parquet"))
    return Unreadable(Reason::Corrupt, path, "is named as Parquet and does not begin as such a file does.");
  for (const std::string_view ending : {".csv", ".tsv", ".txt"})
    if (name.ends_with(ending)) return Format::Csv;
  for (const std::string_view ending : {".jsonl", ".ndjson", ".json"})
    if (name.ends_with(ending)) return Format::JsonLines;
  const auto begins = [&](char c) { return !IsCompressed(head) && Trim(head).starts_with(c); };
  const bool records = begins('[') && Trim(Trim(head).substr(1)).starts_with('{');
  return begins('{') || records ? Format::JsonLines : Format::Csv;
}

namespace {

Result<std::vector<std::string>> Matches(std::string_view path) {
  const std::string text(path);
  if (text.find_first_of("*?[") == std::string::npos || os::Exists(text)) return std::vector{text};
  auto paths = CAIRN_TRY(PathsLike(text));
  if (paths.empty()) return Error{Reason::NotFound, "No file matches '" + text + "'."};
  return paths;
}

const char* SqlType(Type type) {
  switch (type) {
    case Type::Bool:
      return "BOOLEAN";
    case Type::Int:
      return "BIGINT";
    case Type::Double:
      return "DOUBLE";
    case Type::Text:
      return "VARCHAR";
    case Type::Time:
      return "TIMESTAMP";
  }
  return "VARCHAR";
}

/// A path as the engine's readers take it literally: its pattern characters lose their meaning.
std::string PathLiteral(const std::string& path) {
  std::string plain;
  for (const char character : path) {
    if (std::string_view("*?[").find(character) == std::string_view::npos)
      plain += character;
    else
      plain += std::string("[") + character + "]";
  }
  return Literal(plain);
}

std::string List(const std::vector<std::string>& items, std::string (*one)(const std::string&)) {
  std::string list = "[";
  for (const auto& item : items) list += (list.size() > 1 ? ", " : "") + one(item);
  return list + "]";
}

std::string Members(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "{" : ", ") + Literal(name) + ": 'JSON'";
  return list + "}";
}

}  // namespace

std::string Identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char character : name)
    quoted += character == '"' ? std::string("\"\"") : std::string(1, character);
  return quoted + '"';
}

std::string Literal(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text.substr(0, text.find('\0')))
    quoted += character == '\'' ? std::string("''") : std::string(1, character);
  return quoted + '\'';
}

Result<Source> Source::Open(std::string_view path, ReadOptions options) {
  return Open(CAIRN_TRY(Matches(path)), std::move(options));
}

Result<Source> Source::Open(std::vector<std::string> paths, ReadOptions options) {
  if (paths.empty()) return Error{Reason::InvalidArgument, "No file was named."};
  for (const auto& path : paths) CAIRN_TRY(CheckFileName(path));
  std::optional<Format> format;
  for (const auto& path : paths) {
    const auto found = CAIRN_TRY(FormatOf(path));
    const auto head = HeadOf(path);
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff"))
      return Unreadable(Reason::Unprocessable, path, "is UTF-16 text; convert it to UTF-8 first.");
    if (format && *format != found)
      return Error{Reason::InvalidArgument, "'" + paths.front() + "' and '" + path +
                                                "' are of different formats; read them one by one."};
    format = found;
  }
  if (options.format) format = options.format;
  for (const auto& path : paths) CAIRN_TRY(CheckPacking(path));
  if (*format == Format::Csv) {
    for (const auto& path : paths) {
      const std::string head = HeadOf(path);
      if (IsCompressed(head)) continue;
      CAIRN_TRY(CheckWidth(path, options.delimiter != 0 ? options.delimiter : DelimiterIn(head, path)));
      CAIRN_TRY(CheckHeader(path, head));
    }
  }
  if (*format == Format::JsonLines) CAIRN_TRY(CheckJson(paths));
  return Source(std::move(paths), *format, std::move(options));
}

std::string Source::Relation() const {
  const auto files = List(paths_, PathLiteral);
  switch (format_) {
    case Format::Parquet:
      return "read_parquet(" + files + ", union_by_name=true)";
    case Format::JsonLines: {
      // Open has seen that all files are of the form of the first.
      const auto form = JsonFormOf(paths_.front());
      const std::string how =
          form && *form == JsonForm::Array ? ", format='array'" : ", format='newline_delimited'";
      if (!options_.json_texts.empty())
        return "read_json(" + files + how + ", columns=" + Members(options_.json_texts) + ")";
      return "read_json(" + files + how +
             ", union_by_name=true, sample_size=" + std::to_string(options_.sample_rows) + ")";
    }
    case Format::Csv:
      break;
  }
  if (options_.delimiter != 0) return "read_csv(" + files + CsvOptions() + ")";
  // The files that follow each other with one delimiter are read at once; each has its own.
  std::vector<Source> runs;
  for (const auto& path : paths_) {
    ReadOptions options = options_;
    options.delimiter = DelimiterIn(UnpackedHeadOf(path), path);
    if (runs.empty() || runs.back().options_.delimiter != options.delimiter)
      runs.push_back(Source({}, format_, std::move(options)));
    runs.back().paths_.push_back(path);
  }
  if (runs.size() == 1) return runs.front().Relation();
  std::string sum;
  for (const auto& run : runs)
    sum += (sum.empty() ? "(SELECT * FROM " : " UNION ALL BY NAME SELECT * FROM ") + run.Relation();
  return sum + ")";
}

std::string Source::CsvOptions() const {
  // The engine's search for a dialect takes a file with one odd line for a file of one column, so nothing
  // about the form is left to it.
  std::string text = ", delim=" + Literal(std::string_view(&options_.delimiter, 1)) +
                     R"(, quote='"', escape='"', comment='', skip=0)";
  text += ", strict_mode=true, union_by_name=true, header=" + std::string(options_.header ? "true" : "false");
  text += ", nullstr=" + List(options_.null_strings, [](const std::string& item) { return Literal(item); });
  text += ", sample_size=" + std::to_string(options_.sample_rows);
  text +=
      ", auto_type_candidates=['BOOLEAN', 'BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR']";
  if (options_.all_text) text += ", all_varchar=true";
  if (options_.ragged) text += ", null_padding=true";
  std::string types;
  for (const auto& [name, type] : options_.types)
    types += (types.empty() ? "" : ", ") + Literal(name) + ": '" + SqlType(type) + "'";
  if (!types.empty()) text += ", types={" + types + "}";
  return text;
}

}  // namespace cairn::tables
