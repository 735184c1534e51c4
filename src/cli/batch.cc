#include "loop/batch/batch.h"

#include <optional>
#include <tuple>

#include "cli/catalogue.h"
#include "cli/version_files.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/batch/input_drift.h"
#include "loop/batch/row_text.h"
#include "server/cairn/version.h"

namespace cairn::cli {
namespace {

std::string BatchPath(const std::string& name) { return "/api/v1/batches/" + PercentEncode(name); }

/// Of MODEL alone, what its guarded alias names.
Result<std::pair<std::string, std::int64_t>> VersionOf(Session& session, const std::string& text) {
  if (text.find('@') != std::string::npos) return ReadVersion(session, text);
  const Json about = CAIRN_TRY(session.Get("/api/v1/models/" + PercentEncode(text)));
  const std::string alias = about.Text("guarded_alias");
  return ReadVersion(session, text + "@" + (alias.empty() ? "production" : alias));
}

Result<std::string> ManifestOf(Session& session, const std::string& model, std::int64_t version) {
  const Json about = CAIRN_TRY(session.Get("/api/v1/models/" + PercentEncode(model)));
  for (const Json& one : about.At("versions").items())
    if (one.Int("version") == version) return one.Text("manifest");
  return Error{Reason::NotFound, "'" + model + "' has no version " + std::to_string(version) + "."};
}

/// The largest drift that is allowed; none where nobody named one.
Result<std::optional<double>> LimitIn(const Arguments& arguments) {
  if (!arguments.Has("--max-drift")) return std::optional<double>();
  const auto limit = ParseDouble(arguments.Text("--max-drift"));
  if (limit && *limit >= 0) return std::optional(*limit);
  return Error{Reason::InvalidArgument, "--max-drift takes a number from 0 on, such as 0.2, not '" +
                                            arguments.Text("--max-drift") + "'."};
}

Result<batch::Wanted> WantedIn(const Arguments& arguments) {
  batch::Wanted wanted;
  wanted.input = arguments.Text("--in");
  wanted.output = arguments.Text("--out");
  wanted.key = arguments.All("--key");
  wanted.keep = arguments.All("--keep");
  if (wanted.input.empty())
    return Error{Reason::InvalidArgument, "Say which rows: --in rows.parquet, or a folder of files"};
  if (wanted.output.empty())
    return Error{Reason::InvalidArgument, "Say where the answers go: --out answers.parquet"};
  if (wanted.key.empty())
    return Error{Reason::InvalidArgument,
                 "Say by which column answers are looked up: --key id (may be repeated)"};
  wanted.format = CAIRN_TRY(FormatFor(wanted.output));
  wanted.now = os::SystemClock().Now();
  if (arguments.Has("--stamped")) wanted.stamped = CAIRN_TRY(ParseTime(arguments.Text("--stamped")));
  return wanted;
}

void ShowDrift(const Session& session, const Json& drift) {
  if (drift.Text("data").empty()) {
    session.Note("The inputs were compared with nothing: " + drift.Text("why") + ".");
    return;
  }
  Table table({"column", "PSI against " + drift.Text("data"), "missing"});
  int room = 10;
  for (const Json& column : drift.At("columns").items()) {
    const Json& psi = column.At("psi");
    table.Add({column.Text("column"), psi.IsNull() ? "no value" : Shown(psi.AsDouble()),
               Shown(100 * column.Double("missing")) + " %"});
    if (--room == 0) break;
  }
  session.Note(table.Text("no column in common with " + drift.Text("data")));
}

/// What the gate says; without a sentence it lets the batch pass.
std::optional<std::string> Held(const Json& drift, const std::optional<double>& limit) {
  return limit ? batch::BeyondLimit(drift, *limit) : std::nullopt;
}

class Making {
 public:
  Making(Session& session, const Arguments& arguments, batch::Wanted wanted)
      : session_(session), arguments_(arguments), wanted_(std::move(wanted)) {}

