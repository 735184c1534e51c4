#include "ground/tables/csv_dialect.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "ground/tables/csv_reader.h"
#include "ground/tables/file_head.h"
#include "ground/tables/text_decoder.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

constexpr std::size_t kFlush = 256 * 1024;

bool IsUtf8Name(std::string_view encoding) {
  return EqualsIgnoringCase(encoding, "utf-8") || EqualsIgnoringCase(encoding, "utf8");
}

/// UTF-16 without a mark shows by zero bytes in every other place of ordinary characters.
std::string ByZeroBytes(std::string_view head) {
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 2] += head[i] == 0 ? 1 : 0;
  const std::size_t many = head.size() / 4;
  if (head.size() < 4) return "";
  if (zeros[1] > many && zeros[0] < zeros[1] / 8) return "utf-16le";
  if (zeros[0] > many && zeros[1] < zeros[0] / 8) return "utf-16be";
  return "";
}

std::string ByMark(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\xEF\xBB\xBF"sv)) return "utf-8";
  if (head.starts_with("\xFF\xFE\0\0"sv)) return "utf-32le";
  if (head.starts_with("\0\0\xFE\xFF"sv)) return "utf-32be";
  if (head.starts_with("\xFF\xFE"sv)) return "utf-16le";
  if (head.starts_with("\xFE\xFF"sv)) return "utf-16be";
  return "";
}

/// How many bytes at the end of `bytes` may begin a character that goes on in the next piece.
std::size_t OpenEnd(std::string_view bytes) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if (byte >= 0xC0) return back;
    if (byte < 0x80) return 0;
  }
  return 0;
}

bool IsAscii(std::string_view bytes) {
  std::uint64_t word = 0;
  while (bytes.size() >= sizeof word) {
    std::memcpy(&word, bytes.data(), sizeof word);
    if ((word & 0x8080808080808080) != 0) return false;
    bytes.remove_prefix(sizeof word);
  }
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

Result<bool> IsUtf8File(const std::string& path) {
  const auto file = CAIRN_TRY(os::OpenToRead(path));
  std::string rest;
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const std::size_t got = CAIRN_TRY(os::ReadSome(file.number(), buffer.data(), buffer.size(), path));
    if (got == 0) return IsUtf8(rest);
    const std::string_view piece(buffer.data(), got);
    if (rest.empty() && IsAscii(piece)) continue;
    rest += piece;
    const std::size_t open = OpenEnd(rest);
    if (!IsUtf8(std::string_view(rest).substr(0, rest.size() - open))) return false;
    rest.erase(0, rest.size() - open);
  }
}

Result<std::string> EncodingOf(const std::string& path, std::string_view head) {
  if (IsCompressed(head)) return std::string("utf-8");
  if (auto found = ByMark(head); !found.empty()) return found;
  if (auto found = ByZeroBytes(head); !found.empty()) return found;
  return std::string(CAIRN_TRY(IsUtf8File(path)) ? "utf-8" : "windows-1252");
}

/// The beginning of the text as UTF-8.
Result<std::string> DecodedHead(const std::string& path, const std::string& encoding) {
  const std::string head = HeadOf(path);
  if (IsCompressed(head) || IsUtf8Name(encoding)) return head;
  std::string text;
  CAIRN_TRY(CAIRN_TRY(TextDecoder::Open(path, encoding))
                .Read(
                    [&](std::string_view piece) -> Result<> {
                      text += piece;
                      return Done{};
                    },
                    kHeadBytes));
  return text;
}

char QuoteIn(std::string_view head) {
  const auto line = Trim(head.substr(0, head.find_first_of("\r\n")));
  return line.size() > 1 && line.front() == '\'' && line.back() == '\'' && line.find('"') == line.npos ? '\''
                                                                                                       : '"';
}

enum class Number { No, Whole, Comma, Point };

/// What a text is to a reader who takes the comma for the decimal sign. Grouping points: 1.234,5.
Number Judge(std::string_view text) {
  text = Trim(text);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const auto digits = [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const auto comma = text.find(','), point = text.find('.');
  if (comma == text.npos && point == text.npos) return digits(text) ? Number::Whole : Number::No;
  if (comma == text.npos) {
    const auto whole = text.substr(0, point), rest = text.substr(point + 1);
    return digits(whole) && digits(rest) ? Number::Point : Number::No;
  }
  const auto groups = Split(text.substr(0, comma), '.');
  if (!digits(text.substr(comma + 1)) || !digits(groups.front())) return Number::No;
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].size() != 3 || !digits(groups[i])) return Number::No;
  }
  return Number::Comma;
}

