#include <algorithm>
#include <cmath>

#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/plain_files.h"
#include "ground/vocabulary/text.h"
#include "loop/data/table_comparison.h"
#include "loop/profile/profile.h"
#include "server/cairn/answer.h"
#include "server/cairn/dialect_json.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr std::uint64_t kLargestProfile = 256ull << 20;
constexpr std::uint64_t kMemory = 4ull << 30;

/// A side of a comparison: a table, or a profile.
struct Side {
  data::ComparedTable table;
  std::optional<Json> profile;
};

/// How a saved profile begins (docs/profile-file.md).
constexpr std::string_view kSavedBegins = "CAIRNPRF";

Result<bool> IsSaved(const std::string& path) {
  const auto status = os::Stat(path);
  if (!status || status->kind != os::FileKind::File || status->stamp.size < kSavedBegins.size()) return false;
  return CAIRN_TRY(os::MappedFile::Open(path)).bytes().starts_with(kSavedBegins);
}

/// The profile in a file, if it is one: a saved one, or a single JSON object with a member "reference".
Result<std::optional<Json>> ProfileIn(const std::string& path) {
  if (CAIRN_TRY(IsSaved(path))) {
    auto profile = profile::TableProfile::FromBytes(CAIRN_TRY(os::ReadFile(path, kLargestProfile)));
    if (!profile) return Error{profile.error().reason, "'" + path + "': " + profile.error().message};
    return std::optional<Json>(profile->Report({os::BaseName(path), "", {}}));
  }
  if (!path.ends_with(".json")) return std::optional<Json>();
  const auto text = os::ReadFile(path, kLargestProfile);
  if (!text && text.error().reason != Reason::TooLarge) return text.error();
  if (!text) return std::optional<Json>();
  auto json = Json::Parse(*text);
  if (!json || !json->At("reference").IsObject()) return std::optional<Json>();
  return std::optional<Json>(*std::move(json));
}

Result<Side> FileSide(const std::string& path) {
  if (!path.starts_with('/'))
    return Error{Reason::InvalidArgument,
                 "'file' must be an absolute path on the server's machine, not '" + path + "'"};
  Side side{{os::BaseName(path), {path}}, {}};
  side.profile = CAIRN_TRY(ProfileIn(path));
  return side;
}

/// {"file": path or pattern} or {"dataset": name, "version": number or alias (absent: the newest)}.
Result<Side> SideIn(const Json& body, const char* name, const data::Catalogue* catalogue) {
  const Json& given = body.At(name);
  if (!given.IsObject())
    return Error{
        Reason::InvalidArgument,
        std::string("'") + name + "' must be an object with 'file', or with 'dataset' and 'version'"};
  if (given.At("file").IsString()) return FileSide(given.Text("file"));
  const std::string dataset = CAIRN_TRY(RequiredText(given, "dataset"));
  if (catalogue == nullptr)
    return Error{Reason::NotFound, "data set '" + dataset + "' is not known here: there is no store"};
  const Json& named = given.At("version");
  if (!named.IsNull() && !named.IsInt() && !named.IsString())
    return Error{Reason::InvalidArgument, "'version' must be a number or an alias"};
  const auto version = CAIRN_TRY(
      catalogue->Named(dataset, named.IsInt() ? std::to_string(named.AsInt()) : given.Text("version")));
  return Side{{dataset + "@" + std::to_string(version.version), catalogue->TrainingParts(version)}, {}};
}

Result<data::ComparisonSettings> SettingsIn(const Json& body) {
  data::ComparisonSettings settings;
  settings.policy = CAIRN_TRY(comparison::PolicyNamed(body.Text("policy", "cairn")));
  const std::string method = body.Text("method");
  if (!method.empty()) settings.policy.method = CAIRN_TRY(comparison::MethodNamed(method));
  if (body.At("threshold").IsNumber()) settings.policy.threshold = body.Double("threshold");
  if (settings.policy.method && !settings.policy.threshold &&
      std::isnan(comparison::DefaultThreshold(*settings.policy.method))) {
    return Error{Reason::InvalidArgument,
                 "the statistic '" + method +
                     "' is in each column's own unit and has no threshold that fits all: "
                     "name one with 'threshold'"};
  }
  for (const Json& column : body.At("columns").items()) {
    if (!column.IsString()) return Error{Reason::InvalidArgument, "'columns' must be a list of names"};
    settings.columns.push_back(column.AsString());
  }
  return settings;
}

Result<> OnlyMembers(const Json& body, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : body.members()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::vector<std::string_view> names(known);
    return Error{Reason::InvalidArgument,
                 "unknown member '" + name + "' in the body." + Suggestion(name, names)};
  }
  return Done{};
}

/// The files of a side that a caller named, read as the caller says; those of a data set are plain.
Result<tables::PlainFiles> PlainOf(const Json& body, const char* side, data::ComparedTable& table,
                                   const tables::Dialect& dialect) {
  const bool named = body.At(side).At("file").IsString();
  auto files = CAIRN_TRY(tables::PlainFiles::Of(table.files, named ? dialect : tables::Dialect()));
  table.files = files.paths();
  return files;
}

Result<Json> Compare(const data::Catalogue* catalogue, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body,
                        {"reference", "current", "policy", "method", "threshold", "columns", "dialect"}));
  const auto settings = CAIRN_TRY(SettingsIn(call.body));
  Side reference = CAIRN_TRY(SideIn(call.body, "reference", catalogue));
  Side current = CAIRN_TRY(SideIn(call.body, "current", catalogue));
  if (reference.profile.has_value() != current.profile.has_value())
    return Error{
        Reason::InvalidArgument,
        "a profile can be compared with a profile, and a table with a table; here one side is of each"};
  if (reference.profile) return data::CompareProfiles(*reference.profile, *current.profile, settings);
  const auto dialect = CAIRN_TRY(DialectIn(call.body));
  const auto before = CAIRN_TRY(PlainOf(call.body, "reference", reference.table, dialect));
  const auto after = CAIRN_TRY(PlainOf(call.body, "current", current.table, dialect));
  const auto spill = CAIRN_TRY(os::TempFolder::Create());
  tables::Engine::Options options;
  options.memory_bytes = kMemory;
  options.spill = spill.path();
  const auto engine = CAIRN_TRY(tables::Engine::Open(options));
  return before.Told(after.Told(data::CompareTables(*engine, reference.table, current.table, settings)));
}

}  // namespace

void MountComparison(http::Router& router, const data::Catalogue* catalogue) {
  router.Post("/api/v1/data/compare",
              Answer([catalogue](const Call& call) { return Compare(catalogue, call); }), http::Lane::Bytes);
}

}  // namespace cairn::api
