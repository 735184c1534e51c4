#include "loop/moving/import.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>
#include <set>

#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/pool.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/moving/meter.h"
#include "loop/moving/moves.h"
#include "loop/moving/registry_mover.h"
#include "loop/moving/run_mover.h"

namespace cairn::moving {
namespace {

/// Writers share commits, so more of them than processors make it faster.
constexpr unsigned kThreads = 8;

/// What to do about artifacts that stay at URIs of that scheme.
const char* AdviceFor(const std::string& scheme) {
  if (scheme == "mlflow-artifacts")
    return ", once they are in this server's artifact folder: name the folder or bucket behind them with "
           "--artifact-root, or copy it.";
  if (scheme == "s3" || scheme == "s3a")
    return ". To bring them as well, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where the import runs, "
           "and import into a new data folder.";
  return ".";
}

/// An experiment of the source, and what it becomes.
struct Planned {
  tracking::Experiment theirs;
  tracking::ExperimentId ours = 0;
  bool was_here = false;  ///< Made here or by another import: it keeps its own record.
};

class Importer {
 public:
  Importer(const Target& target, const ImportRequest& request, std::unique_ptr<Source> source,
           os::TempFolder scratch, std::stop_token stop, const std::function<void(const Progress&)>& tell)
      : target_(target),
        request_(request),
        name_(NameOfSource(request.where)),
        source_(std::move(source)),
        scratch_(std::move(scratch)),
        stop_(std::move(stop)),
        meter_(tell),
        addresses_(*source_, request.leave_artifacts),
        carrier_(*source_, target.artifacts, target.registry, scratch_.path(), tally_,
                 [this](std::uint64_t bytes) { meter_.File(bytes); }),
        restoration_(target.database, target.clock) {}

  Result<Json> Run() {
    meter_.Do("looking at what is there");
    experiments_ = CAIRN_TRY(source_->Experiments());
    models_ = CAIRN_TRY(source_->Registered());
    CAIRN_TRY(Plan());
    CAIRN_TRY(MoveExperiments());
    CAIRN_TRY(MoveRuns());
    CAIRN_TRY(CompareLoggedModels());
    meter_.Do("registered models");
    const std::string cause = os::NewUuid(target_.clock.Now());
    CAIRN_TRY(MoveRegistry(target_, models_, addresses_, request_.actor, cause, tally_));
    CAIRN_TRY(MoveHolds());
    CAIRN_TRY(NoteLeftBehind());
    CAIRN_TRY(NoteWebhooks());
    return Report(cause);
  }

 private:
  Result<> Stopped() const {
    if (!stop_.stop_requested()) return {};
    return Error{Reason::Unavailable,
                 "The import was ended before it was done; give it again and it goes on."};
  }

  Result<std::optional<tracking::Experiment>> Named(const std::string& name) const {
    auto found = target_.tracking.experiments.FindByName(name);
    if (found) return std::optional<tracking::Experiment>(*std::move(found));
    if (found.error().reason == Reason::NotFound) return std::optional<tracking::Experiment>();
    return std::move(found).error();
  }

  /// Decides, changing nothing, which experiment becomes which.
  Result<> Plan() {
    const auto moved = CAIRN_TRY(MovedExperiments(target_.database, name_));
    std::vector<std::string> taken;
    for (const auto& theirs : experiments_) {
      Planned one{theirs, theirs.id, theirs.id == 0};
      const auto before = moved.find(std::to_string(theirs.id));
      const auto holder = CAIRN_TRY(Named(theirs.name));
      const auto same_id = target_.tracking.experiments.Find(theirs.id);
      if (before != moved.end() && target_.tracking.experiments.Find(before->second)) {
        one.ours = before->second;
        one.was_here = true;
      } else if (holder && holder->id != theirs.id) {
        if (!request_.into) taken.push_back("experiment '" + theirs.name + "'");
        one.ours = holder->id;
        one.was_here = true;
      } else if (!holder && same_id && theirs.id != 0) {
        one.ours = restoration_.NewExperimentId();
      }
      plan_.push_back(std::move(one));
    }
    CAIRN_TRY(FindTakenModels(taken));
    if (taken.empty()) return {};
    return Error{Reason::AlreadyExists,
                 "Taken here already: " + Join(taken, ", ") +
                     ". Give --into to bring what is theirs into those of the same name, or "
                     "rename one of the two."};
  }

