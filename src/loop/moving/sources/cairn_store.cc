#include "loop/moving/sources/cairn_store.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/sql/foreign.h"
#include "ledger/governance/schema.h"
#include "ledger/metadata/schema.h"
#include "loop/registry/schema.h"
#include "loop/registry/webhooks.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/schema.h"
#include "loop/tracking/tracking.h"

namespace cairn::moving {
namespace {

const os::Clock& MachineClock() {
  static const os::SystemClock clock;
  return clock;
}

class RoomsReader : public Source {
 public:
  /// `artifacts` null: it has none to give.
  RoomsReader(sql::Database& database, const tracking::Tracking& tracking, const registry::Registry& registry,
              tracking::Artifacts* artifacts)
      : database_(database), tracking_(tracking), registry_(registry), artifacts_(artifacts) {}

  Result<std::vector<tracking::Experiment>> Experiments() override {
    std::vector<tracking::Experiment> found;
    tracking::Experiments::Search search;
    search.view = tracking::View::All;
    do {
      auto page = CAIRN_TRY(tracking_.experiments.Find(search));
      std::move(page.items.begin(), page.items.end(), std::back_inserter(found));
      search.page = page.next;
    } while (!search.page.empty());
    return found;
  }

  Result<RunPage> Runs(tracking::ExperimentId experiment, const std::string& page) override {
    tracking::Runs::Search search;
    search.experiments = {experiment};
    search.view = tracking::View::All;
    search.limit = 200;
    search.page = page;
    RunPage found;
    auto some = CAIRN_TRY(tracking_.runs.Find(search));
    found.next = some.next;
    // A search leaves out which models went into a run.
    for (const auto& run : some.items) found.runs.push_back(CAIRN_TRY(tracking_.runs.Find(run.info.id)));
    return found;
  }

  Result<> Points(const std::string& run, const std::string& key, const Take& take) override {
    std::vector<tracking::Metric> metrics;
    for (const auto& point : CAIRN_TRY(tracking_.runs.History(run, key, 0, "")).items)
      metrics.push_back(tracking::MetricOf(point, run, key));
    return HandOver(std::move(metrics), take);
  }

  Result<std::vector<tracking::LoggedModel>> Models(tracking::ExperimentId experiment) override {
    std::vector<tracking::LoggedModel> found;
    tracking::LoggedModels::Search search;
    search.experiments = {experiment};
    search.deleted = tracking::LoggedModels::Deleted::Shown;
    do {
      auto page = CAIRN_TRY(tracking_.models.Find(search));
      std::move(page.items.begin(), page.items.end(), std::back_inserter(found));
      search.page = page.next;
    } while (!search.page.empty());
    return found;
  }

  Result<std::vector<FoundModel>> Registered() override {
    std::vector<FoundModel> found;
    for (const char* filter : {"", "tags.`mlflow.prompt.is_prompt` = 'true'"}) {
      registry::Registry::Search search;
      search.filter = filter;
      do {
        auto page = CAIRN_TRY(registry_.SearchModels(search));
        for (auto& model : page.items) {
          FoundModel one{std::move(model), {}};
          auto versions = CAIRN_TRY(registry_.Versions(one.model.name));
          for (auto version = versions.rbegin(); version != versions.rend(); ++version)
            one.versions.push_back({std::move(*version), false});
          for (auto& version : CAIRN_TRY(registry_.RemovedVersions(one.model.name)))
            one.versions.push_back({std::move(version), true});
          std::sort(one.versions.begin(), one.versions.end(),
                    [](const auto& a, const auto& b) { return a.version.version < b.version.version; });
          found.push_back(std::move(one));
        }
        search.page_token = page.next;
      } while (!search.page_token.empty());
    }
    return found;
  }

  Result<std::vector<governance::Hold>> Holds() override {
    return database_.Read([](sql::Connection& connection) { return governance::HoldsIn(connection); });
  }

  Result<std::vector<std::string>> WebhookNames() override {
    constexpr std::int64_t kMost = 1000;
    const registry::Webhooks webhooks(database_, MachineClock(), registry::Webhooks::Hosts::PublicOnly);
    std::vector<std::string> names;
    for (const auto& webhook : CAIRN_TRY(webhooks.List(kMost, 0))) names.push_back(webhook.name);
    return names;
  }

  bool Reaches(const std::string& uri) const override {
    return artifacts_ != nullptr && tracking::KeptPath(uri, artifacts_->Address()).has_value();
  }

  Result<std::vector<FoundFile>> Files(const Owner& owner) override {
    std::vector<FoundFile> files;
    CAIRN_TRY(AddFiles(CAIRN_TRY(PathOf(owner)), "", files));
    return files;
  }

  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) override {
    const auto folder = CAIRN_TRY(PathOf(owner));
    return os::CopyFile(CAIRN_TRY(artifacts_->Find(folder + "/" + path)).path, to);
  }

