#include "loop/data/fitting.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

constexpr std::size_t kNamed = 5;

/// A file that the newcomer will lie beside; null when there is none.
const DatasetFile* Neighbour(const std::string& name, const DatasetVersion& before) {
  const auto stays = std::find_if(before.files.begin(), before.files.end(),
                                  [&](const DatasetFile& file) { return file.name != name; });
  return stays == before.files.end() ? nullptr : &*stays;
}

}  // namespace

Result<> CheckFormat(const std::string& name, std::string_view format, const DatasetVersion& before) {
  const DatasetFile* other = Neighbour(name, before);
  if (!other || before.format.empty() || before.format == format) return Done{};
  return Error{Reason::Unprocessable, "'" + name + "' is " + std::string(format) + ", and data set '" +
                                          before.dataset + "' holds " + before.format + " (such as '" +
                                          other->name + "'): its files are read as one table. Write it as " +
                                          before.format + ", or add it to a data set of its own"};
}

Result<> CheckColumns(const std::string& name, const std::vector<DatasetColumn>& columns,
                      const DatasetVersion& before) {
  if (!Neighbour(name, before) || before.columns.empty()) return Done{};
  std::vector<std::string> names;
  for (const DatasetColumn& column : before.columns) {
    const bool shared = std::any_of(columns.begin(), columns.end(),
                                    [&](const DatasetColumn& one) { return one.name == column.name; });
    if (shared) return Done{};
    if (names.size() < kNamed) names.push_back("'" + column.name + "'");
  }
  return Error{Reason::Unprocessable,
               "'" + name + "' has none of the columns of data set '" + before.dataset + "' (" +
                   Join(names, ", ") + (before.columns.size() > kNamed ? ", …" : "") +
                   "): its files are read as one table. Add it to a data set of its own"};
}

}  // namespace cairn::data