  Result<> FindTakenModels(std::vector<std::string>& taken) const {
    for (const auto& found : models_) {
      const auto here = target_.registry.FindModel(found.model.name);
      if (!here && here.error().reason != Reason::NotFound) return here.error();
      if (here && here->created_ms != found.model.created_ms && !request_.into)
        taken.push_back("model '" + found.model.name + "'");
    }
    return {};
  }

  /// One that cannot be kept here is told, and its runs stay behind with it.
  Result<> MoveExperiments() {
    std::set<tracking::ExperimentId> refused;
    for (const auto& one : plan_) {
      auto wanted = one.theirs;
      wanted.id = one.ours;
      wanted.artifact_location = addresses_.LocationOf(one.theirs, one.ours);
      addresses_.Map(one.theirs, one.ours);
      const auto had = target_.tracking.experiments.Find(one.ours);
      if (one.ours != one.theirs.id) {
        // First, so that an import that breaks off here goes on with the same one.
        CAIRN_TRY(RecordExperiment(target_.database, name_, one.theirs.id, one.ours));
        mapping_.Push(Json{{"experiment", one.theirs.name},
                           {"source", std::to_string(one.theirs.id)},
                           {"here", std::to_string(one.ours)}});
      }
      if (one.was_here && had) wanted.name = had->name;
      const auto restored = restoration_.Restore(wanted);
      if (!restored) {
        const std::string sentence = "experiment '" + one.theirs.name + "': " + restored.error().message;
        if (!ConcernsOneRecord(restored.error())) return Error{restored.error().reason, sentence};
        tally_.Problem(sentence);
        refused.insert(one.theirs.id);
        continue;
      }
      if (one.was_here) continue;
      const auto here = CAIRN_TRY(target_.tracking.experiments.Find(one.ours));
      const auto fate = !had                                   ? Tally::Fate::Added
                        : had->tags.size() != here.tags.size() ? Tally::Fate::Completed
                                                               : Tally::Fate::Unchanged;
      tally_.Compare("experiments", one.theirs.name, Canonical(wanted), Canonical(here), fate);
    }
    std::erase_if(plan_, [&](const Planned& one) { return refused.contains(one.theirs.id); });
    return {};
  }

  Result<> MoveRuns() {
    const auto unfinished = CAIRN_TRY(UnfinishedMoves(target_.database));
    Bench bench{target_,    *source_, addresses_,
                carrier_,   tally_,   restoration_,
                unfinished, {},       [this](std::int64_t points) { meter_.Points(points); }};
    for (const auto& one : plan_) CAIRN_TRY(MoveLoggedModels(one, bench));
    for (const auto& one : plan_) {
      meter_.Do("runs of '" + one.theirs.name + "'");
      Turning pages;
      do {
        auto page = CAIRN_TRY(source_->Runs(one.theirs.id, pages.token()));
        CAIRN_TRY(MovePage(bench, page.runs));
        CAIRN_TRY(pages.Turn(page.next));
      } while (!pages.token().empty());
    }
    return {};
  }

  Result<> MovePage(const Bench& bench, const std::vector<tracking::Run>& runs) {
    std::vector<std::string> fresh;
    for (const auto& run : runs) {
      const auto here = target_.tracking.runs.Find(run.info.id);
      if (!here || bench.unfinished.contains(run.info.id)) fresh.push_back(run.info.id);
    }
    CAIRN_TRY(BeginMoves(target_.database, fresh));
    std::mutex mutex;
    std::set<std::string> refused;
    std::optional<Error> failed;
    os::ForEachIndex(runs.size(), kThreads, [&](std::size_t i) {
      {
        const std::lock_guard lock(mutex);
        if (failed || stop_.stop_requested()) return;
      }
      const auto moved = MoveRun(bench, runs[i]);
      meter_.Runs();
      const std::lock_guard lock(mutex);
      if (!moved) failed = moved.error();
      if (moved && !*moved) refused.insert(runs[i].info.id);
    });
    if (failed) return *std::move(failed);
    CAIRN_TRY(Stopped());
    std::erase_if(fresh, [&](const std::string& id) { return refused.contains(id); });
    return EndMoves(target_.database, fresh);
  }

