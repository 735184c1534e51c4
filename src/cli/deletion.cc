#include <algorithm>
#include <cstdio>

#include "cli/catalogue.h"
#include "cli/run_view.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kShownLines = 10;

std::string ExperimentPath(const std::string& name, std::string_view rest) {
  return "/api/v1/experiments/" + PercentEncode(name) + std::string(rest);
}

template <class Line>
void SayUpTo(const Session& session, const std::vector<Json>& items, Line line) {
  for (std::size_t i = 0; i < std::min(items.size(), kShownLines); ++i) session.Say("  " + line(items[i]));
  if (items.size() > kShownLines)
    session.Say("  and " + std::to_string(items.size() - kShownLines) + " more");
}

void PrintPlan(const Session& session, const Json& plan) {
  SayUpTo(session, plan.At("subjects").items(), [](const Json& subject) { return subject.AsString(); });
  Table table({"what goes", "how many"});
  for (const auto& [kind, count] : plan.At("records").members())
    table.Add({kind, WithThousands(count.AsInt())});
  table.Add({"files", WithThousands(plan.Int("files"))});
  table.Add({"bytes", WithThousands(plan.Int("bytes"))});
  std::fputs(("\n" + table.Text()).c_str(), stdout);
  const auto& elsewhere = plan.At("elsewhere").items();
  if (!elsewhere.empty()) {
    session.Say("\nNot kept here, so it stays where it is:");
    SayUpTo(session, elsewhere, [](const Json& uri) { return uri.AsString(); });
  }
  const auto& refusals = plan.At("refusals").items();
  if (!refusals.empty()) {
    session.Say("\nRefused:");
    SayUpTo(session, refusals, [](const Json& one) {
      const std::string subject = one.Text("subject"), why = one.Text("why");
      return why.starts_with(subject + " ") ? why : subject + ": " + why;
    });
  }
}

/// Tells what would go, and does it when it was confirmed. Exit code 1 when a dry run finds what is refused.
Result<int> DeleteForGood(Session& session, const Arguments& arguments, Json body) {
  const bool sure = arguments.Has("--yes");
  if (sure) body.Set("erase", true);
  const auto answer = [&] {
    const Waiting waiting(sure ? "deleting" : "counting");
    return session.Post("/api/v1/deletions", body);
  }();
  const Json plan = CAIRN_TRY(answer);
  const bool refused = !plan.At("refusals").items().empty();
  if (session.PrintedJson(plan)) return refused ? 1 : 0;
  PrintPlan(session, plan);
  session.Say(sure      ? "\nDeleted for good."
              : refused ? "\nNothing was deleted, and nothing will be while one of them is refused."
                        : "\nNothing was deleted. Repeat it with --yes to delete this for good; it cannot be "
                          "restored.");
  return refused ? 1 : 0;
}

/// The runs that a command is about.
struct Meant {
  std::vector<std::string> ids;
  std::vector<Json> chosen;  ///< The same, when they were not named but chosen by flags.
};

/// A flag without a value is nearly always a shell variable that is not set: it must not mean every run.
Result<> CheckChoice(const Arguments& arguments) {
  for (const std::string_view flag : {"--experiment", "--filter"}) {
    for (const auto& value : arguments.All(flag)) {
      if (Trim(value).empty())
        return Error{Reason::InvalidArgument, std::string(flag) +
                                                  " is empty, and that would mean every run: "
                                                  "say which runs, or leave it out"};
    }
  }
  return Done{};
}

/// The runs that were named, or else those that the flags choose.
Result<Meant> RunsMeant(Session& session, const Arguments& arguments) {
  Meant meant{arguments.All("RUN..."), {}};
  const bool chosen =
      arguments.Has("--experiment") || arguments.Has("--filter") || arguments.Has("--deleted");
  if (!meant.ids.empty() && chosen)
    return Error{Reason::InvalidArgument, "name runs, or choose them by flags, but not both"};
  if (!meant.ids.empty()) return meant;
  if (!chosen)
    return Error{
        Reason::InvalidArgument,
        "say which runs: RUN…, or --experiment, --filter or --deleted. `cairn runs list` takes the same "
        "flags and shows them."};
  CAIRN_TRY(CheckChoice(arguments));
  meant.chosen = CAIRN_TRY(ChosenRuns(session, arguments, 0));
  for (const Json& run : meant.chosen) meant.ids.push_back(run.Text("run_id"));
  if (meant.ids.empty()) return Error{Reason::NotFound, "no run fits"};
  return meant;
}

enum class Deed { Delete, Restore };

