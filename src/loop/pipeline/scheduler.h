#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/pipeline/firing.h"
#include "loop/pipeline/runner.h"
#include "loop/pipeline/store/trigger_table.h"
#include "loop/pipeline/triggers.h"
#include "loop/pipeline/watch.h"

namespace cairn::pipeline {

/// Watches the triggers of the accepted configuration. Safe from any thread, but for Advance and Wait.
///
/// How far a trigger has looked is a row, and who moves it on keeps the firing in the same transaction: each
/// thing fires once, whatever dies meanwhile and however many programs share the store. A firing is a row of
/// its own; it is begun by the Runner, now or by the next program. A trigger that is new, was changed or goes
/// on after a pause begins with what is there then: nothing of before fires. Firings that want the same are
/// one run when they have to wait (Concurrency::Queue).
///
/// Events, subject "trigger:<name>": pipeline.trigger_fired {trigger, detail} under its cause,
/// pipeline.trigger_paused and pipeline.trigger_resumed {trigger}.
class Scheduler {
 public:
  struct Configured {
    std::string digest, text;  ///< "" when nothing was accepted.
  };
  struct Around {
    std::string project;  ///< The folder with dvc.yaml, absolute.
    std::string data_dir;
    std::function<Result<Configured>()> accepted;
    Watch::Newest newest;
  };
  /// The first three must outlive it. Making one touches nothing.
  Scheduler(sql::Database& database, const os::Clock& clock, Runner& runner, Around around);

  /// Looks at everything that is due to be looked at, and fires. Gives the milliseconds after which to look
  /// again. An error of one trigger keeps no other from firing; it is given in the end, and stands in List.
  Result<std::int64_t> Advance();
  /// Until then, or until something was changed here.
  void Wait(std::stop_token stop, std::int64_t ms);

  /// Pulls the triggers that wait for an alert; the answers in the order of the configuration.
  Result<std::vector<Runner::Answer>> OnAlert(const std::string& monitor, const std::string& alert);

  /// A message as it came in: `signature` must be the HMAC-SHA256, in hexadecimal (after "sha256=" or
  /// without), of "<timestamp>.<body>" with the trigger's secret; `timestamp` are seconds since 1970, at most
  /// five minutes from now. Unauthenticated otherwise, also for a trigger that does not exist; AlreadyExists
  /// for a message that came before; Unavailable while the trigger is paused.
  Result<Firing> OnMessage(const std::string& name, const std::string& timestamp,
                           const std::string& signature, std::string_view body);
  /// Fires any trigger on demand, also a paused one. NotFound with a suggestion.
  Result<Firing> Fire(const std::string& name, const std::string& actor);

  struct Backfilled {
    std::vector<std::int64_t> moments;  ///< Seconds; those that fire now.
    std::int64_t there = 0;             ///< That had fired before, and do not again.
  };
  /// Fires a trigger on `schedule` for each of its moments from `from` until before `to`, oldest first, each
  /// with a run of its own in which its stages run whether stale or not. A date alone means its midnight on
  /// the trigger's clocks. `dry`: only says which. InvalidArgument for another kind of trigger, no moment, a
  /// moment to come, or more than 10,000.
  Result<Backfilled> Backfill(const std::string& name, const std::string& from, const std::string& to,
                              const std::string& actor, bool dry);

  /// Paused: nothing fires it but Fire and Backfill. Doing it twice changes nothing. NotFound.
  Result<> Pause(const std::string& name, const std::string& actor);
  Result<> Resume(const std::string& name, const std::string& actor);

  struct Standing {
    TriggerRule rule;
    bool paused = false;
    std::optional<std::int64_t> next;  ///< Seconds: of a schedule, when it fires next.
    std::optional<Firing> last;
    std::string problem;  ///< Why it could not look, last time.
    /// When this program last saw what the trigger watches; none for what needs no look, and before the
    /// first.
    std::optional<TimeMs> looked;
  };
  /// In the order of the configuration.
  Result<std::vector<Standing>> List();
  /// NotFound with a suggestion.
  Result<Standing> Show(const std::string& name);
  /// Newest first, also of a trigger that is there no longer. NotFound for one that never was.
  Result<std::vector<Firing>> Firings(const std::string& name, std::int64_t limit);

 private:
  using Rules = std::vector<TriggerRule>;
  /// What one trigger looks at now and then.
  struct Pending {
    std::string of;  ///< The subject, and how often.
    std::int64_t next_ns = 0;
    std::string seen;  ///< New, and to stand still until it fires.
    std::int64_t since_ns = 0;
    std::int64_t again_ms = 0;            ///< After which a bucket or database is looked at for that.
    std::optional<std::uint64_t> writes;  ///< Of the store, when it was looked at.
    std::optional<Error> problem;         ///< Of the last look.
    std::optional<TimeMs> looked;         ///< The last that succeeded.
  };

  Result<std::shared_ptr<const Rules>> Current();
  Result<TriggerRule> Named(const std::string& name);
  Result<> Refresh(std::int64_t now_ns);
  Result<Standing> StandingOf(const TriggerRule& rule);

  Result<std::int64_t> LookAt(const TriggerRule& rule, std::int64_t now_ns);
  Result<std::int64_t> AtCalendar(const TriggerRule& rule, const TriggerState& state);
  Result<std::int64_t> AtSight(const TriggerRule& rule, const TriggerState* state, std::int64_t now_ns);
  Result<std::optional<Sight>> SightOf(const TriggerRule& rule, const TriggerState* state, Pending& pending,
                                       std::int64_t now_ns);

  static void NoteNew(const TriggerRule& rule, const std::string& seen, Pending& pending,
                      std::int64_t now_ns);
  Result<> BeginAnew(const TriggerRule& rule, std::string seen);
  Result<bool> Move(const TriggerState& from, std::string seen, const std::vector<Request>& requests);
  Result<std::vector<Request>> MomentsOf(const TriggerRule& rule, const std::string& from,
                                         const std::string& to) const;
  Result<Firing> KeepOne(const Request& request, const char* again);
  Result<> SetPaused(const std::string& name, const std::string& actor, bool paused);
  Result<> BeginIfRunning();

  sql::Database& database_;
  const os::Clock& clock_;
  Runner& runner_;
  const Around around_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool poked_ = false;
  bool advances_ =
      false;  ///< Whether this program looks at all: otherwise the next one that does begins what fires.
  std::string digest_;
  std::shared_ptr<const Rules> rules_;
  std::map<std::string, std::string> problems_;
  std::map<std::string, TimeMs> looked_;

  // Of the thread that advances.
  Watch watch_;
  std::map<std::string, TriggerState> states_;
  std::map<std::string, Pending> pending_;
  std::optional<std::uint64_t> writes_;
  std::int64_t refresh_ns_ = 0;
};

}  // namespace cairn::pipeline
