#include "ground/query/cursor.h"
#include "ground/query/query.h"
#include "ground/vocabulary/text.h"

namespace cairn::query {

Result<Identifier> Cursor::TakeName(const std::string& what) {
  if (Here().kind != Token::Kind::Name) return Expected(what);
  const bool function = !Here().IsQuoted() && Here().name.prefix.empty() && After().IsSymbol("(");
  if (!function) return Take().name;
  const auto position = Here().position;
  auto called = LowerAscii(Take().written);
  Take();
  if (Here().kind != Token::Kind::Name) return Expected("a name such as metrics.loss");
  auto name = Take().name;
  name.function = std::move(called);
  name.position = position;
  if (!TookSymbol(")")) return Expected("')'");
  return name;
}

Result<OrderTerm> ParseOrder(std::string_view text) {
  Cursor cursor(CAIRN_TRY(Tokenize(text)));
  OrderTerm term{.name = CAIRN_TRY(cursor.TakeName("a name to order by"))};
  if (cursor.Took("DESC")) {
    term.ascending = false;
  } else {
    cursor.Took("ASC");
  }
  if (!cursor.AtEnd()) return cursor.Expected("ASC, DESC or the end");
  return term;
}

}  // namespace cairn::query
