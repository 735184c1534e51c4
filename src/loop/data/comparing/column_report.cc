#include "loop/data/comparing/column_report.h"

#include <cmath>

#include "loop/data/comparing/picture.h"

namespace cairn::data {
namespace {

const char* TypeOf(const ComparedColumn& column) {
  if (std::holds_alternative<comparison::NumberColumn>(column)) return "number";
  return std::holds_alternative<comparison::CategoryColumn>(column) ? "category" : "text";
}

void SetIf(Json& json, const char* name, const std::optional<double>& value) {
  if (value) json.Set(name, *value);
}

Json WordsOf(const std::vector<comparison::MovedWord>& words) {
  Json list = Json::Array();
  for (const auto& word : words) {
    list.Push(Json{{"word", word.word},
                   {"reference_share", word.reference_share},
                   {"current_share", word.current_share},
                   {"p_value", word.p_value}});
  }
  return list;
}

Json ColumnOf(const comparison::ColumnDrift& drift, LookedAt& looked) {
  const comparison::MethodFacts& facts = comparison::FactsOf(drift.method);
  const bool compared = !std::isnan(drift.score);
  Json column{{"column", drift.column},
              {"type", looked.type},
              {"method", compared ? Json(facts.name) : Json()},
              {"shown", compared ? Json(facts.shown) : Json()},
              {"score", compared ? Json(drift.score) : Json()},
              {"threshold", compared ? Json(drift.threshold) : Json()},
              {"drifted", drift.drifted},
              {"judged", drift.judged},
              {"sentence", drift.sentence},
              {"reference", Json{{"rows", drift.reference_rows}, {"missing", drift.missing.reference}}},
              {"current", Json{{"rows", drift.current_rows}, {"missing", drift.missing.current}}}};
  SetIf(column, "p_value", drift.p_value);
  SetIf(column, "adjusted_p_value", drift.adjusted_p_value);
  SetIf(column, "missing_p_value", drift.missing_p_value);
  SetIf(column, "missing_adjusted_p_value", drift.missing_adjusted_p_value);
  SetIf(column, "share_moved", drift.share_moved);
  SetIf(column, "shift", drift.shift);
  if (looked.personal) column.Set("personal", true);
  if (!drift.words.empty() && !looked.personal) column.Set("words", WordsOf(drift.words));
  if (looked.error_bound) column.Set("approximate", true).Set("error_bound", *looked.error_bound);
  // The picture of texts is one of their lengths; those of the others carry values.
  if (looked.personal && looked.type != "text") looked.picture = Json();
  return column.Set("picture", std::move(looked.picture));
}

Json Names(const std::vector<std::string>& names) { return Json::Array({names.begin(), names.end()}); }

}  // namespace

LookedAt LookAt(const comparison::Policy& policy, const ComparedColumn& column) {
  return std::visit(
      [&](const auto& one) {
        return LookedAt{comparison::Look(policy, one), TypeOf(column), PictureOf(one)};
      },
      column);
}

Json ReportOf(const comparison::Policy& policy, const ReportFrame& frame, std::vector<LookedAt> columns) {
  std::vector<comparison::ColumnDrift> drifts;
  for (LookedAt& looked : columns) drifts.push_back(std::move(looked.drift));
  const comparison::TableDrift table = comparison::Conclude(policy, std::move(drifts));
  Json list = Json::Array();
  for (std::size_t i = 0; i < columns.size(); ++i) list.Push(ColumnOf(table.columns[i], columns[i]));
  Json report{{"format", 1},
              {"policy", comparison::NameOf(policy.kind)},
              {"approximate", frame.approximate},
              {"level", policy.kind == comparison::Policy::Kind::Cairn ? Json(policy.level) : Json()},
              {"reference", Json{{"name", frame.reference_name}, {"rows", frame.reference_rows}}},
              {"current", Json{{"name", frame.current_name}, {"rows", frame.current_rows}}},
              {"drifted", table.drifted || !frame.missing_columns.empty()},
              {"drifted_columns", table.drifted_columns},
              {"unjudged_columns", table.unjudged_columns},
              {"compared_columns", columns.size()},
              {"drifted_share", table.drifted_share},
              {"missing_columns", Names(frame.missing_columns)},
              {"new_columns", Names(frame.new_columns)},
              {"left_out", frame.left_out}};
  return report.Set("columns", std::move(list));
}

}  // namespace cairn::data
