#include "loop/tracking/run_names.h"

#include <algorithm>

#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

/// How many are read; an error names all but the last of them.
constexpr std::int64_t kCandidates = 6;

bool IsHexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Those with that name, and those whose id begins with `given`, newest first.
Result<std::vector<StoredRun>> ReadCalled(sql::Connection& connection, std::string_view given, bool deleted) {
  // Ids are hexadecimal: 'g' sorts behind every id that begins so, and no id lies between "g" and "gg".
  const auto begin = IsHexadecimal(given) ? std::string(given) : "g";
  std::vector<StoredRun> runs;
  for (const auto& row : CAIRN_TRY(connection.Run(
           "SELECT " + std::string(kRunColumns) +
               " FROM run r WHERE r.deleted = $1 AND (r.name = $2 OR (r.id >= $3 AND r.id < $4)) "
               "ORDER BY r.start_ms DESC, r.id LIMIT $5",
           {deleted, given, begin, begin + "g", kCandidates}))) {
    runs.push_back(RunOf(row));
  }
  return runs;
}

Error Ambiguous(std::string_view given, const std::vector<StoredRun>& runs) {
  std::string message = "'" + std::string(given) + "' fits several runs: ";
  const auto shown = std::min<std::size_t>(runs.size(), kCandidates - 1);
  for (std::size_t i = 0; i < shown; ++i) {
    message += (i == 0 ? "" : ", ") + runs[i].info.id + " (" + runs[i].info.name + ")";
  }
  message += shown < runs.size() ? " and more" : "";
  return {Reason::Conflict, message + ". Give more of the id."};
}

}  // namespace

Result<std::string> RunNames::IdOf(std::string_view given) const {
  if (given.empty())
    return Error{Reason::InvalidArgument, "Say which run: its id, the beginning of it, or its name."};
  return database_.Read([&](sql::Connection& connection) -> Result<std::string> {
    if (const auto whole = ReadRun(connection, given)) return whole->info.id;
    for (const bool deleted : {false, true}) {
      const auto runs = CAIRN_TRY(ReadCalled(connection, given, deleted));
      if (runs.size() > 1) return Ambiguous(given, runs);
      if (runs.size() == 1) return runs.front().info.id;
    }
    return Error{Reason::NotFound, "There is no run with the id or name '" + std::string(given) +
                                       "': `cairn runs list` shows those there are."};
  });
}

}  // namespace cairn::tracking
