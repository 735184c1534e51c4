#include "server/cairn/dialect_json.h"

#include "server/cairn/data_call.h"

namespace cairn::api {
namespace {

Result<char> CharacterIn(const Json& dialect, std::string_view name) {
  const std::string text = dialect.Text(name);
  if (text == "tab" || text == "\\t") return '\t';
  if (text.empty() || text == "none") return '\0';
  if (text.size() == 1) return text.front();
  return Error{Reason::InvalidArgument,
               "'" + std::string(name) + "' must be one character (or 'tab', or 'none'), not '" + text + "'"};
}

}  // namespace

Result<tables::Dialect> DialectIn(const Json& body) {
  const Json& given = body.At("dialect");
  CAIRN_TRY(
      OnlyMembers(given, {"encoding", "delimiter", "quote", "escape", "decimal", "header", "skip_lines"}));
  tables::Dialect dialect;
  dialect.encoding = given.Text("encoding");
  dialect.delimiter = CAIRN_TRY(CharacterIn(given, "delimiter"));
  if (given.Find("quote")) dialect.quote = CAIRN_TRY(CharacterIn(given, "quote"));
  if (given.Find("escape")) dialect.escape = CAIRN_TRY(CharacterIn(given, "escape"));
  if (given.Find("decimal")) dialect.decimal = CAIRN_TRY(CharacterIn(given, "decimal"));
  if (dialect.decimal && *dialect.decimal != ',' && *dialect.decimal != '.')
    return Error{Reason::InvalidArgument, "'decimal' must be ',' or '.'"};
  dialect.header = given.Bool("header", true);
  if (const Json* lines = given.Find("skip_lines")) {
    if (!lines->IsInt() || lines->AsInt() < 0)
      return Error{Reason::InvalidArgument, "'skip_lines' must be a number of lines"};
    dialect.skip_lines = lines->AsInt();
  }
  return dialect;
}

}  // namespace cairn::api
