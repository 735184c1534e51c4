#include "cli/csv_flags.h"

#include "ground/vocabulary/text.h"

namespace cairn::cli {

const std::vector<Flag>& CsvFlags() {
  static const std::vector<Flag> flags = {
      {"--encoding", "NAME", "Of a CSV file; found out unless said: latin1, windows-1252, utf-16le…"},
      {"--delimiter", "CHAR", "Of a CSV file, or 'tab'"},
      {"--quote", "CHAR", "Of a CSV file, or 'none'"},
      {"--escape", "CHAR", "Before a quote within quotes, or 'none' where quotes are doubled"},
      {"--decimal", "CHAR", "',' or '.'"},
      {"--skip-lines", "N", "Lines before a CSV file's table (a title, remarks), which are left out"},
      {"--no-header", "", "The first line of a CSV file is a row"}};
  return flags;
}

std::vector<Flag> WithCsvFlags(std::vector<Flag> flags) {
  flags.insert(flags.end(), CsvFlags().begin(), CsvFlags().end());
  return flags;
}

Result<> SetDialect(Json& body, const Arguments& arguments) {
  Json dialect = Json::Object();
  for (const std::string name : {"encoding", "delimiter", "quote", "escape", "decimal"}) {
    if (arguments.Has("--" + name)) dialect.Set(name, arguments.Text("--" + name));
  }
  if (arguments.Has("--no-header")) dialect.Set("header", false);
  if (arguments.Has("--skip-lines")) {
    const auto lines = ParseInt(arguments.Text("--skip-lines"));
    if (!lines || *lines < 0)
      return Error{Reason::InvalidArgument,
                   "--skip-lines is a number of lines, not '" + arguments.Text("--skip-lines") + "'"};
    dialect.Set("skip_lines", *lines);
  }
  if (!dialect.members().empty()) body.Set("dialect", std::move(dialect));
  return Done{};
}

}  // namespace cairn::cli
