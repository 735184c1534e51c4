#include "cli/phase_zero.h"
#include "cli/session.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string Amount(const Json& value) {
  if (!value.IsNumber()) return "–";
  const double number = value.AsDouble();
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? WithThousands(whole) : Shown(number);
}

Result<int> Plan(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/costs"));
  const auto& findings = answer.At("findings").items();
  const int code = findings.empty() ? 0 : 1;
  if (session.PrintedJson(answer)) return code;
  const Json &plan = answer.At("plan"), &total = answer.At("total");
  Table table({"run", "ended", "state", "bytes", "seconds", "labels", "of processors", "price"});
  table.Add({"planned for each", "", "", Amount(plan.At("bytes")), Amount(plan.At("seconds")),
             Amount(plan.At("labels")), "", ""});
  for (const Json& run : answer.At("runs").items())
    table.Add({run.Text("run"), FormatUtc(run.Int("at_ms")), run.Text("state"), Amount(run.At("bytes")),
               Amount(run.At("seconds")), Amount(run.At("labels")), Amount(run.At("cpu_seconds")),
               Amount(run.At("price"))});
  table.Add({"all", "", "", Amount(total.At("bytes")), Amount(total.At("seconds")),
             Amount(total.At("labels")), "", Amount(total.At("price"))});
  std::fputs(table.Text().c_str(), stdout);
  for (const Json& finding : findings) session.Say("! " + finding.Text("sentence"));
  const bool planned =
      !plan.At("bytes").IsNull() || !plan.At("seconds").IsNull() || !plan.At("labels").IsNull();
  if (!planned) session.Say("Nothing is planned: say what a run will take, in charter.costs.");
  return code;
}

}  // namespace

std::vector<Command> CostCommands() {
  return {{"cost plan",
           "Hold what each run of the pipeline took against what the charter planned",
           "Bytes and labelled rows of data that came since the run before, and seconds, from the event log "
           "alone. "
           "Exit code 1 when a run is further from charter.costs than its `bound` (25 %) allows.",
           {},
           {},
           Plan}};
}

}  // namespace cairn::cli