/// "1.234,5" as "1234.5".
std::string WithPoint(std::string_view text) {
  std::string plain;
  for (const char character : Trim(text)) {
    if (character == ',') plain += '.';
    if (character != ',' && character != '.') plain += character;
  }
  return plain;
}

/// Columns that hold numbers with decimal commas, and nothing else, as far as they were seen.
class CommaColumns {
 public:
  void See(const std::vector<std::string>& fields) {
    states_.resize(std::max(states_.size(), fields.size()));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (Trim(fields[i]).empty()) continue;
      const Number number = Judge(fields[i]);
      if (number == Number::Comma) states_[i].comma = true;
      if (number == Number::No || number == Number::Point) states_[i].other = true;
    }
  }
  bool Has(std::size_t column) const {
    return column < states_.size() && states_[column].comma && !states_[column].other;
  }
  bool Any() const {
    return std::any_of(states_.begin(), states_.end(), [](State s) { return s.comma && !s.other; });
  }

 private:
  struct State {
    bool comma = false, other = false;
  };
  std::vector<State> states_;
};

/// Calls `take` for each record of a file.
Result<> ReadRecords(const std::string& path, const Dialect& dialect, const CsvReader::Take& take) {
  auto decoder = CAIRN_TRY(TextDecoder::Open(path, dialect.encoding));
  CsvReader reader(dialect, take);
  CAIRN_TRY(decoder.Read([&](std::string_view text) { return reader.Add(text); }));
  return reader.End(path);
}

/// A head without the lines that are to be skipped.
std::string BehindLines(std::string text, std::int64_t lines) {
  std::size_t at = 0;
  for (; lines > 0 && at < text.size(); --lines) {
    at = text.find_first_of("\r\n", at);
    if (at == text.npos) return "";
    at += text.compare(at, 2, "\r\n") == 0 ? 2 : 1;
  }
  return text.substr(at);
}

/// The whole lines of a head, whose last line may be cut.
std::string_view WholeLines(std::string_view head) {
  return head.substr(0, head.rfind('\n') == head.npos ? head.size() : head.rfind('\n') + 1);
}

/// How many records of a head do not look as the first does, read in this dialect.
std::size_t OddRecords(std::string_view head, const Dialect& dialect) {
  std::size_t width = 0, odd = 0;
  CsvReader reader(dialect, [&](const CsvReader::Record& record) -> Result<> {
    if (width == 0) width = record.fields.size();
    odd += record.torn || record.fields.size() != width ? 1 : 0;
    return Done{};
  });
  const bool whole = bool(reader.Add(WholeLines(head))) && bool(reader.End(""));
  return odd + (whole ? 0 : 1);
}

/// A backslash escapes quotes when the lines make sense only then.
char EscapeIn(std::string_view head, Dialect dialect) {
  const std::string escaped{'\\', *dialect.quote};
  if (*dialect.quote == 0 || head.find(escaped) == head.npos) return '\0';
  dialect.escape = '\0';
  const std::size_t doubled = OddRecords(head, dialect);
  dialect.escape = '\\';
  return OddRecords(head, dialect) < doubled ? '\\' : '\0';
}

char DecimalIn(std::string_view head, const Dialect& dialect) {
  if (dialect.delimiter == ',') return '.';
  CommaColumns columns;
  bool first = dialect.header;
  CsvReader reader(dialect, [&](const CsvReader::Record& record) -> Result<> {
    if (!first) columns.See(record.fields);
    first = false;
    return Done{};
  });
  return bool(reader.Add(WholeLines(head))) && columns.Any() ? ',' : '.';
}

void AppendField(std::string& out, std::string_view field, bool alone) {
  if (field.find_first_of(",\"\r\n") == field.npos && !(alone && field.empty())) {
    out += field;
    return;
  }
  out += '"';
  for (const char character : field) out.append(character == '"' ? 2 : 1, character);
  out += '"';
}

/// Writes records in the plain form, and counts them.
class PlainWriter {
 public:
  PlainWriter(const std::string& path, os::NewFile& file, const CommaColumns& commas)
      : path_(path), file_(file), commas_(commas) {}