  Result<> MoveLoggedModels(const Planned& one, Bench& bench) {
    meter_.Do("logged models of '" + one.theirs.name + "'");
    for (auto& model : CAIRN_TRY(source_->Models(one.theirs.id))) {
      CAIRN_TRY(Stopped());
      CAIRN_TRY(RestoreNan(model));
      const auto moved = MoveLoggedModel(model, one.ours);
      if (!moved && !ConcernsOneRecord(moved.error())) return moved.error();
      if (!moved) {
        tally_.Problem("logged model " + model.id + ": " + moved.error().message);
        continue;
      }
      for (const auto& metric : model.metrics) bench.model_metrics[metric.run_id].push_back(metric);
      logged_.push_back({std::move(model), *moved});
    }
    return {};
  }

  /// MLflow keeps NaN of a run, but as 0 of the model that it was logged for: the run's own point tells.
  Result<> RestoreNan(tracking::LoggedModel& model) {
    for (auto& metric : model.metrics) {
      if (metric.value != 0 || metric.run_id.empty()) continue;
      CAIRN_TRY(source_->Points(
          metric.run_id, metric.key, [&](std::span<const tracking::Metric> points) -> Result<> {
            for (const auto& point : points) {
              if (std::isnan(point.value) && point.at_ms == metric.at_ms && point.step == metric.step)
                metric.value = point.value;
            }
            return Done{};
          }));
    }
    return Done{};
  }

  Result<Tally::Fate> MoveLoggedModel(tracking::LoggedModel& model, tracking::ExperimentId ours) {
    const Owner owner{Owner::Kind::Model, model.id, model.artifact_uri};
    model.experiment = ours;
    model.artifact_uri = addresses_.Settle(owner, ours);
    const auto shown = tracking::LoggedModels::Deleted::Shown;
    const auto had = target_.tracking.models.Find(model.id, shown);
    if (!had && had.error().reason != Reason::NotFound) return had.error();
    CAIRN_TRY(restoration_.Restore(model));
    if (addresses_.Moves(owner.uri)) {
      const auto files = CAIRN_TRY(carrier_.Carry(owner, model.artifact_uri));
      if (files == 0 && model.status == tracking::ModelStatus::Ready && !model.deleted)
        tally_.Problem("logged model " + model.id + ": there are no files at " + owner.uri +
                       "; say where they are (--artifact-root, or --other-artifacts of a Cairn), or import "
                       "where they are.");
    }
    if (!had) return Tally::Fate::Added;
    const auto now = CAIRN_TRY(target_.tracking.models.Find(model.id, shown));
    return now.tags.size() + now.params.size() == had->tags.size() + had->params.size()
               ? Tally::Fate::Unchanged
               : Tally::Fate::Completed;
  }

  /// After the runs, which bring the models' metrics along.
  Result<> CompareLoggedModels() {
    for (const auto& [model, fate] : logged_) {
      const auto here =
          CAIRN_TRY(target_.tracking.models.Find(model.id, tracking::LoggedModels::Deleted::Shown));
      tally_.Compare("logged models", model.id, Canonical(model), Canonical(here), fate);
    }
    return {};
  }

  /// What must not be erased there must not be erased here.
  Result<> MoveHolds() {
    governance::Holds holds(target_.database, target_.clock);
    for (auto& hold : CAIRN_TRY(source_->Holds())) {
      const auto subject = SubjectHere(hold.subject);
      const auto placed = holds.Place(
          subject,
          hold.reason + " (placed by " + hold.actor + " on " + FormatUtc(hold.at) + " in " + name_ + ")",
          request_.actor);
      const bool was_here = !placed && placed.error().reason == Reason::AlreadyExists;
      if (!placed && !was_here) {
        tally_.Problem("legal hold on " + hold.subject + ": " + placed.error().message);
        continue;
      }
      const Json same{{"subject", subject}};
      tally_.Compare("legal holds", hold.subject, same, same,
                     was_here ? Tally::Fate::Unchanged : Tally::Fate::Added);
    }
    return {};
  }

