#include "loop/tracking/runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "ground/os/identity.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/keys.h"
#include "loop/tracking/limits/batch.h"
#include "loop/tracking/limits/names.h"
#include "loop/tracking/page.h"
#include "loop/tracking/provenance.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/tables/experiment_table.h"
#include "loop/tracking/tables/input_table.h"
#include "loop/tracking/tables/metric_backlog.h"
#include "loop/tracking/tables/metric_keys.h"
#include "loop/tracking/tables/metric_table.h"
#include "loop/tracking/tables/run_records.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

const Tag* Last(std::span<const Tag> tags, std::string_view key) {
  const auto found = std::find_if(tags.rbegin(), tags.rend(), [&](const Tag& tag) { return tag.key == key; });
  return found == tags.rend() ? nullptr : &*found;
}

bool HasEnded(RunStatus status) {
  return status == RunStatus::Finished || status == RunStatus::Failed || status == RunStatus::Killed;
}

Result<> Record(sql::Connection& connection, TimeMs now, std::string kind, const StoredRun& run, Json body,
                metadata::Lineage lineage = {}) {
  metadata::Event event;
  event.lineage = std::move(lineage);
  event.kind = std::move(kind);
  event.subject = "run:" + run.info.id;
  event.actor = run.info.user.empty() ? "client" : run.info.user;
  event.cause = CAIRN_TRY(ReadTag(connection, run.number, kCauseTag));
  event.body = std::move(body);
  CAIRN_TRY(metadata::Append(connection, now, event));
  return {};
}

/// A data set as its run names it: a version of the catalogue ("flights@7"), bytes by their MD5 as DVC has
/// it, or else the name and digest that MLflow made up.
std::string ThingOf(const Dataset& dataset) {
  const auto at = dataset.name.rfind('@');
  if (at != dataset.name.npos && ParseInt(std::string_view(dataset.name).substr(at + 1)))
    return "dataset:" + dataset.name;
  const std::string plain = dataset.digest.substr(0, dataset.digest.find(".dir"));
  const bool is_md5 = IsHex(plain, 32) && (plain == dataset.digest || plain + ".dir" == dataset.digest);
  return is_md5 ? "md5:" + dataset.digest : "input:" + dataset.name + "#" + dataset.digest;
}

Result<metadata::Lineage> LineageOf(sql::Connection& connection, const StoredRun& run) {
  metadata::Lineage lineage;
  const std::string stage = CAIRN_TRY(ReadTag(connection, run.number, kStageTag));
  if (!stage.empty()) lineage.from.push_back({"stage:" + stage, "began it"});
  const auto links = CAIRN_TRY(ReadLinks(connection, run.number));
  for (const auto& input : links.inputs) lineage.from.push_back({ThingOf(input), input.name});
  for (const auto& model : links.input_models) lineage.from.push_back({"logged_model:" + model, "read"});
  for (const auto& model : links.output_models) lineage.to.push_back({"logged_model:" + model, "logged"});
  return lineage;
}

Result<> RecordEnd(sql::Connection& connection, TimeMs now, const StoredRun& run) {
  const auto counts =
      CAIRN_TRY(connection.Run("SELECT (SELECT COUNT(*) FROM metric_latest WHERE run = $1), (SELECT COUNT(*) "
                               "FROM run_param WHERE run = $1), "
                               "(SELECT COUNT(*) FROM run_model WHERE run = $1 AND made = 1)",
                               {run.number}));
  const auto& row = counts.front();
  Json body{{"run_id", run.info.id},
            {"experiment_id", std::to_string(run.info.experiment)},
            {"status", NameOf(run.info.status)},
            {"metrics", row.Int(0)},
            {"params", row.Int(1)},
            {"models", row.Int(2)}};
  if (run.info.end_ms && run.info.start_ms > 0) body.Set("duration_ms", *run.info.end_ms - run.info.start_ms);
  return Record(connection, now, "run.ended", run, std::move(body), CAIRN_TRY(LineageOf(connection, run)));
}

