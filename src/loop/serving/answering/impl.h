#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "ground/os/pool.h"
#include "loop/serving/service.h"
#include "loop/serving/traffic/broken_rules.h"
#include "loop/serving/traffic/canary.h"
#include "loop/serving/traffic/fallback_watch.h"
#include "loop/serving/traffic/latency_window.h"
#include "loop/serving/traffic/shadow.h"
#include "loop/serving/versions/input_rules.h"
#include "loop/serving/versions/loaded_version.h"

namespace cairn::serving {

using Loaded = std::shared_ptr<const LoadedVersion>;

/// All that a request needs, in one piece: it is made anew whenever something changes, and never changed.
struct Current {
  Current(Settings given, InputRules input_rules)
      : settings(std::move(given)), rules(std::move(input_rules)), offer(std::make_shared<Offer>()) {}

  /// Goes on with what answers under `before`.
  void GoOnWith(const Current& before) {
    production = before.production;
    offer = before.offer;
    canary = before.canary;
    previous = before.previous;
    problem = before.problem;
    previous_problem = before.previous_problem;
  }

  const Settings settings;
  const InputRules rules;
  Loaded production;
  Loaded previous;  ///< That was in production before, kept ready for the fallback chain; null for none.
  std::shared_ptr<const Offer> offer;  ///< Of production; never null.
  std::shared_ptr<Canary> canary;
  std::string problem = "No accepted configuration names a model.";
  std::string previous_problem;  ///< Why there is no previous one, or "".
};

struct Service::Impl {
  Impl(std::unique_ptr<VersionSource> source, PredictionLog& predictions, const os::Clock& time,
       std::uint64_t start)
      : versions(std::move(source)),
        log(predictions),
        clock(time),
        seed(start),
        kept_split(~start),
        statistics(time),
        watch(predictions, time),
        shadow([this](const Shadow::Said& said) { KeepSaid(said); }) {}

  std::shared_ptr<const Current> Now() const {
    const std::lock_guard lock(current_mutex);
    return current;
  }
  void Become(std::shared_ptr<const Current> next);
  /// The same once more, to be changed.
  std::shared_ptr<Current> Successor() const;

  Result<Loaded> Load(const std::string& model, std::int64_t version);
  Result<> FollowAlias();
  Result<> FollowProduction();
  void PreparePrevious(const Current& before);
  Result<Loaded> FindPrevious(const Current& before);
  Loaded InMemoryAs(std::int64_t version, const Current& before);
  /// Puts the fallback chain on record, with what of it is skipped and why, unless that is what it says
  /// there.
  Result<> NoteChain(const Current& now);
  std::vector<LinkState> LinksOf(const Current& now) const;
  /// Whether what is loaded under decisions, together `fixed` bytes, keeps to the cap once others made room:
  /// of those kept for callers who name them the one used longest ago goes first.
  bool MakeRoom(const Settings& settings, std::uint64_t fixed);
  /// Makes room for a version of so many bytes beside others. Exhausted, saying what takes how much.
  Result<> Admit(const Settings& settings, std::int64_t version, std::uint64_t bytes,
                 std::initializer_list<const LoadedVersion*> beside);
  std::vector<VersionMemory> MemoryOf(const Current& now);
  /// Now and then keeps the first row of a request for drills.
  void Sample(const Question& question);
  Result<Loaded> Ready(std::int64_t version);
  /// Of the versions kept for callers who name them; null when it is not among them. The one used longest ago
  /// goes first.
  Loaded Kept(const std::string& model, std::int64_t version);
  bool InMemory(const Current& now, std::int64_t version);
  CanaryRecord NewRecord(const CanaryPlan& plan);
  Result<> NoteLoaded(const Offer& offer, const Settings& settings);
  /// Puts what the log is to keep on record, unless that is what the record says already.
  Result<> NoteLogPolicy(const Settings& settings);

  struct Attempt {
    runtime::Ran::Fate fate = runtime::Ran::Fate::Answered;  ///< When not, its turn never came.
    bool answered = false;
    std::string rule = {};  ///< The rule about outputs that it broke, or "".
    Error error = {};       ///< Why not.
  };
  Attempt Try(const LoadedVersion& version, const Question& question, std::int64_t start, Arm arm,
              Answer& answer);
  /// Whether a canary gets its share of this request.
  enum class Split { Drawn, None };
  Result<Answer> Respond(const Current& now, const Question& question, std::int64_t start, Split split);
  Result<Answer> RespondAs(const Current& now, const LoadedVersion& version, const Question& question,
                           std::int64_t start);
  Result<std::string> AnswerBy(const Current& now, const Question& question, std::int64_t start, Split split,
                               Answer& answer);
  Attempt TryLink(const Current& now, Link link, const Question& question, std::int64_t start,
                  Answer& answer);
  /// The first link that answers, in place of what failed; why it had to, as FallbackText. With none the
  /// error of what failed.
  Result<std::string> FallBack(const Current& now, const Question& question, std::int64_t start,
                               const Attempt& failed, Answer& answer);
  Error Counted(const Error& error);
  /// Into the log, as its policy wants it; what that passes over is counted.
  Result<> Log(const Current& now, const Question& question, const Answer& answer, const std::string& failure,
               TimeMs at, std::int64_t micros);
  /// What a shadow said, where the log keeps all; a full disk loses it.
  void KeepSaid(const Shadow::Said& said);
  Result<Answer> Keep(const Current& now, const Question& question, std::int64_t start, Answer answer,
                      const std::string& failure);

  runtime::Turnstile turnstile{os::Processors()};  ///< Outlives what is loaded.
  const std::unique_ptr<VersionSource> versions;
  PredictionLog& log;
  const os::Clock& clock;

  std::mutex control;  ///< One change at a time; held while loading, never while answering.
  std::uint64_t seed;
  TrafficSplit kept_split;  ///< Which requests the log keeps when it keeps a share.
  mutable std::mutex current_mutex;
  std::shared_ptr<const Current> current = std::make_shared<const Current>(Settings{}, InputRules());
  std::atomic<bool> may_wait = false;
  std::mutex loading;  ///< One version at a time is loaded for callers who name it.
  std::mutex kept_mutex;
  std::deque<Loaded> kept;                            ///< The one used last first.
  std::map<std::int64_t, std::uint64_t> known_bytes;  ///< Of versions that were loaded, with `loading` held.
  std::atomic<std::int64_t> evicted = 0;
  mutable std::mutex sample_mutex;
  std::optional<Question> sample;

  LatencyWindow times;
  Statistics statistics;
  telemetry::Tracer tracer;
  std::atomic<std::int64_t> requests = 0, rows = 0, rejected = 0, logged = 0, passed_over = 0;
  std::array<std::atomic<std::int64_t>, 3> by_link = {};  ///< Requests that each link answered.
  BrokenRules broken;
  FallbackWatch watch;
  Shadow shadow;  ///< Last, so that it ends before what it uses.
};

}  // namespace cairn::serving
