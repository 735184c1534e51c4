#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ledger/governance/retention.h"
#include "loop/registry/registry.h"
#include "loop/tracking/records.h"

namespace cairn::moving {

/// What has artifacts: a run or a logged model, and where it keeps them.
struct Owner {
  enum class Kind { Run, Model } kind = Kind::Run;
  std::string id;
  std::string uri;
};

struct FoundFile {
  std::string path;  ///< Below the owner's artifacts.
  std::uint64_t bytes = 0;
};

struct FoundVersion {
  registry::ModelVersion version;
  bool deleted = false;  ///< Only its model, number and times still count.
};

struct FoundModel {
  registry::RegisteredModel model;
  std::vector<FoundVersion> versions;  ///< By number.
};

/// Fills in the logged model that each version was made of where its source does not say it otherwise: it
/// stands in the source, or in that of the version that it was copied from.
void NoteLoggedModels(std::vector<FoundModel>& models);

/// Tells tags that make a registered model a prompt.
bool IsPrompt(const registry::RegisteredModel& model);

/// Follows the tokens of a listing that comes in pages.
class Turning {
 public:
  /// Of the page to ask for: "" for the first, and again after the last.
  const std::string& token() const { return token_; }
  /// Corrupt when `next` came before: such a listing has no end.
  Result<> Turn(std::string next);

 private:
  std::string token_;
  std::set<std::string> seen_;
};

/// A store of runs and models to bring over, as it is now. Everything deleted that it still knows is given
/// too. Safe from any thread. Unavailable when it cannot be reached, Corrupt when it cannot be understood.
class Source {
 public:
  virtual ~Source() = default;

  virtual Result<std::vector<tracking::Experiment>> Experiments() = 0;

  struct RunPage {
    std::vector<tracking::Run> runs;  ///< `metrics` holds the latest point of each key.
    std::string next;                 ///< "" at the end.
  };
  /// A part of the experiment's runs, all in the end; `page` "" for the first.
  virtual Result<RunPage> Runs(tracking::ExperimentId experiment, const std::string& page) = 0;

  using Take = std::function<Result<>(std::span<const tracking::Metric>)>;
  /// Hands over the points of one metric, each once, by (step, time, value), at most 1,000 at a time.
  virtual Result<> Points(const std::string& run, const std::string& key, const Take& take) = 0;

  /// With their metrics.
  virtual Result<std::vector<tracking::LoggedModel>> Models(tracking::ExperimentId experiment) = 0;
  virtual Result<std::vector<FoundModel>> Registered() = 0;

  /// What must not be erased there. Only another Cairn knows such holds.
  virtual Result<std::vector<governance::Hold>> Holds() { return std::vector<governance::Hold>(); }
  /// What it holds that has no place here: "12 traces".
  virtual Result<std::vector<std::string>> LeftBehind() { return std::vector<std::string>(); }
  /// The names of its webhooks, where they are known.
  virtual Result<std::vector<std::string>> WebhookNames() { return std::vector<std::string>(); }

  /// Whether it can give the bytes that lie below this URI.
  virtual bool Reaches(const std::string& uri) const = 0;
  /// By path; nothing where nothing was ever stored.
  virtual Result<std::vector<FoundFile>> Files(const Owner& owner) = 0;
  /// Writes one of them to the new file `to`.
  virtual Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) = 0;
};

/// Hands over `points` as Source::Points promises: sorted, each once, in parts.
Result<> HandOver(std::vector<tracking::Metric> points, const Source::Take& take);

struct Origin {
  std::string where;  ///< As OpenSource takes it.
  /// The folder, or "s3://bucket/prefix", behind "mlflow-artifacts:" URIs; "" when it is not here.
  std::string artifact_root;
  std::string scratch;             ///< A folder for what is needed meanwhile.
  std::string own_artifacts = {};  ///< Where this Cairn keeps its own: tracking::Artifacts::Address.
};
/// A running MLflow server (http…), the database of one (sqlite:///file, postgresql://…), an mlruns folder,
/// or of another Cairn, which may be running, "cairn:FOLDER", its data folder, or "cairn:postgresql://…", its
/// records; its artifacts are in `artifact_root`, a folder or "s3://bucket/prefix", or for "" in its data
/// folder. InvalidArgument for anything else, NotFound when there is nothing.
Result<std::unique_ptr<Source>> OpenSource(const Origin& origin);

/// SQLAlchemy's "postgresql+psycopg2://…" as libpq names the same place; anything else as it is.
std::string WithoutDriver(const std::string& where);

/// `where` as it may stand in records: without password, and with one name for one place.
std::string NameOfSource(const std::string& where);

}  // namespace cairn::moving