  Result<int> Run() {
    limit_ = CAIRN_TRY(LimitIn(arguments_));
    if (arguments_.Has("--publish-despite-drift") && arguments_.Text("--publish-despite-drift").empty())
      return Error{Reason::InvalidArgument,
                   "--publish-despite-drift takes the reason, which goes on record."};
    CAIRN_TRY(Identify());
    const auto files = CAIRN_TRY(VersionHere::Fetch(session_, version_path_, arguments_));
    wanted_.how = Json{{"python", files.settings().python},
                       {"code", files.settings().code},
                       {"cairn", std::string(api::kVersion)}};
    const auto making = CAIRN_TRY(While("reading the input", [&] { return batch::Batch::Begin(wanted_); }));
    SayWhereItGoesOn(*making);
    const std::int64_t began = os::SteadyNs();
    if (!making->complete()) {
      const auto loaded = CAIRN_TRY(While("loading the model", [&] { return files.Load(); }));
      CAIRN_TRY(While("scoring", [&] { return making->Score(loaded); }));
    }
    const Json drift = DriftOf(*making);
    Json decision;
    if (const auto why = Held(drift, limit_)) {
      if (!arguments_.Has("--publish-despite-drift")) return Refuse(*making, drift, *why);
      decision = Json{{"reason", arguments_.Text("--publish-despite-drift")}, {"by", session_.Actor()}};
    }
    const auto made = CAIRN_TRY(While("writing", [&] { return making->Write(drift, decision); }));
    seconds_ = static_cast<double>(os::SteadyNs() - began) / 1e9;
    const Json published = CAIRN_TRY(
        While("publishing", [&] { return session_.PostFile(BatchPath(wanted_.batch), made.answers); }));
    CAIRN_TRY(making->Put());
    return Say(made.stamp, published);
  }

 private:
  Result<> Identify() {
    std::tie(wanted_.model, wanted_.version) = CAIRN_TRY(VersionOf(session_, arguments_.Text("MODEL")));
    wanted_.batch = arguments_.Has("--name") ? arguments_.Text("--name") : wanted_.model;
    wanted_.manifest = CAIRN_TRY(ManifestOf(session_, wanted_.model, wanted_.version));
    version_path_ =
        "/api/v1/models/" + PercentEncode(wanted_.model) + "/versions/" + std::to_string(wanted_.version);
    reference_ = CAIRN_TRY(session_.Get(version_path_ + "/reference"));
    wanted_.reference = reference_.At("columns");
    if (const auto why = reference_.Text("denied"); !why.empty()) return Error{Reason::Denied, why};
    if (limit_ && reference_.Text("data").empty())
      return Error{Reason::Unprocessable,
                   "--max-drift has nothing to compare the inputs with: " + reference_.Text("why") + "."};
    return {};
  }

  void SayWhereItGoesOn(const batch::Batch& making) const {
    if (!making.discarded().empty())
      session_.Note("What was finished before is not used: " + making.discarded() + ".");
    if (making.rows() > 0)
      session_.Note("Goes on behind " + WithThousands(making.rows()) + " rows that are finished.");
  }

  Json DriftOf(const batch::Batch& making) const {
    Json drift = making.Drift();
    drift.Set("data", reference_.At("data"));
    if (reference_.Text("data").empty()) drift.Set("why", reference_.At("why"));
    if (limit_) drift.Set("limit", *limit_);
    return drift;
  }

  Result<int> Refuse(const batch::Batch& making, const Json& drift, const std::string& why) const {
    Json stamp = making.Stamp(drift);
    const Json event = CAIRN_TRY(session_.Post(BatchPath(wanted_.batch) + "/refusals", stamp));
    stamp.Set("published", false);
    stamp.Set("why", why);
    stamp.Set("event", event.At("event"));
    if (session_.PrintedJson(stamp)) return 1;
    ShowDrift(session_, drift);
    session_.Say("Not published: " + why +
                 ".\nThe answers are kept: the same command with --publish-despite-drift REASON publishes "
                 "them without scoring again.");
    return 1;
  }

  Result<int> Say(Json stamp, const Json& published) const {
    stamp.Set("published", true);
    stamp.Set("event", published.At("event"));
    stamp.Set("table", published.At("table"));
    stamp.Set("seconds", seconds_);
    if (session_.PrintedJson(stamp)) return 0;
    ShowDrift(session_, stamp.At("drift"));
    session_.Say("Version " + std::to_string(wanted_.version) + " of " + wanted_.model + " answered " +
                 WithThousands(stamp.Int("rows")) + " rows in " +
                 FormatDuration(static_cast<std::int64_t>(seconds_ * 1000)) + ": " + wanted_.output +
                 "\nOne is looked up by `cairn batch get " + wanted_.batch + " " + Join(wanted_.key, " ") +
                 "`.");
    return 0;
  }