  Result<> Head(std::size_t width) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < width; ++i) names.push_back("column" + std::to_string(i));
    return Write(names, false);
  }
  Result<> Take(const CsvReader::Record& record, bool header) {
    if (width_ == 0) width_ = record.fields.size();
    const auto wrong = [&](const std::string& how) {
      return Error{Reason::Unprocessable, path_ + ", line " + std::to_string(record.line) + ": " + how};
    };
    if (record.torn) return wrong("text follows a closing quote.");
    if (record.fields.size() != width_) {
      return wrong(std::to_string(record.fields.size()) + (record.fields.size() == 1 ? " field" : " fields") +
                   " where the header has " + std::to_string(width_) + ".");
    }
    if (!header) ++rows_;
    return Write(record.fields, !header);
  }
  Result<> Flush() {
    CAIRN_TRY(file_.Append(out_));
    out_.clear();
    return Done{};
  }
  std::int64_t rows() const { return rows_; }

 private:
  Result<> Write(const std::vector<std::string>& fields, bool values) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out_ += ',';
      const bool number = values && commas_.Has(i) && Judge(fields[i]) == Number::Comma;
      AppendField(out_, number ? WithPoint(fields[i]) : fields[i], fields.size() == 1);
    }
    out_ += '\n';
    return out_.size() < kFlush ? Result<>() : Flush();
  }

  const std::string& path_;
  os::NewFile& file_;
  const CommaColumns& commas_;
  std::string out_;
  std::size_t width_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace

Result<Dialect> FindDialect(const std::string& path, const Dialect& given) {
  Dialect dialect = given;
  if (dialect.encoding.empty()) dialect.encoding = CAIRN_TRY(EncodingOf(path, HeadOf(path)));
  if (IsCompressed(HeadOf(path))) {
    if (dialect.delimiter == 0)
      dialect.delimiter = DelimiterIn(BehindLines(UnpackedHeadOf(path), given.skip_lines), path);
    dialect.quote = dialect.quote.value_or('"');
    dialect.escape = dialect.escape.value_or(0);
    dialect.decimal = dialect.decimal.value_or('.');
    return dialect;
  }
  const std::string head = BehindLines(CAIRN_TRY(DecodedHead(path, dialect.encoding)), given.skip_lines);
  dialect.skip_lines = 0;  // They are not in the head any more.
  if (dialect.delimiter == 0) dialect.delimiter = DelimiterIn(head, path);
  if (!dialect.quote) dialect.quote = QuoteIn(head);
  if (!dialect.escape) dialect.escape = EscapeIn(head, dialect);
  if (!dialect.decimal) dialect.decimal = DecimalIn(head, dialect);
  dialect.skip_lines = given.skip_lines;
  return dialect;
}

bool IsPlain(const Dialect& dialect) {
  return IsUtf8Name(dialect.encoding) &&
         std::string_view(",;\t|").find(dialect.delimiter) != std::string_view::npos &&
         dialect.quote == '"' && dialect.escape.value_or(0) == 0 && dialect.decimal == '.' &&
         dialect.header && dialect.skip_lines == 0;
}

Result<std::int64_t> WritePlain(const std::string& path, const Dialect& dialect, const std::string& to) {
  if (IsCompressed(HeadOf(path))) {
    return Error{Reason::Unsupported,
                 "'" + path + "' is compressed and not plain CSV in UTF-8: unpack it first"};
  }
  CommaColumns commas;
  if (dialect.decimal == ',') {
    bool header = dialect.header;
    CAIRN_TRY(ReadRecords(path, dialect, [&](const CsvReader::Record& record) -> Result<> {
      if (!header) commas.See(record.fields);
      header = false;
      return Done{};
    }));
  }
  auto file = CAIRN_TRY(os::NewFile::Create(to));
  PlainWriter writer(path, file, commas);
  bool first = true;
  CAIRN_TRY(ReadRecords(path, dialect, [&](const CsvReader::Record& record) -> Result<> {
    const bool begins = std::exchange(first, false);
    if (begins && !dialect.header) CAIRN_TRY(writer.Head(record.fields.size()));
    return writer.Take(record, begins && dialect.header);
  }));
  if (first)
    return Error{Reason::Unprocessable, "'" + path + "' has no table behind its first " +
                                            std::to_string(dialect.skip_lines) + " lines."};
  CAIRN_TRY(writer.Flush());
  CAIRN_TRY(file.Publish());
  return writer.rows();
}

}  // namespace cairn::tables
