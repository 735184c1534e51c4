#include "loop/profile/table/selection.h"

#include "ground/tables/source.h"

namespace cairn::profile {

std::string Selection(std::vector<tables::Field>& fields) {
  std::string list;
  for (auto& field : fields) {
    const std::string name = tables::Identifier(field.name);
    const bool huge =
        field.sql_type == "UBIGINT" || field.sql_type == "HUGEINT" || field.sql_type == "UHUGEINT";
    list += (list.empty() ? "" : ", ") + (huge ? "CAST(" + name + " AS DOUBLE) AS " + name : name);
    if (huge) field.type = tables::Type::Double;
  }
  return list;
}

}  // namespace cairn::profile
