#include "loop/assessment/keeping.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/identity.h"
#include "ledger/metadata/event.h"

namespace cairn::assessment {
namespace {

/// How many of a report's slices or columns of groups were judged.
std::int64_t Judged(const Json& list) {
  const auto& items = list.items();
  return std::count_if(items.begin(), items.end(), [](const Json& one) { return one.Bool("judged", true); });
}
std::int64_t Worse(const Json& list) {
  const auto& items = list.items();
  return std::count_if(items.begin(), items.end(), [](const Json& one) { return one.Bool("worse"); });
}

Json EventBody(const Json& report, const std::string& text) {
  Json body = Json::Object();
  for (const char* name : {"id", "model", "version", "manifest", "on", "suite", "rows", "metric", "value",
                           "low", "high", "threshold_record", "bound"})
    if (const Json* value = report.Find(name)) body.Set(name, *value);
  body.Set("slices_judged", Judged(report.At("slices")))
      .Set("slices_worse", Worse(report.At("slices")))
      .Set("groups_compared", Judged(report.At("fairness")));
  return body.Set("report", crypto::Sha256Hex(text));
}

}  // namespace

Result<Json> Keep(const Assessments::Rooms& rooms, Json report, const Subject& subject,
                  std::string_view actor) {
  const TimeMs now = rooms.clock.Now();
  const std::string id = os::NewUuid(now);
  report.Set("id", id).Set("made_ms", now).Set("actor", actor);
  const std::string model = report.Text("model"), text = report.Dump();
  const std::int64_t version = report.Int("version");
  metadata::Event event{.kind = "evaluation.made",
                        .subject = "model:" + model + "/" + std::to_string(version),
                        .actor = std::string(actor),
                        .cause = "",
                        .body = EventBody(report, text)};
  event.lineage.of = "evaluation:" + id;
  event.lineage.from = {{event.subject, "model"}, {subject.thing, "rows"}};
  const std::string made =
      CAIRN_TRY(rooms.database.Transact([&](sql::Connection& connection) -> Result<std::string> {
        CAIRN_TRY(connection.Run(
            "INSERT INTO assessment (id, model, version, report, made_ms) VALUES ($1, $2, $3, $4, $5)",
            {id, model, version, text, now}));
        return metadata::Append(connection, now, event);
      }));
  return report.Set("event", made);
}

Json LogToRun(const Assessments::Rooms& rooms, const registry::ModelVersion& version, const Json& report) {
  if (version.run_id.empty()) return Json();
  tracking::Runs::Batch batch;
  const Json& on = report.At("on");
  for (const Json& figure : report.At("figures").items()) {
    // A key of MLflow's takes no brackets: what is of one class alone stays in the report.
    const std::string name = figure.Text("name");
    if (!figure.At("value").IsNumber() || name.find('[') != std::string::npos) continue;
    tracking::Metric metric;
    metric.key = "evaluation." + name;
    metric.value = figure.Double("value");
    metric.at_ms = rooms.clock.Now();
    metric.dataset_name = on.Find("dataset") ? on.Text("dataset") : on.Text("file");
    metric.dataset_digest = (on.Find("digest") ? on.Text("digest") : on.Text("sha256")).substr(0, 36);
    batch.metrics.push_back(std::move(metric));
  }
  const auto logged = rooms.tracking.runs.Log(version.run_id, std::move(batch));
  return Json{{"id", version.run_id},
              {"logged", static_cast<bool>(logged)},
              {"why_not", logged ? Json() : Json(logged.error().message)}};
}

Result<std::vector<Json>> Assessments::List(std::string_view model, std::int64_t version) const {
  return rooms_.database.Read([&](sql::Connection& connection) -> Result<std::vector<Json>> {
    std::vector<Json> list;
    const std::int64_t least = version == 0 ? 0 : version, most = version == 0 ? INT64_MAX : version;
    for (const sql::Row& row : CAIRN_TRY(connection.Run(
             "SELECT report FROM assessment WHERE model = $1 AND version >= $2 AND version <= $3 "
             "ORDER BY made_ms DESC, id DESC LIMIT 100",
             {model, least, most}))) {
      const Json whole = CAIRN_TRY(Json::Parse(row.Text(0)));
      Json shown = Json::Object();
      for (const char* name : {"id", "model", "version", "manifest", "made_ms", "actor", "on", "suite",
                               "rows", "metric", "value", "low", "high", "bound"})
        shown.Set(name, whole.At(name));
      list.push_back(std::move(shown));
    }
    return list;
  });
}

Result<Json> Assessments::Find(std::string_view id) const {
  return rooms_.database.Read([&](sql::Connection& connection) -> Result<Json> {
    const auto rows = CAIRN_TRY(connection.Run("SELECT report FROM assessment WHERE id = $1", {id}));
    if (rows.empty())
      return Error{Reason::NotFound,
                   "there is no evaluation '" + std::string(id) + "': `cairn evaluations MODEL` lists them"};
    return Json::Parse(rows.front().Text(0));
  });
}

}  // namespace cairn::assessment