 private:
  Result<std::string> PathOf(const Owner& owner) const {
    const auto path =
        artifacts_ == nullptr ? std::nullopt : tracking::KeptPath(owner.uri, artifacts_->Address());
    if (path) return *path;
    return Error{Reason::NotFound, "The artifacts at '" + owner.uri + "' are not among those of that store."};
  }

  Result<> AddFiles(const std::string& folder, const std::string& below,
                    std::vector<FoundFile>& files) const {
    for (const auto& entry : CAIRN_TRY(artifacts_->List(folder))) {
      const auto path = below.empty() ? entry.path : below + "/" + entry.path;
      if (!entry.folder) files.push_back({path, entry.bytes});
      if (entry.folder) CAIRN_TRY(AddFiles(folder + "/" + entry.path, path, files));
    }
    return {};
  }

  sql::Database& database_;
  const tracking::Tracking& tracking_;
  const registry::Registry& registry_;
  tracking::Artifacts* const artifacts_;
};

/// Another store, opened.
struct Opened {
  Opened(std::optional<os::TempFolder> copy, std::unique_ptr<sql::Database> records,
         std::unique_ptr<tracking::Tracking> rooms, std::optional<tracking::Artifacts> files)
      : folder(std::move(copy)),
        database(std::move(records)),
        tracking(std::move(rooms)),
        artifacts(std::move(files)),
        none(""),
        registry(*database, MachineClock(), artifacts ? *artifacts : none, registry::GuardOfAccepted()) {}

  std::optional<os::TempFolder> folder;
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<tracking::Tracking> tracking;
  std::optional<tracking::Artifacts> artifacts;
  tracking::Artifacts none;
  registry::Registry registry;
};

class CairnStore final : public RoomsReader {
 public:
  explicit CairnStore(std::unique_ptr<Opened> opened)
      : RoomsReader(*opened->database, *opened->tracking, opened->registry,
                    opened->artifacts ? &*opened->artifacts : nullptr),
        opened_(std::move(opened)) {}

 private:
  const std::unique_ptr<Opened> opened_;
};

std::span<const sql::RoomSchema* const> Schemas() {
  static const std::array schemas = {&metadata::Schema(), &governance::Schema(), &tracking::Schema(),
                                     &registry::Schema()};
  return schemas;
}

Result<std::optional<tracking::Artifacts>> FilesAt(const std::string& where, const std::string& cache) {
  if (where.empty()) return std::optional<tracking::Artifacts>();
  return std::optional(CAIRN_TRY(tracking::Artifacts::Open(where, cache)));
}

Result<std::unique_ptr<Source>> OpenOnPostgres(const std::string& url, const std::string& artifacts,
                                               const std::string& scratch) {
  auto database = CAIRN_TRY(sql::OpenToRead(url));
  CAIRN_TRY(database->CheckMigrated(Schemas()));
  auto files = CAIRN_TRY(FilesAt(artifacts, os::JoinPath(scratch, "cache")));
  auto rooms = tracking::Tracking::OpenToRead(*database, MachineClock());
  return std::unique_ptr<Source>(std::make_unique<CairnStore>(
      std::make_unique<Opened>(std::nullopt, std::move(database), std::move(rooms), std::move(files))));
}

}  // namespace

Result<std::unique_ptr<Source>> OpenCairnStore(const std::string& where, const std::string& artifacts,
                                               const std::string& scratch) {
  if (where.starts_with("postgres")) return OpenOnPostgres(where, artifacts, scratch);
  const std::string store = os::JoinPath(where, "cairn.db");
  if (!os::Exists(store)) {
    return Error{Reason::NotFound,
                 "The folder " + where +
                     " is no data folder of Cairn with a SQLite store (it lacks cairn.db); name the .cairn "
                     "folder itself, or the postgresql:// address of its records."};
  }
  auto copy = CAIRN_TRY(os::TempFolder::Create(scratch));
  CAIRN_TRY(sql::CopySqlite(store, copy / "cairn.db"));
  auto database = CAIRN_TRY(sql::Database::Open("sqlite:///" + (copy / "cairn.db")));
  CAIRN_TRY(database->Migrate(Schemas()));
  auto tracking = CAIRN_TRY(tracking::Tracking::Open(*database, MachineClock(), "mlflow-artifacts:/"));
  auto files = CAIRN_TRY(
      FilesAt(artifacts.empty() ? os::JoinPath(where, "artifacts") : artifacts, copy / "artifact-cache"));
  return std::unique_ptr<Source>(std::make_unique<CairnStore>(
      std::make_unique<Opened>(std::move(copy), std::move(database), std::move(tracking), std::move(files))));
}

std::unique_ptr<Source> ReadRooms(sql::Database& database, const tracking::Tracking& tracking,
                                  const registry::Registry& registry) {
  return std::make_unique<RoomsReader>(database, tracking, registry, nullptr);
}

}  // namespace cairn::moving