/// The name that a new run gets, and its tags with the name among them.
Result<std::vector<Tag>> NamedTags(const Runs::New& wanted, LongValues long_values, std::string& name) {
  std::vector<Tag> tags;
  // As clients know it: tags that a run is created with may have any key, those that are set later may not.
  for (const auto& tag : wanted.tags)
    tags.push_back({tag.key, CAIRN_TRY(KeptValue(tag.value, "tags", long_values))});
  const auto* tagged = Last(tags, kRunNameTag);
  name = wanted.name;
  if (tagged != nullptr && !name.empty() && tagged->value != name) {
    return Error{Reason::InvalidArgument,
                 "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                 "(run_name='" +
                     name + "', mlflow.runName='" + tagged->value + "'). Give one of them, or the same."};
  }
  if (tagged != nullptr) {
    name = tagged->value;
    return tags;
  }
  if (name.empty()) name = RandomName();
  tags.push_back({std::string(kRunNameTag), name});
  return tags;
}

struct Logged {
  std::string id;
  Runs::Batch batch;
  std::vector<std::int64_t> keys;  ///< The number of each metric's.
};

Result<Logged> Checked(std::string_view id, Runs::Batch wanted, LongValues long_values) {
  auto batch = CAIRN_TRY(CheckedBatch(std::move(wanted), long_values));
  return Logged{std::string(id), std::move(batch), {}};
}

Result<> Keep(sql::Connection& connection, const Logged& logged, MetricBacklog& backlog) {
  const auto& batch = logged.batch;
  auto run = CAIRN_TRY(ReadActiveRun(connection, logged.id));
  CAIRN_TRY(InsertParams(connection, run, batch.params));
  CAIRN_TRY(InsertMetrics(connection, run.number, batch.metrics, logged.keys));
  CAIRN_TRY(backlog.Grew(connection, run.number, batch.metrics.size()));
  CAIRN_TRY(InsertModelMetrics(connection, logged.id, batch.metrics));
  CAIRN_TRY(UpsertTags(connection, run.number, batch.tags));
  const auto* name = Last(batch.tags, kRunNameTag);
  if (name == nullptr || name->value.empty() || name->value == run.info.name) return {};
  run.info.name = name->value;
  return UpdateRun(connection, run);
}

Result<Run> Insert(sql::Connection& connection, std::int64_t number, Run run) {
  const auto experiment = CAIRN_TRY(ReadActiveExperiment(connection, run.info.experiment));
  run.info.artifact_uri = AppendToUri(experiment.artifact_location, run.info.id + "/artifacts");
  CAIRN_TRY(InsertRun(connection, {number, run.info}));
  CAIRN_TRY(UpsertTags(connection, number, run.tags));
  return run;
}

}  // namespace

Runs::Runs(sql::Database& database, const os::Clock& clock, LongValues long_values)
    : database_(database),
      clock_(clock),
      long_values_(long_values),
      keys_(std::make_unique<MetricKeys>(database)),
      counts_(std::make_unique<MatchCounts>()),
      backlog_(std::make_shared<MetricBacklog>()) {}
Result<> Runs::Adopt() { return backlog_->Adopt(database_); }

Runs::Runs(Runs&&) noexcept = default;
Runs::~Runs() = default;

Result<Run> Runs::Unnumbered(const New& wanted) const {
  Run run;
  run.tags = CAIRN_TRY(NamedTags(wanted, long_values_, run.info.name));
  run.info.id = os::NewNeighbourId();
  run.info.experiment = wanted.experiment;
  run.info.user = wanted.user;
  run.info.start_ms = wanted.start_ms;
  return run;
}

Result<Run> Runs::Create(const New& wanted) {
  return database_.Await<Run>([&](auto done) { CreateThen(wanted, std::move(done)); });
}

void Runs::CreateThen(const New& wanted, std::function<void(Result<Run>)> done) {
  auto run = Unnumbered(wanted);
  if (!run) return done(std::move(run).error());
  InsertThen(std::make_shared<const Run>(*std::move(run)), 1, std::move(done));
}

