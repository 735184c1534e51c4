#include "cli/catalogue.h"
#include "cli/version_files.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/crypto/hash.h"
#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "loop/serving/file_scoring.h"

namespace cairn::cli {
namespace {

Result<Json> Digests(const std::vector<std::string>& paths) {
  Json list = Json::Array();
  for (const auto& path : paths) list.Push(CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Sha256)).sha256);
  return list;
}

Result<int> Predict(Session& session, const Arguments& arguments) {
  serving::FileScoring wanted{arguments.Text("FILE"), arguments.Text("--output")};
  if (wanted.output.empty())
    return Error{Reason::InvalidArgument, "Say where the answers go: --output answers.parquet"};
  wanted.format = CAIRN_TRY(FormatFor(wanted.output));
  wanted.keep = arguments.All("--keep");
  const auto source = CAIRN_TRY(tables::Source::Open(wanted.input));
  const auto [model, version] = CAIRN_TRY(ReadVersion(session, arguments.Text("MODEL@VERSION")));
  const std::string path = "/api/v1/models/" + PercentEncode(model) + "/versions/" + std::to_string(version);
  const auto files = CAIRN_TRY(VersionHere::Fetch(session, path, arguments));
  const auto loaded = CAIRN_TRY(While("loading the model", [&] { return files.Load(); }));
  const std::int64_t began = os::SteadyNs();
  const std::int64_t rows = CAIRN_TRY(While("scoring", [&] { return serving::ScoreFile(loaded, wanted); }));
  const double seconds = static_cast<double>(os::SteadyNs() - began) / 1e9;
  Json answer{{"model", model},
              {"version", version},
              {"rows", rows},
              {"seconds", seconds},
              {"output", wanted.output}};
  const Json record{{"inputs", CAIRN_TRY(Digests(source.paths()))},
                    {"output", CAIRN_TRY(crypto::HashFile(wanted.output, crypto::Kinds::Sha256)).sha256},
                    {"rows", rows}};
  answer.Set("event", CAIRN_TRY(session.Post(path + "/scored-files", record)).At("event"));
  if (session.PrintedJson(answer)) return 0;
  session.Say("Version " + std::to_string(version) + " of " + model + " answered " + WithThousands(rows) +
              " rows in " + FormatDuration(static_cast<std::int64_t>(seconds * 1000)) + ": " + wanted.output);
  return 0;
}

}  // namespace

std::vector<Command> PredictCommands() {
  return {
      {"predict",
       "Put every row of a file to a version, and write what it answers",
       "Reads CSV, Parquet or JSON lines of any size, and writes the columns kept and one for each output, "
       "row "
       "for row; the columns that the model takes are found by their names. The model runs on this machine, "
       "on "
       "every core. The output appears when it is whole. That it was made, of what and by which version, "
       "goes "
       "on record (`cairn data where-from`). It keeps nothing between calls: `cairn batch` goes on where it "
       "was killed, and has answers looked up by key.",
       {{"MODEL@VERSION", "The version, by number or alias: churn@production, churn@3"},
        {"FILE", "The rows: a file, or a quoted pattern with * for several"}},
       {{"--output", "FILE", "Where the answers go: .parquet, .csv or .jsonl", "o"},
        {"--keep", "COLUMN", "A column of the rows that goes along, such as their key (may be repeated)"},
        {"--python", "PROGRAM", "The Python that runs the model, instead of the one that cairn.yaml names"},
        {"--permit-code", "", "Load a model also when loading it runs code of its author, in its sandbox"}},
       Predict},
  };
}

}  // namespace cairn::cli
