#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/telemetry/tracer.h"
#include "ground/vocabulary/result.h"
#include "loop/registry/registry.h"
#include "loop/runtime/model.h"
#include "loop/serving/outage.h"
#include "loop/serving/prediction_log.h"
#include "loop/serving/request_values.h"
#include "loop/serving/service_state.h"
#include "loop/serving/settings.h"
#include "loop/serving/statistics.h"
#include "loop/serving/version_source.h"

/// What answers: the version that the production alias names, a share of requests for a canary, and the
/// fallback chain when neither can: the previous version, the heuristic, a constant.
namespace cairn::serving {

/// Rows to be scored, column by column, as the doors read them.
struct Question {
  Columns columns;
  std::size_t rows = 0;
  std::string id;  ///< The caller's own id (up to 200 visible ASCII characters), or "" to get one.
  std::int64_t received_ns = 0;  ///< os::SteadyNs() when the request was read; 0: now.
  std::int64_t priority = 0;     ///< 1 goes first, 9 last, 0 is the usual one (runtime::Turn).
  std::int64_t timeout_us = 0;   ///< After receipt, by when it must be begun; 0: whenever its turn comes.
  std::stop_token stop = {};     ///< Requested when nobody waits for the answer any more.
  std::string caller = {};       ///< For the log; as Prediction has it, and the next.
  std::string trace_id = {};
};

struct Answer {
  std::string id;
  std::int64_t version = 0;
  Arm arm = Arm::Production;
  std::optional<Link> link = std::nullopt;  ///< Which fallback answered; none otherwise.
  std::vector<double> scores;
  std::int64_t run_ns = 0;                     ///< That the model itself took; 0 when no model answered.
  runtime::Batch outputs;                      ///< All outputs of the model; empty when no model answered.
  Execution execution;                         ///< Of the model; what Statistics counts.
  std::optional<double> share = std::nullopt;  ///< The chance that it had to go to the canary (Prediction).
};

/// A version that answers, as callers see it.
struct Offer {
  std::string model;
  /// 0: nothing is loaded, and the rest is empty, or as the previous version has it that answers meanwhile.
  std::int64_t version = 0;
  std::string manifest;
  runtime::Signature signature;
  std::vector<std::string> columns;  ///< That it reads, in order.
  /// The columns are the columns of the only input, a matrix; otherwise each is an input of its own.
  bool matrix = false;
  std::string platform = "onnx_onnxv1";  ///< As the Open Inference Protocol names what runs it.
};

/// Of rows, "<request id>.<row>", those for which a label has come.
using LabelledAmong = std::function<Result<std::vector<std::string>>(const std::vector<std::string>& rows)>;

/// Safe from any thread; answering waits for no loading.
class Service {
 public:
  /// All must outlive it.
  Service(registry::Registry& registry, sql::Database& database, PredictionLog& log, const os::Clock& clock);
  /// The same over any source of versions; `seed` decides which requests a canary gets.
  Service(std::unique_ptr<VersionSource> versions, PredictionLog& log, const os::Clock& clock,
          std::uint64_t seed);
  ~Service();

  /// Takes new settings and follows the alias they name. With nothing in production the service answers
  /// Unavailable (or the heuristic). What the log is to keep of the answers (settings.log) goes on record
  /// first, as event "serving.log_policy", unless that is what it says there. InvalidArgument, and nothing
  /// changes, for a contract with a rule that cannot be evaluated.
  Result<> Configure(const Settings& settings);
  /// Loads what the production alias names now, verified against its manifest, and swaps it in without a
  /// dropped request; the old one answers until then. Called whenever the alias moved. An error leaves what
  /// is loaded as it is and is shown in the state.
  Result<> Follow();

