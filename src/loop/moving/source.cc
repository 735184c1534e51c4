#include "loop/moving/source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/moving/sources/cairn_store.h"
#include "loop/moving/sources/mlflow_folder.h"
#include "loop/moving/sources/mlflow_server.h"
#include "loop/moving/sources/mlflow_tables.h"

namespace cairn::moving {
namespace {

constexpr std::size_t kPart = 1000;
constexpr std::string_view kCairn = "cairn:", kSqlite = "sqlite:///";

bool IsServer(const std::string& where) {
  return where.starts_with("http://") || where.starts_with("https://");
}

bool IsDatabase(const std::string& where) {
  return where.starts_with(kSqlite) || where.starts_with("postgresql") || where.starts_with("postgres://");
}

auto Order(const tracking::Metric& m) {
  return std::tuple(m.step, m.at_ms, std::isnan(m.value) ? 0.0 : m.value, std::isnan(m.value));
}

}  // namespace

std::string WithoutDriver(const std::string& where) {
  const auto plus = where.find('+'), colon = where.find("://");
  if (!where.starts_with("postgresql+") || plus > colon) return where;
  return where.substr(0, plus) + where.substr(colon);
}

void NoteLoggedModels(std::vector<FoundModel>& models) {
  constexpr std::string_view kModels = "models:/";
  constexpr int kMostCopies = 100;
  std::map<std::string, std::string> sources;
  for (const auto& one : models) {
    for (const auto& found : one.versions)
      sources[std::string(kModels) + one.model.name + "/" + std::to_string(found.version.version)] =
          found.version.source;
  }
  for (auto& one : models) {
    for (auto& found : one.versions) {
      std::string source = found.version.source;
      for (int copies = 0; copies < kMostCopies && sources.contains(source); ++copies)
        source = sources.at(source);
      if (found.version.model_id.empty() && source.starts_with("models:/m-"))
        found.version.model_id = source.substr(kModels.size());
    }
  }
}

bool IsPrompt(const registry::RegisteredModel& model) {
  return std::any_of(model.tags.begin(), model.tags.end(), [](const registry::Tag& tag) {
    return tag.first == "mlflow.prompt.is_prompt" && EqualsIgnoringCase(tag.second, "true");
  });
}

Result<> Turning::Turn(std::string next) {
  if (!next.empty() && !seen_.insert(next).second) {
    return Error{Reason::Corrupt, "The source gives the page '" + next +
                                      "' of a listing again and again; import from its database or folder "
                                      "instead of the server, or repair it."};
  }
  token_ = std::move(next);
  return {};
}

Result<> HandOver(std::vector<tracking::Metric> points, const Source::Take& take) {
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return Order(a) < Order(b); });
  const auto same = [](const auto& a, const auto& b) { return Order(a) == Order(b); };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
  const std::span<const tracking::Metric> all(points);
  for (std::size_t at = 0; at < all.size(); at += kPart)
    CAIRN_TRY(take(all.subspan(at, std::min(kPart, all.size() - at))));
  return {};
}

Result<std::unique_ptr<Source>> OpenSource(const Origin& origin) {
  const auto& where = origin.where;
  if (IsServer(where)) return OpenMlflowServer(where, origin);
  if (IsDatabase(where)) return OpenMlflowTables(WithoutDriver(where), origin);
  if (where.starts_with(kCairn))
    return OpenCairnStore(where.substr(kCairn.size()), origin.artifact_root, origin.scratch);
  if (os::IsFolder(where)) return OpenMlflowFolder(where, origin);
  return Error{
      Reason::NotFound,
      "There is nothing to import at '" + NameOfSource(where) +
          "'; name a running server (http://…), its database (sqlite:///file or postgresql://…) or an "
          "mlruns folder."};
}

std::string NameOfSource(const std::string& where) {
  std::string name = WithoutDriver(where);
  const auto scheme = name.find("://");
  if (scheme != std::string::npos && !name.starts_with(kSqlite)) {
    const auto host = scheme + 3, at = name.find('@', host), slash = name.find('/', host);
    const auto colon = name.find(':', host);
    if (at != std::string::npos && at < slash && colon < at) name.erase(colon, at - colon);
    name = name.substr(0, name.find('?'));
  }
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

}  // namespace cairn::moving