/// Another process on the same store, or this one before its clock was set back, may have taken the number.
void Runs::InsertThen(std::shared_ptr<const Run> run, int attempt, std::function<void(Result<Run>)> done) {
  constexpr int kAttempts = 20;
  const auto insert = [run, number = NewRunNumber(clock_.Now())](sql::Connection& connection) {
    return Insert(connection, number, *run);
  };
  database_.TransactThen(insert, [this, run, attempt, done = std::move(done)](Result<Run> created) mutable {
    const bool taken = !created && created.error().reason == Reason::AlreadyExists;
    if (!taken || attempt == kAttempts) return done(std::move(created));
    InsertThen(std::move(run), attempt + 1, std::move(done));
  });
}

Result<Run> Runs::Find(std::string_view id) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Run> {
    const auto stored = CAIRN_TRY(ReadRun(connection, id));
    auto runs = CAIRN_TRY(ReadRecords(connection, {stored}, InputModels::Read));
    CAIRN_TRY(AddUnfolded(connection, stored.number, runs.front().metrics));
    return std::move(runs.front());
  });
}

Result<RunInfo> Runs::Update(std::string_view id, const Change& change) {
  const auto now = clock_.Now();
  std::int64_t folded = 0;
  auto updated = database_.Transact([&](sql::Connection& connection) -> Result<RunInfo> {
    auto run = CAIRN_TRY(ReadActiveRun(connection, id));
    folded = 0;
    const auto before = run.info.status;
    run.info.status = change.status.value_or(before);
    if (change.end_ms) run.info.end_ms = change.end_ms;
    if (change.name && !change.name->empty()) {
      run.info.name = *change.name;
      const Tag tag{std::string(kRunNameTag), *change.name};
      CAIRN_TRY(UpsertTags(connection, run.number, std::span(&tag, 1)));
    }
    CAIRN_TRY(UpdateRun(connection, run));
    if (run.info.status != before && HasEnded(run.info.status)) {
      CAIRN_TRY(FoldRun(connection, run.number));
      folded = run.number;
      CAIRN_TRY(RecordEnd(connection, now, run));
    }
    return std::move(run.info);
  });
  if (updated && folded != 0) backlog_->Folded(folded);
  return updated;
}

Result<> Runs::SetDeleted(std::string_view id, bool deleted) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto run = CAIRN_TRY(ReadRun(connection, id));
    if (run.info.deleted == deleted) return {};
    run.info.deleted = deleted;
    CAIRN_TRY(UpdateRun(connection, run));
    return Record(connection, now, deleted ? "run.deleted" : "run.restored", run, Json::Object());
  });
}

Result<> Runs::Delete(std::string_view id) { return SetDeleted(id, true); }
Result<> Runs::Restore(std::string_view id) { return SetDeleted(id, false); }

Result<> Runs::Log(std::string_view id, Batch wanted) {
  return database_.Await<Done>([&](auto done) { LogThen(id, std::move(wanted), std::move(done)); });
}

void Runs::LogThen(std::string_view id, Batch wanted, std::function<void(Result<>)> done) {
  auto checked = Checked(id, std::move(wanted), long_values_);
  if (!checked) return done(std::move(checked).error());
  const auto logged = std::make_shared<Logged>(*std::move(checked));
  keys_->Of(logged->batch.metrics,
            [this, logged, done = std::move(done)](Result<std::vector<std::int64_t>> keys) {
              if (!keys) return done(std::move(keys).error());
              logged->keys = *std::move(keys);
              const auto keep = [logged, backlog = backlog_](sql::Connection& connection) {
                return Keep(connection, *logged, *backlog);
              };
              database_.TransactThen(keep, [&database = database_, backlog = backlog_, done](Result<> kept) {
                const bool grew = static_cast<bool>(kept);
                done(std::move(kept));  // Nothing of this object is touched any more.
                if (grew) backlog->Relieve(database);
              });
            });
}

Result<> Runs::DeleteTag(std::string_view id, std::string_view key) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto run = CAIRN_TRY(ReadActiveRun(connection, id));
    if (CAIRN_TRY(EraseTag(connection, run.number, key))) return {};
    return Error{Reason::NotFound,
                 "No tag with name: " + std::string(key) + " in run with id " + std::string(id)};
  });
}