  Session& session_;
  const Arguments& arguments_;
  batch::Wanted wanted_;
  std::optional<double> limit_;
  std::string version_path_;
  Json reference_;
  double seconds_ = 0;
};

Result<int> Make(Session& session, const Arguments& arguments) {
  auto wanted = CAIRN_TRY(WantedIn(arguments));
  return Making(session, arguments, std::move(wanted)).Run();
}

Result<int> Get(Session& session, const Arguments& arguments) {
  const std::string key = batch::KeyText(arguments.All("KEY..."));
  const Json answer = CAIRN_TRY(session.Get(BatchPath(arguments.Text("NAME")) + "/rows/" + key));
  if (session.PrintedJson(answer)) return 0;
  Table table({"column", "value"});
  for (const auto& [name, value] : answer.At("row").members())
    table.Add({name, value.IsString() ? value.AsString() : value.Dump()});
  session.Say(table.Text());
  session.Say("by version " + std::to_string(answer.Int("version")) + " of " + answer.Text("model") +
              ", published at " + answer.Text("published_at"));
  return 0;
}

Result<int> List(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/batches"));
  if (session.PrintedJson(answer)) return 0;
  Table table({"batch", "version", "rows", "key", "published at"});
  for (const Json& one : answer.At("items").items())
    table.Add({one.Text("batch"), one.Text("model") + "/" + std::to_string(one.Int("version")),
               WithThousands(one.Int("rows")), Joined(one.At("key")), one.Text("published_at")});
  session.Say(table.Text("no batch is published"));
  return 0;
}

}  // namespace

std::vector<Command> BatchCommands() {
  return {
      {"batch",
       "Make a version's answers to a whole table ahead, to be looked up by key",
       "Reads Parquet, CSV or JSON lines of any size, a file or a folder of them, and runs the model on this "
       "machine, on every "
       "core. A call that was killed is gone on with by the same command, from what is finished beside the "
       "output (OUT.cairn-batch), to the "
       "same bytes; what was made of another input, version or setting is not used. The output appears "
       "whole, on disk, or not at all, and "
       "names the version that answered; so do look-ups (`cairn batch get`), which the server answers from "
       "the batch that was "
       "published last. Of a model that cairn.yaml binds, versions are taken that a decision lets answer. "
       "Each row needs a key of its own. On the way the inputs are compared with the data "
       "that the version was "
       "trained on (PSI by column); beyond --max-drift nothing is published, and the exit code is 1. All "
       "goes on record (`cairn data where-from`).",
       {{"MODEL",
         "The version, by number or alias: churn@3, churn@champion; churn alone is what its guarded alias "
         "names"}},
       {{"--in", "TABLE", "The rows: a file, a quoted pattern with * for several, or a folder"},
        {"--out", "TABLE", "Where the answers go: .parquet, .csv or .jsonl"},
        {"--key", "COLUMN",
         "The column by whose value an answer is looked up (may be repeated: by all of them together)"},
        {"--keep", "COLUMN", "A column of the rows that goes along (may be repeated)"},
        {"--name", "NAME", "What the batch is called when answers are looked up; otherwise as the model"},
        {"--max-drift", "PSI", "Publish nothing when a column's PSI against the training data is above this"},
        {"--publish-despite-drift", "REASON", "Publish all the same; the reason goes on record"},
        {"--stamped", "TIME",
         "The time that the table names, instead of now: then the same rows give the same bytes"},
        {"--python", "PROGRAM", "The Python that runs the model, instead of the one that cairn.yaml names"},
        {"--permit-code", "", "Load a model also when loading it runs code of its author, in its sandbox"}},
       Make},
      {"batch get",
       "Look one answer of a batch up by its key",
       "",
       {{"NAME", "The batch, as `cairn batch list` has it"},
        {"KEY...", "The value of its key, or of each of the key's columns in order"}},
       {},
       Get},
      {"batch list", "Show the batches that are published", "", {}, {}, List},
  };
}

}  // namespace cairn::cli