/// What would be marked, and nothing more: a filter takes more than its author thought of.
int TellMarks(const Session& session, const std::vector<Json>& chosen, Deed deed) {
  if (session.PrintedJson(Json{{"items", Json::Array(chosen)}, {"marked", false}})) return 0;
  SayUpTo(session, chosen, [](const Json& run) {
    return ColumnOf(run, "id") + "  " + run.Text("name") + "  (" + run.Text("experiment") + ")";
  });
  session.Say("\nNothing was changed. Repeat it with --yes to " +
              std::string(deed == Deed::Delete ? "mark these " : "bring back these ") +
              Counted(chosen.size(), "run") + (deed == Deed::Delete ? " as deleted." : "."));
  return 0;
}

Result<int> MarkRuns(Session& session, const Arguments& arguments, const Meant& meant, Deed deed) {
  if (meant.chosen.size() > 1 && !arguments.Has("--yes")) return TellMarks(session, meant.chosen, deed);
  const std::string_view path = deed == Deed::Delete ? "/delete" : "/restore";
  Json items = Json::Array();
  for (const auto& run : meant.ids) items.Push(CAIRN_TRY(session.Post(RunPath(run, path), Json::Object())));
  if (session.PrintedJson(Json{{"items", items}, {"marked", true}})) return 0;
  const bool one = meant.ids.size() == 1;
  session.Say(
      (one ? "Run " + items.items()[0].Text("name") + " is " : Counted(meant.ids.size(), "run") + " are ") +
      (deed == Deed::Delete ? "marked as deleted; `cairn runs restore` brings back, `cairn runs delete "
                              "--permanently` deletes for good."
                            : "active again."));
  return 0;
}

Result<int> DeleteRuns(Session& session, const Arguments& arguments) {
  const auto meant = CAIRN_TRY(RunsMeant(session, arguments));
  if (!arguments.Has("--permanently")) return MarkRuns(session, arguments, meant, Deed::Delete);
  Json ids = Json::Array();
  for (const auto& run : meant.ids) ids.Push(run);
  return DeleteForGood(session, arguments, Json{{"runs", std::move(ids)}});
}

Result<int> RestoreRuns(Session& session, const Arguments& arguments) {
  if (arguments.All("RUN...").empty() && !arguments.Has("--experiment") && !arguments.Has("--filter"))
    return Error{Reason::InvalidArgument,
                 "say which runs: RUN…, --experiment or --filter. `cairn runs list --deleted` shows them."};
  Arguments among_deleted = arguments;
  if (arguments.All("RUN...").empty()) among_deleted.Add("--deleted", "true");
  return MarkRuns(session, arguments, CAIRN_TRY(RunsMeant(session, among_deleted)), Deed::Restore);
}

Result<int> ListExperiments(Session& session, const Arguments& arguments) {
  const std::string view = arguments.Has("--all") ? "all" : arguments.Has("--deleted") ? "deleted" : "active";
  const Json answer = CAIRN_TRY(session.Get("/api/v1/experiments?view=" + view));
  if (session.PrintedJson(answer)) return 0;
  Table table({"id", "name", "created", "changed", "state"});
  for (const Json& one : answer.At("items").items()) {
    table.Add({one.Text("experiment_id"), one.Text("name"), Minute(one.Int("created_ms")),
               Minute(one.Int("updated_ms")), one.Bool("deleted") ? "deleted" : "active"});
  }
  std::fputs(table.Text("No experiment.").c_str(), stdout);
  return 0;
}

Result<int> MarkExperiment(Session& session, const Arguments& arguments, std::string_view deed) {
  const Json one =
      CAIRN_TRY(session.Post(ExperimentPath(arguments.Text("EXPERIMENT"), deed), Json::Object()));
  if (session.PrintedJson(one)) return 0;
  session.Say("Experiment " + one.Text("name") +
              (deed == "/delete"
                   ? " is marked as deleted with its runs; `cairn experiments restore` brings it back."
                   : " is active again, with its runs."));
  return 0;
}

Result<int> DeleteExperiment(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--permanently")) return MarkExperiment(session, arguments, "/delete");
  return DeleteForGood(session, arguments, Json{{"experiment", arguments.Text("EXPERIMENT")}});
}

Result<int> RestoreExperiment(Session& session, const Arguments& arguments) {
  return MarkExperiment(session, arguments, "/restore");
}

Result<int> DeleteModel(Session& session, const Arguments& arguments) {
  Json body{{"model", arguments.Text("MODEL")}};
  if (arguments.Has("VERSION")) body.Set("version", CAIRN_TRY(ParseInt(arguments.Text("VERSION"))));
  return DeleteForGood(session, arguments, std::move(body));
}

