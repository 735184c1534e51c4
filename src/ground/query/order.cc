#include "ground/query/cursor.h"
#include "ground/query/query.h"

namespace cairn::query {

Result<OrderTerm> ParseOrder(std::string_view text) {
  Cursor cursor(CAIRN_TRY(Tokenize(text)));
  if (cursor.Here().kind != Token::Kind::Name) return cursor.Expected("a name to order by");
  OrderTerm term{.name = cursor.Take().name};
  if (cursor.Took("DESC")) {
    term.ascending = false;
  } else {
    cursor.Took("ASC");
  }
  if (!cursor.AtEnd()) return cursor.Expected("ASC, DESC or the end");
  return term;
}

}  // namespace cairn::query
