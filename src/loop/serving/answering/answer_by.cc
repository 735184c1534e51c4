#include "ground/os/clock.h"
#include "loop/serving/answering/impl.h"

namespace cairn::serving {
namespace {

using Fate = runtime::Ran::Fate;

Error TurnedAway(Fate fate, const Offer& offer) {
  const std::string model = "Model '" + offer.model + "' ";
  switch (fate) {
    case Fate::Full:
      return {Reason::Unavailable, model +
                                       "has as many requests waiting as serving.batching.max_queue_size "
                                       "lets: try again in a second."};
    case Fate::Expired:
      return {Reason::Unavailable, model + "did not come to the request within its timeout."};
    case Fate::Cancelled:
    case Fate::Answered:
      break;
  }
  return {Reason::Unavailable, "The caller left before the request's turn came."};
}

std::vector<double> HeuristicScores(const charter::Heuristic& heuristic, const Question& question) {
  static const Json none;
  std::vector<double> scores(question.rows);
  std::vector<Json> made(question.columns.size());
  for (std::size_t row = 0; row < question.rows; ++row) {
    scores[row] = heuristic.Score([&](std::string_view name) -> const Json& {
      for (std::size_t i = 0; i < question.columns.size(); ++i)
        if (question.columns[i].first == name) return question.columns[i].second.At(row, made[i]);
      return none;
    });
  }
  return scores;
}

}  // namespace

Service::Impl::Attempt Service::Impl::Try(const LoadedVersion& version, const Question& question,
                                          std::int64_t start, Arm arm, Answer& answer) {
  const auto inputs = version.Bind(question);
  if (!inputs) return {.error = inputs.error()};
  runtime::Turn turn{question.priority, 0, question.stop};
  if (question.timeout_us > 0) turn.deadline_ns = start + question.timeout_us * 1000;
  auto outcome = version.Run(*inputs, question.rows, turn);
  if (!outcome) return {.error = outcome.error()};
  if (outcome->fate != Fate::Answered)
    return {.fate = outcome->fate, .error = TurnedAway(outcome->fate, version.offer())};
  if (outcome->broken) {
    broken.Count(*outcome->broken);
    return {.rule = outcome->broken->rule, .error = {Reason::Internal, version.Sentence(*outcome->broken)}};
  }
  answer.run_ns = outcome->run_ns;
  answer.execution = outcome->execution;
  answer.version = version.offer().version;
  answer.arm = arm;
  answer.scores = std::move(outcome->scores);
  answer.outputs = std::move(outcome->outputs);
  return {.answered = true};
}

/// Gives why the one whose turn it was did not answer; "" when it did.
Result<std::string> Service::Impl::AnswerBy(const Current& now, const Question& question, std::int64_t start,
                                            Split split, Answer& answer) {
  const auto draw = now.canary && split == Split::Drawn ? now.canary->Next() : Canary::Draw();
  const bool to_canary = draw.to_canary;
  Attempt first{.error = {Reason::Unavailable, now.problem}};
  if (to_canary) {
    first = Try(now.canary->version(), question, start, Arm::Canary, answer);
  } else if (now.production) {
    first = Try(*now.production, question, start, Arm::Production, answer);
  }
  const std::int64_t micros = (os::SteadyNs() - start) / 1000;
  Attempt second = first;
  if (to_canary && !first.answered && now.production)
    second = Try(*now.production, question, start, Arm::Production, answer);
  // What neither version can read is the caller's mistake, and says nothing about either; nor does a caller
  // who left.
  if (!second.answered && second.error.reason == Reason::Unprocessable) return second.error;
  if (second.fate == Fate::Cancelled) return second.error;
  if (draw.is_drawn && (to_canary || now.production))
    now.canary->Observe(draw, !first.answered, micros, answer.scores);
  if (draw.is_drawn && first.answered) now.canary->Await(draw, answer.id, answer.scores);
  if (draw.is_drawn) answer.share = draw.share;
  if (now.canary && now.production && split == Split::Drawn && now.canary->IsShadow())
    shadow.Mirror(now.canary, question, answer.id,
                  first.answered ? std::optional(answer.scores) : std::nullopt);
  if (second.answered) return first.answered ? std::string() : first.error.message;
  // Too much work is no failure of the model: the caller comes again.
  if (second.fate != Fate::Answered) return second.error;
  return FallBack(now, question, start, second, answer);
}

Service::Impl::Attempt Service::Impl::TryLink(const Current& now, Link link, const Question& question,
                                              std::int64_t start, Answer& answer) {
  if (link == Link::Previous) {
    if (!now.previous) return {.error = {Reason::Unavailable, now.previous_problem}};
    return Try(*now.previous, question, start, Arm::Fallback, answer);
  }
  if (!now.settings.Has(link)) return {.error = {Reason::Unavailable, "The charter has no heuristic."}};
  answer.version = 0;
  answer.arm = Arm::Fallback;
  answer.run_ns = 0;
  answer.execution = {};
  answer.scores = link == Link::Heuristic
                      ? HeuristicScores(*now.settings.heuristic, question)
                      : std::vector<double>(question.rows, *now.settings.fallback.constant);
  answer.outputs.tensors.clear();
  return {.answered = true};
}

Result<std::string> Service::Impl::FallBack(const Current& now, const Question& question, std::int64_t start,
                                            const Attempt& failed, Answer& answer) {
  std::string why = failed.error.message;
  for (const Link link : now.settings.fallback.links) {
    const auto attempt = TryLink(now, link, question, start, answer);
    if (attempt.answered) {
      answer.link = link;
      ++by_link[static_cast<std::size_t>(link)];
      return FallbackText(link, failed.rule, why);
    }
    if (attempt.fate == Fate::Cancelled) return attempt.error;
    why += " And " + std::string(NameOf(link)) + ": " + attempt.error.message;
  }
  return failed.error;
}

}  // namespace cairn::serving
