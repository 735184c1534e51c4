#include "ground/tables/chunk.h"

namespace cairn::tables {

void AppendColumn(Column& to, const Chunk& chunk, std::size_t column) {
  for (std::size_t row = 0; row < chunk.rows(); ++row) {
    if (chunk.IsNull(column, row)) {
      to.PushNull();
      continue;
    }
    switch (to.type()) {
      case Type::Bool:
        to.PushBool(chunk.Bools(column)[row] != 0);
        break;
      case Type::Int:
        to.Push(chunk.Ints(column)[row]);
        break;
      case Type::Time:
        to.Push(chunk.Times(column)[row]);
        break;
      case Type::Double:
        to.Push(chunk.Doubles(column)[row]);
        break;
      case Type::Text:
        to.Push(std::string(chunk.Text(column, row)));
        break;
    }
  }
}

}  // namespace cairn::tables
