#include "ground/tables/duckdb/failure.h"

#include <array>
#include <string>

#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

std::string_view Between(std::string_view text, std::string_view before, std::string_view after) {
  const auto start = text.find(before);
  if (start == std::string_view::npos) return {};
  const auto rest = text.substr(start + before.size());
  return rest.substr(0, rest.find(after));
}

bool Has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct Kind {
  std::string_view heading;
  Reason reason;
};
constexpr std::array kKinds = {
    Kind{"Permission Error: ", Reason::Denied},
    Kind{"Out of Memory Error: ", Reason::Exhausted},
    Kind{"INTERRUPT Error: ", Reason::Conflict},
    Kind{"Conversion Error: ", Reason::Unprocessable},
    Kind{"Invalid Input Error: ", Reason::Unprocessable},
    Kind{"Out of Range Error: ", Reason::Unprocessable},
    Kind{"Constraint Error: ", Reason::Unprocessable},
    Kind{"Parser Error: ", Reason::InvalidArgument},
    Kind{"Binder Error: ", Reason::InvalidArgument},
    Kind{"Catalog Error: ", Reason::InvalidArgument},
    Kind{"Not implemented Error: ", Reason::Unsupported},
    Kind{"IO Error: ", Reason::Unavailable},
    Kind{"Invalid Error: ", Reason::Corrupt},
    Kind{"INTERNAL Error: ", Reason::Internal},
    Kind{"FATAL Error: ", Reason::Internal},
    Kind{"TransactionContext Error: ", Reason::Conflict},
    Kind{"Serialization Error: ", Reason::Corrupt},
};

/// Parquet's damage comes under several headings.
bool IsDamagedParquet(std::string_view message) {
  for (const auto part : {"too small to be a Parquet file", "No magic bytes found", "TProtocolException",
                          "arquet file is corrupt", "ecompression failure", "Footer length error",
                          "Invalid footer", "Corrupt", "Out of buffer", "thrift"})
    if (Has(message, part)) return true;
  return false;
}

Error CsvLine(std::string_view message) {
  std::string where(Trim(Between(message, "  file = ", "\n")));
  where += (where.empty() ? "line " : ", line ") +
           std::string(Between(message, "CSV Error on Line: ", "\n")) + ": ";
  if (const auto column = Between(message, "Error when converting column \"", "\"."); !column.empty()) {
    const auto value = Between(message, "Could not convert string \"", "\" to '");
    const auto type = Between(message, "\" to '", "'");
    return {Reason::Unprocessable, where + "column '" + std::string(column) + "' holds \"" +
                                       std::string(value) + "\", which does not read as " +
                                       std::string(type) + "."};
  }
  if (Has(message, "Invalid unicode"))
    return {
        Reason::Unprocessable,
        where +
            "the text is not UTF-8; say what it is (--encoding windows-1252, …) or convert the file first."};
  if (const auto expected = Between(message, "Expected Number of Columns: ", "\n"); !expected.empty())
    return {Reason::Unprocessable,
            where + "the columns found and expected differ (expected " + std::string(expected) + ")."};
  auto rest = message.substr(std::min(message.size(), message.find('\n') + 1));
  if (rest.starts_with("Original Line: ")) rest = rest.substr(std::min(rest.size(), rest.find('\n') + 1));
  return {Reason::Unprocessable, where + std::string(Trim(rest.substr(0, rest.find('\n'))))};
}

std::string Sentence(std::string_view message) {
  message = message.substr(0, message.find("\nLINE "));
  message = Trim(message.substr(0, message.find("\n\n")));
  std::string sentence(message);
  for (auto& character : sentence)
    if (character == '\n') character = ' ';
  if (!sentence.empty() && !std::string_view(".!?").ends_with(sentence.back())) sentence += '.';
  return sentence;
}

}  // namespace

Error Failure(std::string_view message) {
  Error error{Reason::Internal, ""};
  for (const auto& kind : kKinds) {
    if (!message.starts_with(kind.heading)) continue;
    error.reason = kind.reason;
    message.remove_prefix(kind.heading.size());
    break;
  }
  if (Has(message, "CSV Error on Line: ")) return CsvLine(message);
  error.message = Sentence(message);
  if (Has(message, "No files found that match") || Has(message, "No such file"))
    error.reason = Reason::NotFound;
  if (Has(message, "Cannot prepare multiple")) error.reason = Reason::InvalidArgument;
  if (Has(message, "No space left")) error.reason = Reason::Exhausted;
  if (Has(message, "Malformed JSON")) error.reason = Reason::Unprocessable;
  if (IsDamagedParquet(message)) error.reason = Reason::Corrupt;
  return error;
}

}  // namespace cairn::tables
