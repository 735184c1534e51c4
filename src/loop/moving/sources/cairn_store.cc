#include "loop/moving/sources/cairn_store.h"

#include <array>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/sql/foreign.h"
#include "ledger/governance/schema.h"
#include "ledger/metadata/schema.h"
#include "loop/moving/sources/local_files.h"
#include "loop/registry/schema.h"
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
  RoomsReader(const tracking::Tracking& tracking, const registry::Registry& registry,
              const std::string& artifacts)
      : tracking_(tracking), registry_(registry), files_(artifacts, artifacts, artifacts) {}

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
    return HandOver(CAIRN_TRY(tracking_.runs.History(run, key, 0, "")).items, take);
  }

  Result<std::vector<tracking::LoggedModel>> Models(tracking::ExperimentId experiment) override {
    std::vector<tracking::LoggedModel> found;
    tracking::LoggedModels::Search search;
    search.experiments = {experiment};
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
          found.push_back(std::move(one));
        }
        search.page_token = page.next;
      } while (!search.page_token.empty());
    }
    return found;
  }

  bool Reaches(const std::string& uri) const override { return files_.Reaches(uri); }
  Result<std::vector<FoundFile>> Files(const Owner& owner) override { return files_.Files(owner); }
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) override {
    return files_.Fetch(owner, path, to);
  }

 private:
  const tracking::Tracking& tracking_;
  const registry::Registry& registry_;
  LocalFiles files_;
};

/// A copy of another store, opened.
struct Copy {
  Copy(os::TempFolder given, std::unique_ptr<sql::Database> opened, std::unique_ptr<tracking::Tracking> rooms,
       const std::string& files)
      : folder(std::move(given)),
        database(std::move(opened)),
        tracking(std::move(rooms)),
        artifacts(files),
        registry(*database, MachineClock(), artifacts, registry::GuardOfAccepted()) {}

  os::TempFolder folder;
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<tracking::Tracking> tracking;
  tracking::Artifacts artifacts;
  registry::Registry registry;
};

class CairnStore final : public RoomsReader {
 public:
  CairnStore(std::unique_ptr<Copy> copy, const std::string& artifacts)
      : RoomsReader(*copy->tracking, copy->registry, artifacts), copy_(std::move(copy)) {}

 private:
  const std::unique_ptr<Copy> copy_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenCairnStore(const std::string& folder, const std::string& scratch) {
  const std::string store = os::JoinPath(folder, "cairn.db");
  if (!os::Exists(store)) {
    return Error{Reason::NotFound,
                 "The folder " + folder +
                     " is no data folder of Cairn with a SQLite store (it lacks cairn.db); name "
                     "the .cairn folder itself."};
  }
  auto copy = CAIRN_TRY(os::TempFolder::Create(scratch));
  CAIRN_TRY(sql::CopySqlite(store, copy / "cairn.db"));
  auto database = CAIRN_TRY(sql::Database::Open("sqlite:///" + (copy / "cairn.db")));
  const std::array schemas = {&metadata::Schema(), &governance::Schema(), &tracking::Schema(),
                              &registry::Schema()};
  CAIRN_TRY(database->Migrate(schemas));
  auto tracking = CAIRN_TRY(tracking::Tracking::Open(*database, MachineClock(), "mlflow-artifacts:/"));
  const std::string artifacts = os::JoinPath(folder, "artifacts");
  auto opened = std::make_unique<Copy>(std::move(copy), std::move(database), std::move(tracking), artifacts);
  return std::unique_ptr<Source>(std::make_unique<CairnStore>(std::move(opened), artifacts));
}

std::unique_ptr<Source> ReadRooms(const tracking::Tracking& tracking, const registry::Registry& registry,
                                  const std::string& artifacts) {
  return std::make_unique<RoomsReader>(tracking, registry, artifacts);
}

}  // namespace cairn::moving
