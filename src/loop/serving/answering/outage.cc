#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "loop/serving/answering/impl.h"

namespace cairn::serving {
namespace {

std::string Version(const Loaded& loaded) { return "version " + std::to_string(loaded->offer().version); }

/// The links that would answer, the first of them first.
std::vector<LinkState> ReadyOnes(const std::vector<LinkState>& links) {
  std::vector<LinkState> ready;
  for (const LinkState& one : links)
    if (one.ready) ready.push_back(one);
  return ready;
}

std::string Said(const LinkState& link, const Settings& settings) {
  switch (link.link) {
    case Link::Previous:
      return "version " + std::to_string(link.version) + " (in production before)";
    case Link::Heuristic:
      return "the charter's heuristic";
    case Link::Default:
      return "the constant " + ShortestText(settings.fallback.constant.value_or(0));
  }
  return {};
}

/// What callers get when what answers now does not: the first link that is ready.
Consequence ByChain(std::string failure, const std::vector<LinkState>& ready, const Settings& settings,
                    const std::string& when, const std::string& otherwise) {
  if (ready.empty()) return {std::move(failure), false, "", otherwise};
  std::string what = when + Said(ready.front(), settings) + " answers";
  for (std::size_t i = 1; i < ready.size(); ++i) what += ", or else " + Said(ready[i], settings);
  return {std::move(failure), true, std::string(NameOf(ready.front().link)), what + "."};
}

void AddOfWorkers(std::vector<Consequence>& plan, const Current& now, const std::vector<LinkState>& ready) {
  const auto& worker = now.settings.worker;
  const std::string patience = ShortestText(worker.timeout_s) + " s (serving.worker.timeout_s)";
  if (worker.processes > 1)
    plan.push_back({"one of " + std::to_string(worker.processes) + " worker processes is killed", true,
                    "production",
                    "the others answer, and it is started anew; a request that it was answering goes to the "
                    "fallback, or gets 500 without one."});
  plan.push_back(ByChain("all worker processes are killed", ready, now.settings,
                         "at once, and until one is up again, ",
                         "the request waits for one that is starting, at most " + patience + ", then 503."));
  plan.push_back(ByChain("the model hangs", ready, now.settings,
                         "after " + patience + " its process is ended, and ",
                         "503 after " + patience + "; its process is ended and started anew."));
}

void AddOfStore(std::vector<Consequence>& plan, const Settings& settings) {
  plan.push_back(
      {"the database is gone", true, "production",
       "requests are answered and logged as before, since none reads it; promotions, canaries, labels "
       "and monitors wait, and a version that callers name and that is not in memory gets an error."});
  if (settings.log.counts_when_full) {
    plan.push_back({"the prediction log's disk is full", true, "production",
                    "requests are answered all the same and counted as lost (serving.log.when_full: count, " +
                        settings.log.reason + ")."});
  } else if (settings.log.share > 0) {
    plan.push_back({"the prediction log's disk is full", false, "",
                    "507: what cannot be logged is not answered (serving.log.when_full: count would)."});
  }
}

/// A row of blanks of the form that the version reads.
Question Blanks(const Offer& offer) {
  Question question;
  question.rows = 1;
  for (std::size_t i = 0; i < offer.columns.size(); ++i) {
    const auto& inputs = offer.signature.inputs;
    const bool text = inputs[offer.matrix ? 0 : i].type == runtime::DataType::Bytes;
    question.columns.emplace_back(offer.columns[i], std::vector<Json>{text ? Json("") : Json(0)});
  }
  return question;
}

Drilled Ask(std::string who, const LoadedVersion& version, const Question& question) {
  Drilled drilled{std::move(who), version.offer().version, false, 0, 0, {}};
  const std::int64_t begun = os::SteadyNs();
  const auto inputs = version.Bind(question);
  const auto outcome = inputs ? version.Run(*inputs, question.rows, runtime::Turn())
                              : Result<LoadedVersion::Outcome>(inputs.error());
  drilled.micros = (os::SteadyNs() - begun) / 1000;
  if (!outcome) {
    drilled.why = outcome.error().message;
  } else if (outcome->fate != runtime::Ran::Fate::Answered) {
    drilled.why = "Its turn did not come: too many requests wait.";
  } else if (outcome->broken) {
    drilled.why = version.Sentence(*outcome->broken);
  } else {
    drilled.answered = true;
    drilled.score = outcome->scores.front();
  }
  return drilled;
}

}  // namespace

/// At the first, second, fourth … request: often enough, and never a burden.
void Service::Impl::Sample(const Question& question) {
  const std::int64_t number = ++requests;
  if ((number & (number - 1)) != 0 || question.rows == 0) return;
  Question row;
  row.rows = 1;
  for (const auto& [name, values] : question.columns) row.columns.emplace_back(name, Values{values[0]});
  const std::lock_guard lock(sample_mutex);
  sample = std::move(row);
}

std::vector<Consequence> Service::Plan() const {
  const auto now = impl_->Now();
  const Settings& settings = now->settings;
  const auto links = impl_->LinksOf(*now);
  const auto ready = ReadyOnes(links);
  std::vector<Consequence> plan;
  if (settings.model.empty()) return plan;
  plan.push_back({"a row breaks the contract", false, "",
                  settings.check_inputs && !settings.contract.columns.empty()
                      ? "422 naming the column; no fallback answers what nobody could."
                      : "422 where the model cannot read it; nothing else is checked (serving.assertions)."});
  if (now->production) {
    plan.push_back(ByChain("the model fails", ready, settings, "", "500 saying why."));
    plan.push_back(ByChain("an answer breaks a rule about outputs", ready, settings, "for the whole request ",
                           "500 naming output, row and value."));
    if (now->production->waits()) AddOfWorkers(plan, *now, ready);
    plan.push_back({"a new version in production cannot be loaded", true, "production",
                    Version(now->production) + " goes on, and `cairn serving` says why."});
    plan.push_back(ByChain("the server starts and the version in production cannot be loaded", ready,
                           settings, "", "503 saying why."));
  } else {
    plan.push_back(
        ByChain("now: no version in production is loaded", ready, settings, "", "503: " + now->problem));
  }
  for (const LinkState& one : links)
    if (!one.ready)
      plan.push_back(
          {"now: the fallback '" + std::string(NameOf(one.link)) + "' is skipped", false, "", one.why});
  if (settings.memory_bytes > 0)
    plan.push_back(
        {"a version does not fit into serving.memory", now->production != nullptr, "production",
         "one that is promoted stays out and the present one goes on; one that a caller names gets 507."});
  plan.push_back({"more requests wait than serving.batching.max_queue_size", false, "",
                  "503 with Retry-After; no fallback answers what the model could a second later."});
  AddOfStore(plan, settings);
  return plan;
}

Result<Drill> Service::RunDrill(const std::optional<Question>& given) const {
  const auto now = impl_->Now();
  Drill drill{"given", {}};
  Question row;
  if (given) {
    CAIRN_TRY(CheckForm(*given));
    const auto& reads = now->production ? now->production : now->previous;
    CAIRN_TRY(now->rules.Check(*given, reads.get()));
    row = *given;
  } else {
    const std::lock_guard lock(impl_->sample_mutex);
    drill.row = impl_->sample ? "a request" : "blanks";
    row = impl_->sample ? *impl_->sample : Blanks(*now->offer);
  }
  if (now->production) drill.links.push_back(Ask("production", *now->production, row));
  if (now->canary) drill.links.push_back(Ask("canary", now->canary->version(), row));
  for (const LinkState& one : impl_->LinksOf(*now)) {
    const std::string who(NameOf(one.link));
    if (!one.ready) {
      drill.links.push_back({who, 0, false, 0, 0, one.why});
    } else if (one.link == Link::Previous) {
      if (now->previous) drill.links.push_back(Ask(who, *now->previous, row));
    } else {
      Answer answer;
      const std::int64_t begun = os::SteadyNs();
      const auto attempt = impl_->TryLink(*now, one.link, row, begun, answer);
      drill.links.push_back({who, 0, attempt.answered, attempt.answered ? answer.scores.front() : 0,
                             (os::SteadyNs() - begun) / 1000, attempt.error.message});
    }
  }
  return drill;
}

}  // namespace cairn::serving
