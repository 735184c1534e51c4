#include <cmath>
#include <cstdio>

#include "cli/catalogue.h"
#include "cli/exp_follow.h"
#include "cli/exp_view.h"
#include "cli/page_file.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/text.h"
#include "loop/evaluation/report_page.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kShares = "10%,20%,40%,70%,100%";

/// "25%" and "0.25" are the same.
Result<double> ShareIn(std::string_view text) {
  text = Trim(text);
  const bool percent = text.ends_with('%');
  const auto number = ParseDouble(percent ? text.substr(0, text.size() - 1) : text);
  const double share = number ? *number / (percent ? 100 : 1) : 0;
  if (share > 0 && share <= 1) return share;
  return Error{Reason::InvalidArgument,
               "'" + std::string(text) + "' is no share: --shares takes such as 10%,25%,50%,100%"};
}

/// What the trials set: each share in each draw; of all rows there is but one draw.
Result<std::string> AxisOf(const Arguments& arguments) {
  std::int64_t draws = 3;
  if (arguments.Has("--draws")) draws = CAIRN_TRY(ParseInt(arguments.Text("--draws")));
  if (draws < 1 || draws > 1000) return Error{Reason::InvalidArgument, "--draws must be between 1 and 1000"};
  std::string values;
  std::size_t count = 0;
  const std::string shares = arguments.Has("--shares") ? arguments.Text("--shares") : std::string(kShares);
  for (const auto part : Split(shares, ',')) {
    const double share = CAIRN_TRY(ShareIn(part));
    ++count;
    for (std::int64_t draw = 1; draw <= (share == 1 ? 1 : draws); ++draw)
      values += (values.empty() ? "" : ",") + Json(share).Dump() + "/" + std::to_string(draw);
  }
  if (count < 3)
    return Error{Reason::InvalidArgument, "--shares must name three shares or more: a curve needs them"};
  return arguments.Text("FILE") + ":@share=" + values;
}

std::string RowsShown(const Json& of) { return WithThousands(std::llround(of.Double("rows"))); }

std::string Interval(const Json& of) {
  if (!of.At("low").IsNumber()) return "";
  return Shown(of.Double("low")) + " to " + Shown(of.Double("high"));
}

void Show(const Session& session, const Json& curve) {
  Table table({"rows", "trainings", curve.Text("metric"), "interval"});
  for (const Json& one : curve.At("points").items())
    table.Add(
        {RowsShown(one), std::to_string(one.Int("trainings")), Shown(one.Double("value")), Interval(one)});
  std::fputs(table.Text("").c_str(), stdout);
  const std::string verdict = curve.Text("verdict");
  session.Say("Would more data help? " +
              (verdict == "unclear" ? "Unclear"
               : verdict == "yes"   ? std::string("Yes")
                                    : std::string("No")) +
              ": " + curve.Text("reason") + ".");
  if (curve.Int("missing") > 0)
    session.Note(std::to_string(curve.Int("missing")) + " trials have not finished and do not count");
}

Result<int> Finish(Session& session, const Arguments& arguments, const std::string& sweep) {
  std::string path = std::string(kSweeps) + "/" + PercentEncode(sweep) +
                     "/curve?metric=" + PercentEncode(arguments.Text("--metric"));
  if (arguments.Has("--better")) path += "&better=" + PercentEncode(arguments.Text("--better"));
  if (arguments.Has("--worth")) path += "&worth=" + PercentEncode(arguments.Text("--worth"));
  const Json curve = CAIRN_TRY(session.Get(path));
  if (arguments.Has("--report")) {
    CAIRN_TRY(WritePage(arguments.Text("--report"), evaluation::CurvePage(curve)));
    session.Note("written to " + arguments.Text("--report"));
  }
  if (!session.PrintedJson(curve)) Show(session, curve);
  return 0;
}

Result<int> Curve(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--metric"))
    return Error{Reason::InvalidArgument, "say which figure of the metrics files counts: --metric NAME"};
  CAIRN_TRY(CheckPageFile(arguments.Text("--report")));
  if (arguments.Has("--sweep")) return Finish(session, arguments, arguments.Text("--sweep"));
  if (arguments.Text("FILE").empty())
    return Error{
        Reason::InvalidArgument,
        "name the file that a stage trains on, such as data/train.csv (or, to judge trials again, their "
        "--sweep)"};
  std::int64_t jobs = 1;
  if (arguments.Has("--jobs")) jobs = CAIRN_TRY(ParseInt(arguments.Text("--jobs")));
  const std::string project = CAIRN_TRY(os::WorkingFolder());
  Json set = Json::Array();
  set.Push(CAIRN_TRY(AxisOf(arguments)));
  os::StopSignals signals;  // Before the first thread is started.
  const Json asked =
      CAIRN_TRY(session.Post(kSweeps, Json{{"project_dir", project}, {"set", std::move(set)}}));
  const std::string sweep = asked.Text("id");
  session.Note("sweep " + sweep + ": " + std::to_string(asked.At("trials").Int("queued")) + " trainings");
  const Followed followed = CAIRN_TRY(FollowTrials(session, project, sweep, jobs, signals));
  if (followed.interrupted) {
    session.Note("`cairn exp queue start` goes on, and `cairn exp curve --sweep " + sweep + "` judges then");
    return followed.code();
  }
  const int code = CAIRN_TRY(Finish(session, arguments, sweep));
  return code != 0 ? code : followed.code();
}

}  // namespace

std::vector<Command> ExpCurveCommands() {
  return {{"exp curve",
           "Train on growing shares of a file's rows, and say whether more data would help",
           "Each share is a trial (see `exp run`): the stages behind FILE run in a copy in which it holds "
           "only those "
           "rows; a larger share contains a smaller one of the same draw. FILE may be given or made by a "
           "stage; let "
           "the test rows stand in another file. A power law is fitted to what the trials came to; more data "
           "helps "
           "when the interval of what twice the rows would bring is worth it. CSV and JSON lines. Exit code "
           "1 when "
           "a trial failed.",
           {{"FILE", "What is trained on, such as data/train.csv", Positional::Need::Optional}},
           {{"--metric", "NAME", "The figure that counts, from the metrics files"},
            {"--better", "WAY", "higher or lower, where the figure's name does not say"},
            {"--shares", "LIST", "Shares of the rows (10%,20%,40%,70%,100%)"},
            {"--draws", "N", "How often each share is drawn anew, for intervals (3)"},
            {"--worth", "NUMBER", "The smallest gain that matters (a hundredth of the figure)"},
            {"--jobs", "N", "So many trials at the same time (1)"},
            {"--sweep", "ID", "Judge the trials of an earlier call again instead"},
            {"--report", "FILE", "Write a page with the curve there"}},
           Curve}};
}

}  // namespace cairn::cli
