#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ground/vocabulary/result.h"

/// CSV texts of any kind, made plain. A Source reads plain CSV: UTF-8, comma, semicolon, tab or bar, fields
/// in double quotes where they need them, decimal points, names in the first line. What is written otherwise
/// is rewritten once, so that every other reader has one form to deal with.
namespace cairn::tables {

/// How a CSV text is written. Absent members are found out by FindDialect.
struct Dialect {
  std::string encoding =
      {};              ///< As iconv names it: "utf-8", "latin1", "windows-1252", "utf-16le"; "" = absent.
  char delimiter = 0;  ///< 0 = absent.
  std::optional<char> quote = {};    ///< 0: no character quotes.
  std::optional<char> escape = {};   ///< Before a quote within quotes; 0: the quote is doubled.
  std::optional<char> decimal = {};  ///< '.' or ','. With ',', points within numbers group thousands.
  std::int64_t skip_lines = 0;       ///< Lines before the table: a title, remarks. Never guessed.
  bool header = true;  ///< false: the first line is a row, and columns are called column0, column1…
  friend bool operator==(const Dialect&, const Dialect&) = default;
};

/// Finds out what `given` leaves open; what it says is taken as said. The encoding: by the mark at the start,
/// UTF-16 by its zero bytes, UTF-8 when the whole file is, otherwise Windows-1252 (of which Latin-1's letters
/// are a part). Delimiter, quotes and decimal sign: by the first 64 KiB. A compressed file is taken for
/// UTF-8, and only its delimiter is looked for.
Result<Dialect> FindDialect(const std::string& path, const Dialect& given = {});

/// Whether a Source reads it as it is.
bool IsPlain(const Dialect& dialect);

/// Rewrites `path`, whose dialect is complete, as plain CSV with commas into the new file `to`, in one pass
/// (two with decimal commas: a column's numbers are rewritten when all its values are numbers). Fields keep
/// their text. Gives the number of rows. Unprocessable with file and line for bytes that are not of the
/// encoding, a row with more or fewer fields than the first, a quote that is never closed, no line left after
/// those to be skipped; Unsupported for an unknown encoding or a compressed file; Exhausted when the disk is
/// full. After an error there is no file `to`.
Result<std::int64_t> WritePlain(const std::string& path, const Dialect& dialect, const std::string& to);

}  // namespace cairn::tables