  /// An experiment may have another id here.
  std::string SubjectHere(const std::string& subject) const {
    constexpr std::string_view kExperiment = "experiment:";
    if (!subject.starts_with(kExperiment)) return subject;
    const auto id = ParseInt(std::string_view(subject).substr(kExperiment.size()));
    return id ? std::string(kExperiment) + std::to_string(addresses_.ExperimentOf(*id)) : subject;
  }

  Result<> NoteLeftBehind() {
    const auto left = CAIRN_TRY(source_->LeftBehind());
    if (left.empty()) return {};
    tally_.Note("Not brought over, because Cairn does not keep such things: " + Join(left, ", ") +
                ". Keep that store as long as they are needed.");
    return {};
  }

  Result<> NoteWebhooks() {
    const auto names = CAIRN_TRY(source_->WebhookNames());
    if (names.empty()) return {};
    tally_.Note(std::to_string(names.size()) +
                " webhooks were not brought over, so that nothing is told twice: " + Join(names, ", ") +
                ". Create them here when the other store is given up.");
    return {};
  }

  Result<Json> Report(const std::string& cause) {
    if (!request_.leave_artifacts) NoteWhatStays();
    Json report{
        {"source", name_}, {"changed", tally_.Changed()}, {"clean", tally_.Clean()}, {"mapping", mapping_}};
    const Json tally = tally_.ToJson();
    for (const auto& [name, value] : tally.members()) report.Set(name, value);
    const Json body{{"source", name_},
                    {"changed", tally_.Changed()},
                    {"clean", tally_.Clean()},
                    {"kinds", tally.At("kinds")}};
    CAIRN_TRY(Finish(target_.database, target_.clock.Now(),
                     {name_, tally_.Digest(), request_.actor, cause, body, tally_.Changed() > 0}));
    return report;
  }

  void NoteWhatStays() {
    std::set<std::string> schemes;
    for (const auto& one : plan_) {
      const auto& location = one.theirs.artifact_location;
      if (!location.empty() && !addresses_.Moves(location))
        schemes.insert(location.substr(0, location.find(':')));
    }
    for (const auto& scheme : schemes) {
      tally_.Note("Artifacts at " + scheme + ": stay where they are; clients read them there" +
                  AdviceFor(scheme));
    }
    if (const auto beyond = addresses_.OutOfReach(); beyond.owners > 0) {
      tally_.Note("The artifacts of " + std::to_string(beyond.owners) +
                  " runs and models lie in folders of this machine outside the source's own, the first at " +
                  beyond.first +
                  ", and were not copied: if you trust these paths, import with --artifact-root DIR, naming "
                  "a folder that holds them.");
    }
  }

  const Target& target_;
  const ImportRequest& request_;
  const std::string name_;
  const std::unique_ptr<Source> source_;
  const os::TempFolder scratch_;
  const std::stop_token stop_;
  Meter meter_;
  Tally tally_;
  Addresses addresses_;
  Carrier carrier_;
  tracking::Restoration restoration_;
  std::vector<tracking::Experiment> experiments_;
  std::vector<FoundModel> models_;
  std::vector<Planned> plan_;
  std::vector<std::pair<tracking::LoggedModel, Tally::Fate>> logged_;
  Json mapping_ = Json::Array();
};

}  // namespace

Result<Json> Import(const Target& target, const ImportRequest& request, std::stop_token stop,
                    const std::function<void(const Progress&)>& tell) {
  // What an import that was killed left there.
  CAIRN_TRY(os::RemoveTree(target.scratch));
  CAIRN_TRY(os::MakeFolders(target.scratch));
  auto scratch = CAIRN_TRY(os::TempFolder::Create(target.scratch));
  auto source = CAIRN_TRY(
      OpenSource({request.where, request.artifact_root, target.scratch, target.artifacts.Address()}));
  Importer importer(target, request, std::move(source), std::move(scratch), std::move(stop), tell);
  return importer.Run();
}

}  // namespace cairn::moving
