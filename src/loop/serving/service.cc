#include "loop/serving/service.h"

#include "ground/os/identity.h"
#include "ground/os/memory.h"
#include "ledger/metadata/event.h"
#include "loop/serving/answering/impl.h"
#include "loop/serving/traffic/recollection.h"

namespace cairn::serving {
namespace {

std::uint64_t RandomSeed() {
  std::uint64_t seed = 0;
  for (const char byte : os::RandomBytes(8)) seed = seed << 8 | static_cast<unsigned char>(byte);
  return seed;
}

Result<> CheckShare(double share) {
  if (share >= 0 && share < 1) return Done{};
  return Error{Reason::InvalidArgument, "A canary's share must be 0 (a shadow) or more, and less than 1."};
}

}  // namespace

std::shared_ptr<Current> Service::Impl::Successor() const {
  const auto now = Now();
  auto next = std::make_shared<Current>(now->settings, now->rules);
  next->GoOnWith(*now);
  return next;
}

Result<Loaded> Service::Impl::Load(const std::string& model, std::int64_t version) {
  const auto now = Now();
  const std::uint64_t before = os::HeapInUse();
  auto stored = CAIRN_TRY(versions->Load(model, version, now->settings.worker));
  return LoadedVersion::Make(model, std::move(stored), now->settings, turnstile, before);
}

void Service::Impl::Become(std::shared_ptr<const Current> next) {
  const bool waits = (next->production && next->production->waits()) ||
                     (next->previous && next->previous->waits()) ||
                     (next->canary && next->canary->version().waits());
  const std::lock_guard lock(current_mutex);
  may_wait = waits;
  current.swap(next);
}

CanaryRecord Service::Impl::NewRecord(const CanaryPlan& plan) {
  constexpr double kSlower = 1.2;
  constexpr std::int64_t kEnough = 200;
  CanaryRecord record;
  record.alpha = plan.alpha;
  record.log_from = log.End();
  record.seed = static_cast<std::int64_t>(seed++ >> 1);
  record.loss_alpha = plan.loss_alpha;
  if (plan.shadow > 0) record.loss_alpha = record.shadow_loss_alpha = plan.loss_alpha / 2;
  record.breaker_rate = plan.breaker_rate;
  record.breaker_requests = plan.breaker_requests;
  record.output_psi = plan.output_psi;
  record.slow_above_ms = plan.slow_above_ms;
  if (plan.slow_above_ms == 0 && requests >= kEnough) record.slow_above_ms = times.Now().p99_ms * kSlower;
  return record;
}

Result<> Service::Impl::NoteLogPolicy(const Settings& settings) {
  constexpr const char* kKind = "serving.log_policy";
  if (settings.model.empty()) return Done{};
  const std::string subject = "model:" + settings.model;
  const Json last = CAIRN_TRY(log.LastNoted(kKind, subject));
  if (last.IsNull() && settings.log.KeepsAll()) return Done{};
  Json body = settings.log.ToJson();
  body.Set("model", settings.model);
  // As it reads back from text: there a whole double has become an integer.
  if (CAIRN_TRY(Json::Parse(body.Dump())) == last) return Done{};
  return log.Note(
      clock.Now(),
      {.kind = kKind, .subject = subject, .actor = "system", .cause = "", .body = std::move(body)});
}

Result<> Service::Impl::Log(const Current& now, const Question& question, const Answer& answer,
                            const std::string& failure, TimeMs at, std::int64_t micros) {
  const LogPolicy& policy = now.settings.log;
  if (policy.share < 1 && !kept_split.Draws(policy.share)) {
    ++passed_over;
    return Done{};
  }
  // Most requests are of few rows: what one is copied into serves the thread's next one, without an
  // allocation.
  constexpr std::size_t kFewRows = 16;
  thread_local Prediction small;
  Prediction large;
  Prediction& prediction = question.rows <= kFewRows ? small : large;
  prediction.id = answer.id;
  prediction.at = at;
  prediction.model = now.settings.model;
  prediction.version = answer.version;
  prediction.arm = answer.arm;
  if (policy.masked.empty()) {
    prediction.inputs = question.columns;
  } else {
    prediction.inputs = log.mask().Of(question.columns, policy.masked);
  }
  prediction.scores = answer.scores;
  prediction.failure = failure;
  prediction.share = answer.share;
  prediction.micros = micros;
  prediction.caller = question.caller;
  prediction.trace_id = question.trace_id;
  const auto appended = log.Append(prediction);
  if (!appended && policy.counts_when_full && appended.error().reason == Reason::Exhausted) {
    watch.Lost();
    return Done{};
  }
  CAIRN_TRY(appended);
  ++logged;
  watch.Logged(now.settings.model);
  return Done{};
}

void Service::Impl::KeepSaid(const Shadow::Said& said) {
  const auto now = Now();
  if (now->settings.log.share < 1) return;
  Prediction prediction;
  prediction.id = said.id;
  prediction.at = clock.Now();
  prediction.model = now->settings.model;
  prediction.version = said.version;
  prediction.arm = Arm::Shadow;
  prediction.scores = said.scores;
  prediction.micros = said.micros;
  static_cast<void>(log.Append(prediction));
}

Result<Answer> Service::Impl::Keep(const Current& now, const Question& question, std::int64_t start,
                                   Answer answer, const std::string& failure) {
  const TimeMs at = clock.Now();
  if (answer.id.empty()) answer.id = question.id.empty() ? os::NewUuid(at) : question.id;
  const std::int64_t micros = (os::SteadyNs() - start) / 1000;
  CAIRN_TRY(Log(now, question, answer, failure, at, micros));
  Sample(question);
  rows += static_cast<std::int64_t>(question.rows);
  if (answer.arm == Arm::Named) return answer;
  times.Add(micros);
  if (answer.arm == Arm::Fallback) {
    watch.FellBack(now.settings.model, now.offer->version, failure);
  } else {
    watch.Answered(now.settings.model, answer.version);
  }
  return answer;
}

Error Service::Impl::Counted(const Error& error) {
  if (error.reason == Reason::Unprocessable) ++rejected;
  return error;
}

Result<Answer> Service::Impl::Respond(const Current& now, const Question& question, std::int64_t start,
                                      Split split) {
  const auto& reads = now.production ? now.production : now.previous;
  if (const auto checked = now.rules.Check(question, reads.get()); !checked) return Counted(checked.error());
  Answer answer;
  // Before it is answered: the canary keeps its scores under it.
  answer.id = question.id.empty() ? os::NewUuid(clock.Now()) : question.id;
  const auto failure = AnswerBy(now, question, start, split, answer);
  if (!failure) return Counted(failure.error());
  return Keep(now, question, start, std::move(answer), *failure);
}

Result<Answer> Service::Impl::RespondAs(const Current& now, const LoadedVersion& version,
                                        const Question& question, std::int64_t start) {
  if (const auto checked = now.rules.Check(question, &version); !checked) return Counted(checked.error());
  Answer answer;
  const auto attempt = Try(version, question, start, Arm::Named, answer);
  if (!attempt.answered) return Counted(attempt.error);
  return Keep(now, question, start, std::move(answer), "");
}

Service::Service(registry::Registry& registry, sql::Database& database, PredictionLog& log,
                 const os::Clock& clock)
    : Service(VersionsOf(registry, database), log, clock, RandomSeed()) {}

Service::Service(std::unique_ptr<VersionSource> versions, PredictionLog& log, const os::Clock& clock,
                 std::uint64_t seed)
    : impl_(std::make_unique<Impl>(std::move(versions), log, clock, seed)) {}

Service::~Service() = default;

Result<> Service::Configure(const Settings& settings) {
  const std::lock_guard lock(impl_->control);
  const auto now = impl_->Now();
  const auto next = std::make_shared<Current>(settings, CAIRN_TRY(InputRules::Of(settings)));
  CAIRN_TRY(impl_->NoteLogPolicy(settings));
  if (now->settings.model == settings.model) next->GoOnWith(*now);
  if (now->settings.worker != settings.worker || now->settings.batching != settings.batching ||
      now->settings.outputs != settings.outputs) {
    const std::lock_guard kept(impl_->kept_mutex);
    impl_->kept.clear();
  }
  impl_->Become(next);
  return impl_->FollowAlias();
}

Result<> Service::Follow() {
  const std::lock_guard lock(impl_->control);
  return impl_->FollowAlias();
}

Result<Answer> Service::Predict(const Question& question) {
  const std::int64_t start = question.received_ns != 0 ? question.received_ns : os::SteadyNs();
  CAIRN_TRY(CheckForm(question));
  return impl_->Respond(*impl_->Now(), question, start, Impl::Split::Drawn);
}

Result<Answer> Service::PredictWith(std::int64_t version, const Question& question) {
  const std::int64_t start = question.received_ns != 0 ? question.received_ns : os::SteadyNs();
  CAIRN_TRY(CheckForm(question));
  const auto now = impl_->Now();
  if (now->production && now->production->offer().version == version)
    return impl_->Respond(*now, question, start, Impl::Split::None);
  const auto loaded = CAIRN_TRY(impl_->Ready(version));
  return impl_->RespondAs(*now, *loaded, question, start);
}

Result<> Service::StartCanary(std::int64_t version, double share, std::optional<CanaryRecord> record,
                              const LabelledAmong& labelled) {
  CAIRN_TRY(CheckShare(share));
  std::optional<Awaited> awaited;
  if (record) {
    auto found = Recollect(impl_->log, *record, impl_->Now()->settings.model, version, labelled);
    // A log that cannot be read, or another server's, must not keep the canary from going on.
    if (found) awaited.emplace(*std::move(found));
  }
  const std::lock_guard lock(impl_->control);
  const auto now = impl_->Now();
  CAIRN_TRY(impl_->versions->AllowAnswering(now->settings.model, version));
  const auto loaded = CAIRN_TRY(impl_->Load(now->settings.model, version));
  CAIRN_TRY(
      impl_->Admit(now->settings, version, loaded->bytes(), {now->production.get(), now->previous.get()}));
  if (!record) record = impl_->NewRecord(now->settings.canary);
  const auto next = impl_->Successor();
  if (!awaited) awaited.emplace(static_cast<std::uint64_t>(record->seed));
  next->canary =
      std::make_shared<Canary>(loaded, share, *std::move(record), impl_->seed++, *std::move(awaited));
  impl_->Become(next);
  return Done{};
}

Result<> Service::SetCanaryShare(double share) {
  CAIRN_TRY(CheckShare(share));
  if (const auto now = impl_->Now(); now->canary) now->canary->SetShare(share);
  return Done{};
}

void Service::ObserveLabel(std::string_view id, double label) {
  if (const auto now = impl_->Now(); now->canary) now->canary->ObserveLabel(id, label);
}

void Service::WaitForShadow() { impl_->shadow.WaitUntilIdle(); }

void Service::EndCanary() {
  const std::lock_guard lock(impl_->control);
  const auto next = impl_->Successor();
  next->canary.reset();
  impl_->Become(next);
}

}  // namespace cairn::serving
