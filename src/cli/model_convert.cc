#include <cstdio>

#include "cli/conversion_view.h"
#include "cli/rows_named.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

/// A version that is there, or a document that becomes one first.
Result<std::pair<std::string, std::int64_t>> VersionFor(Session& session, const Arguments& arguments) {
  const std::string what = arguments.Text("WHAT");
  if (!arguments.Has("--to")) {
    if (what.find('@') == what.npos && os::Exists(what))
      return Error{Reason::InvalidArgument,
                   "say which model '" + what + "' becomes a version of: --to MODEL"};
    return ReadVersion(session, what);
  }
  const auto added =
      CAIRN_TRY(session.Post("/api/v1/models/" + PercentEncode(arguments.Text("--to")) + "/documents",
                             Json{{"file", CAIRN_TRY(os::RealPath(what))}}));
  return std::pair(added.Text("model"), CAIRN_TRY(ParseInt(added.Text("version"))));
}

Result<int> Convert(Session& session, const Arguments& arguments) {
  const auto [model, version] = CAIRN_TRY(VersionFor(session, arguments));
  Json body = Json::Object();
  if (arguments.Has("--on")) CAIRN_TRY(SetRows(body, arguments.Text("--on")));
  const std::string path =
      "/api/v1/models/" + PercentEncode(model) + "/versions/" + std::to_string(version) + "/convert";
  const auto made =
      While("writing it as ONNX and comparing the answers", [&] { return session.Post(path, body); });
  if (!made && arguments.Has("--to"))
    return Error{made.error().reason, made.error().message + " The document itself is version " +
                                          std::to_string(version) + " of '" + model +
                                          "', which workers can run where it can be read."};
  if (!made) return made.error();
  if (session.PrintedJson(*made)) return 0;
  session.Say(ConversionSentence(*made) + "\n");
  Table table({"rows", "what", "largest difference", "relative"});
  for (const Json& on : made->At("parity").items())
    table.Add({WithThousands(on.Int("rows")), on.Text("what"), Shown(on.Double("largest_difference")),
               Shown(on.Double("largest_relative_difference"))});
  std::fputs(table.Text().c_str(), stdout);
  session.Say("\nIt runs in the process, without Python. To have it answer: cairn model consider " + model +
              " " + made->Text("version"));
  return 0;
}

}  // namespace

std::string ConversionSentence(const Json& proof) {
  return "Version " + proof.Text("version") + " of " + proof.Text("model") + " is version " +
         proof.At("from").Text("version") + " as ONNX, by " + proof.Text("how") +
         "; both answered the same on " + WithThousands(proof.Int("rows")) + " rows (within " +
         Shown(proof.At("tolerance").Double("absolute")) + " + " +
         Shown(proof.At("tolerance").Double("relative")) + " of the value; classes equal).";
}

std::vector<Command> ConvertCommands() {
  return {
      {"model convert",
       "Make a version that only Python can run one that runs in the process, as ONNX, and prove that it "
       "answers the same",
       "Its own Python writes it in a sandbox without network: scikit-learn by skl2onnx; boosted trees of "
       "XGBoost, LightGBM and scikit-learn and the models of a PMML document (RegressionModel, "
       "TreeModel, MiningModel) one for one. Both then answer the same rows: the input "
       "example, rows at the thresholds of its trees, and up to 10,000 of a file or a data set's training "
       "part (unless named, the one the model is bound to). Where one answer differs nothing is "
       "registered, and the worker goes on serving the original. Otherwise the conversion is the next "
       "version, with its proof in its files and on record.",
       {{"WHAT", "The version, by number or alias: churn@3; or, with --to, a file of PMML"}},
       {{"--to", "MODEL", "Register the file as the next version of this model first"},
        {"--on", "ROWS", "DATASET or DATASET@VERSION, or a file (a quoted pattern for several)"}},
       Convert}};
}

}  // namespace cairn::cli