  /// Answers by production, canary or fallback, and logs it, as settings.log wants it, before it returns.
  /// Unprocessable naming the first column that breaks the contract (nothing is logged then; it is counted).
  /// A canary that fails is replaced by production, production that fails by the links of settings.fallback
  /// in their order, for the whole request: a failure is an error of the model, or an answer that breaks a
  /// rule about outputs in any of its rows (versions/output_check.h). Unavailable when nothing can answer;
  /// Internal when the model failed and no link answers; Exhausted when the log's disk is full, unless
  /// settings.log counts what is lost then (event "serving.log_lost" tells how many). A request that waits in
  /// line with others (pace.h) is answered as if it had come alone; Unavailable when the line is full, its
  /// timeout passes before its turn comes, or its caller leaves: no fallback answers then. Blocks on a write
  /// to the log's file, and on nothing else unless MayWait().
  Result<Answer> Predict(const Question& question);
  /// Answers by one version, past the traffic split, and logs it before it returns. The version in production
  /// answers as by Predict, fallback and all. Another one answers for itself alone, under the arm Named: its
  /// failure is the answer, and it is loaded when it is not in memory. Denied for a version that no decision
  /// lets answer; NotFound without it; else as Predict.
  Result<Answer> PredictWith(std::int64_t version, const Question& question);

  /// What is in production now; never null, and as cheap as a copied pointer.
  std::shared_ptr<const Offer> offer() const;
  /// The same of any version that may answer; loads it when it is not in memory. Errors as PredictWith.
  Result<std::shared_ptr<const Offer>> Describe(std::int64_t version);
  /// Every version of the bound model, by number. Reads the records.
  Result<std::vector<Listed>> Versions() const;
  /// What callers get when something fails, for each failure that the service knows of: read off the settings
  /// and what is loaded now.
  std::vector<Consequence> Plan() const;
  /// Asks production and each link of the fallback chain the same row, one after the other, whichever would
  /// answer: nothing is logged or counted, and no caller notices but by the time it takes. Without a row the
  /// first of a request that came, or blanks. Unprocessable for a row that a request could not bring.
  Result<Drill> RunDrill(const std::optional<Question>& row) const;
  /// Gives back the memory of versions that were loaded for callers who named them. Denied, and nothing
  /// changes, while a version is in production or on trial: that one answers by a decision, and only another
  /// one takes it away.
  Result<> Release();
  /// Whether Predict may wait for other requests or for another process, up to the settings' time limit: so
  /// it is while a version answers for which requests wait in line (pace.h), as all do that run in workers.
  bool MayWait() const;
  /// Whether a request would be answered now, be it by a fallback.
  bool CanAnswer() const;

  /// Sends `share` of the requests (chosen at random, each with that probability) to `version`, verified and
  /// loaded first. With a share of 0 it is a shadow: every request that production takes is put to it as
  /// well, off the caller's path; its answers are compared, seen by nobody, and logged under the arm Shadow
  /// where the log keeps all. What is seen goes on from `record`, with the labels that its requests in the
  /// log still wait for (those that are not `labelled`; reading them takes some seconds a million, during
  /// which production answers alone), or begins by the settings. Denied for a version that no decision lets
  /// answer.
  Result<> StartCanary(std::int64_t version, double share, std::optional<CanaryRecord> record = {},
                       const LabelledAmong& labelled = {});
  /// From the next request on, for the canary that is running; what was seen of it stays. Without one nothing
  /// changes. InvalidArgument for a share that is none.
  Result<> SetCanaryShare(double share);
  void EndCanary();
  /// What was true of a row that was answered, "<request id>.<row>" or a request's id for its first row: 1 or
  /// 0. Counts for the canary that is running, and its production, once; without one nothing changes.
  void ObserveLabel(std::string_view id, double label);
  /// Comes back when a shadow has said all it has been asked.
  void WaitForShadow();

  ServiceState state() const;
  /// Where the doors count what they answered.
  Statistics& statistics() const;
  /// Where they leave the spans of what they answered.
  telemetry::Tracer& tracer() const;
  Settings settings() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::serving