Result<int> AddHold(Session& session, const Arguments& arguments) {
  if (arguments.Text("--reason").empty()) return Error{Reason::InvalidArgument, "say why: --reason TEXT"};
  const Json hold = CAIRN_TRY(session.Post(
      "/api/v1/holds", Json{{"subject", arguments.Text("SUBJECT")}, {"reason", arguments.Text("--reason")}}));
  if (!session.PrintedJson(hold))
    session.Say(hold.Text("subject") + " is under legal hold: nothing of it is deleted for good.");
  return 0;
}

Result<int> RemoveHold(Session& session, const Arguments& arguments) {
  const Json hold =
      CAIRN_TRY(session.Post("/api/v1/holds/lift", Json{{"subject", arguments.Text("SUBJECT")}}));
  if (!session.PrintedJson(hold))
    session.Say(hold.Text("subject") +
                " is not under legal hold any more (it was for: " + hold.Text("reason") + ").");
  return 0;
}

Result<int> ListHolds(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/holds"));
  if (session.PrintedJson(answer)) return 0;
  Table table({"subject", "since", "by", "reason"});
  for (const Json& hold : answer.At("items").items())
    table.Add({hold.Text("subject"), Minute(hold.Int("at_ms")), hold.Text("actor"), hold.Text("reason")});
  std::fputs(table.Text("Nothing is under legal hold.").c_str(), stdout);
  return 0;
}

constexpr std::string_view kCarefully =
    "More than one run that --experiment or --filter chooses is only told; --yes marks them.";
constexpr std::string_view kForGood =
    "Deleting for good takes the records and the files. It tells first what would go and does nothing; --yes "
    "does "
    "it. All or nothing: refused is what is under legal hold (`cairn hold list`), what a registered version "
    "was made "
    "from, and a version that is in production or that a decision is about. Data sets are never touched. It "
    "is "
    "recorded in the audit log.";

}  // namespace

std::vector<Command> DeletionCommands() {
  const Positional runs{"RUN...", "Ids, beginnings of ids, or names", Positional::Need::Optional},
      experiment{"EXPERIMENT", "Its name or id"},
      subject{"SUBJECT", "run:RUN, experiment:NAME, model:NAME or model:NAME/VERSION"};
  const Flag permanently{"--permanently", "", "Delete for good, with the files"},
      yes{"--yes", "", "Do it, and not only tell what would go"};
  auto choosing = ChoosingFlags();
  // Their order is of no interest, and deleted and active ones together are never meant.
  std::erase_if(choosing, [](const Flag& flag) { return flag.name == "--order" || flag.name == "--all"; });
  auto restored = choosing;
  std::erase_if(restored, [](const Flag& flag) { return flag.name == "--deleted"; });
  restored.push_back(yes);
  choosing.insert(choosing.end(), {permanently, yes});
  static const std::string deleting = std::string(kCarefully) + " " + std::string(kForGood) + "\n\n" +
                                      std::string(kFilterGrammar),
                           restoring = std::string(kCarefully) + "\n\n" + std::string(kFilterGrammar);
  return {
      {"runs delete",
       "Mark runs as deleted, or delete them for good",
       deleting,
       {runs},
       choosing,
       DeleteRuns},
      {"runs restore",
       "Bring back runs that are marked as deleted",
       restoring,
       {runs},
       restored,
       RestoreRuns},
      {"experiments list",
       "List experiments",
       "",
       {},
       {{"--deleted", "", "Those marked as deleted instead of the active ones"},
        {"--all", "", "Deleted ones as well"}},
       ListExperiments},
      {"experiments delete",
       "Mark an experiment and its runs as deleted, or delete it for good",
       kForGood,
       {experiment},
       {permanently, yes},
       DeleteExperiment},
      {"experiments restore",
       "Bring back an experiment that is marked as deleted, with its runs",
       "",
       {experiment},
       {},
       RestoreExperiment},
      {"model delete",
       "Delete a registered model or one version for good, with the files",
       kForGood,
       {{"MODEL", "The registered model"},
        {"VERSION", "Only this version; its number is not given again", Positional::Need::Optional}},
       {yes},
       DeleteModel},
      {"hold add",
       "Put something under legal hold: nothing of it can be deleted for good",
       "A hold on an experiment covers its runs, one on a model its versions, one on a run the versions made "
       "from it.",
       {subject},
       {{"--reason", "TEXT", "Why, for those who meet the hold"}},
       AddHold},
      {"hold remove", "Lift a legal hold", "", {subject}, {}, RemoveHold},
      {"hold list", "List what is under legal hold", "", {}, {}, ListHolds},
  };
}

}  // namespace cairn::cli