Result<> Runs::AppendToTag(std::string_view id, std::string_view key, const Json& item) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto run = CAIRN_TRY(ReadActiveRun(connection, id));
    const auto before = CAIRN_TRY(ReadTag(connection, run.number, key));
    auto list = before.empty() ? Result<Json>(Json::Array()) : Json::Parse(before);
    if (!list || !list->IsArray())
      return Error{Reason::InvalidArgument, "The tag '" + std::string(key) + "' of run " + std::string(id) +
                                                " holds no JSON list to append to; delete it first."};
    list->Push(item);
    const Tag tag{std::string(key), list->Dump()};
    return UpsertTags(connection, run.number, std::span(&tag, 1));
  });
}

Result<> Runs::LogInputs(std::string_view id, std::span<const DatasetInput> datasets,
                         std::span<const std::string> models) {
  CAIRN_TRY(CheckRunId(id));
  for (const auto& input : datasets) CAIRN_TRY(CheckDataset(input));
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto run = CAIRN_TRY(ReadActiveRun(connection, id));
    CAIRN_TRY(InsertInputs(connection, run.number, run.info.experiment, datasets));
    return InsertInputModels(connection, run.number, models);
  });
}

Result<> Runs::LogOutputs(std::string_view id, std::span<const ModelOutput> models) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto run = CAIRN_TRY(ReadActiveRun(connection, id));
    return InsertOutputs(connection, run.number, models);
  });
}

Result<Page<Run>> Runs::Find(const Search& search) const {
  const auto offset = CAIRN_TRY(OffsetOf(search.page));
  // A search by metrics reads what was folded; any other takes what was not from the logs of the runs it
  // found.
  const bool folded = CAIRN_TRY(NamesMetrics(search));
  if (folded) CAIRN_TRY(backlog_->FoldAll(database_, search.experiments));
  return database_.Read([&](sql::Connection& connection) -> Result<Page<Run>> {
    auto found = CAIRN_TRY(FindRuns(connection, search, *counts_, offset));
    Page<Run> page;
    page.next = CutToPage(found, offset, search.limit);
    std::unordered_map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < found.size(); ++i) places[found[i].number] = i;
    page.items = CAIRN_TRY(ReadRecords(connection, std::move(found), InputModels::Left));
    if (folded || places.empty()) return page;
    for (const auto run : CAIRN_TRY(UnfoldedRuns(connection, search.experiments))) {
      const auto place = places.find(run);
      if (place != places.end()) CAIRN_TRY(AddUnfolded(connection, run, page.items[place->second].metrics));
    }
    return page;
  });
}

Result<Page<Point>> Runs::History(std::string_view id, std::string_view key, std::int64_t limit,
                                  std::string_view page_token) const {
  const auto offset = CAIRN_TRY(OffsetOf(page_token));
  constexpr std::int64_t kMost = std::int64_t{1} << 53;  // The sums below must stay numbers.
  limit = std::min(limit, kMost);
  return database_.Read([&](sql::Connection& connection) -> Result<Page<Point>> {
    Page<Point> page;
    page.items = CAIRN_TRY(ReadPoints(connection, id, key, limit == 0 ? 0 : limit + 1, offset));
    if (limit > 0) page.next = CutToPage(page.items, offset, limit);
    return page;
  });
}

Result<std::vector<Metric>> Runs::Sampled(const Interval& interval) const {
  if (interval.first_step.has_value() != interval.last_step.has_value()) {
    return Error{Reason::InvalidArgument,
                 "Both start_step and end_step must be specified together, or neither may be."};
  }
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<Metric>> {
    std::vector<Metric> all;
    for (const auto& run : interval.runs) {
      auto points =
          CAIRN_TRY(ReadSample(connection, run, interval.key, {interval.first_step, interval.last_step},
                               interval.sampling, interval.limit));
      all.insert(all.end(), std::make_move_iterator(points.begin()), std::make_move_iterator(points.end()));
    }
    return all;
  });
}

}  // namespace cairn::tracking
