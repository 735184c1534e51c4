#include "loop/tracking/tables/run_table.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "loop/tracking/sentence.h"

namespace cairn::tracking {

std::int64_t NewRunNumber(TimeMs now) {
  // 2020-01-01 in milliseconds; eight bits below leave room for runs of one millisecond, and the whole stays
  // within 47 bits for 250 years.
  constexpr TimeMs kBegin = 1'577'836'800'000;
  static std::atomic<std::int64_t> last{0};
  const auto from_time = std::max<std::int64_t>(now - kBegin, 1) << 8;
  auto previous = last.load();
  while (!last.compare_exchange_weak(previous, std::max(previous + 1, from_time))) {
  }
  return std::max(previous + 1, from_time);
}

StoredRun RunOf(const sql::Row& row) {
  StoredRun run;
  run.number = row.Int(0);
  run.info.id = row.Text(1);
  run.info.experiment = row.Int(2);
  run.info.name = row.Text(3);
  run.info.user = row.Text(4);
  run.info.status = RunStatusOf(row.Text(5)).value_or(RunStatus::Running);
  run.info.start_ms = row.Int(6);
  if (!row.IsNull(7)) run.info.end_ms = row.Int(7);
  run.info.artifact_uri = row.Text(8);
  run.info.deleted = row.Int(9) != 0;
  return run;
}

Result<> InsertRun(sql::Connection& connection, const StoredRun& run) {
  const auto& info = run.info;
  CAIRN_TRY(connection.Run(
      "INSERT INTO run (number, id, experiment, name, user_name, status, start_ms, end_ms, artifact_uri, "
      "deleted) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {run.number, info.id, info.experiment, info.name, info.user, NameOf(info.status), info.start_ms,
       info.end_ms ? sql::Value(*info.end_ms) : sql::Value(), info.artifact_uri, info.deleted}));
  return {};
}

Result<StoredRun> ReadRun(sql::Connection& connection, std::string_view id) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT r.number, r.id, r.experiment, r.name, r.user_name, r.status, "
                               "r.start_ms, r.end_ms, r.artifact_uri, r.deleted "
                               "FROM run r WHERE r.id = $1",
                               {id}));
  if (rows.empty()) return Error{Reason::NotFound, "Run with id=" + std::string(id) + " not found"};
  return RunOf(rows.front());
}

Result<StoredRun> ReadActiveRun(sql::Connection& connection, std::string_view id) {
  auto run = CAIRN_TRY(ReadRun(connection, id));
  if (!run.info.deleted) return run;
  return Error{Reason::InvalidArgument,
               "The run " + std::string(id) +
                   " must be in the 'active' state. Current state is deleted; restore it first."};
}

Result<> UpdateRun(sql::Connection& connection, const StoredRun& run) {
  const auto& info = run.info;
  CAIRN_TRY(
      connection.Run("UPDATE run SET name = $2, status = $3, end_ms = $4, deleted = $5 WHERE number = $1",
                     {run.number, info.name, NameOf(info.status),
                      info.end_ms ? sql::Value(*info.end_ms) : sql::Value(), info.deleted}));
  return {};
}

Result<> MarkRunsOf(sql::Connection& connection, ExperimentId experiment, bool deleted) {
  CAIRN_TRY(connection.Run("UPDATE run SET deleted = $2 WHERE experiment = $1", {experiment, deleted}));
  return {};
}

Result<> InsertParams(sql::Connection& connection, const StoredRun& run, std::span<const Param> params) {
  if (params.empty()) return {};
  std::vector<sql::Value> rows, keys;
  std::unordered_map<std::string_view, std::string_view> wanted;
  for (const auto& param : params) {
    rows.insert(rows.end(), {run.number, param.key, param.value, run.info.experiment});
    keys.emplace_back(param.key);
    wanted[param.key] = param.value;
  }
  CAIRN_TRY(connection.InsertRows("INSERT INTO run_param (run, key, value, experiment)", 4, rows,
                                  "ON CONFLICT (run, key) DO NOTHING"));
  return ForChunks(keys, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT key, value FROM run_param WHERE run = " + sentence.Bind(run.number) +
                 " AND key IN " + list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) {
      const auto value = wanted[row.Text(0)];
      if (value == row.Text(1)) continue;
      return Error{Reason::InvalidArgument, "Changing param values is not allowed. Param with key='" +
                                                row.Text(0) + "' was already logged with value='" +
                                                row.Text(1) + "' in this run; the new value is '" +
                                                std::string(value) +
                                                "'. Log it under another key or in another run."};
    }
    return {};
  });
}

Result<> UpsertTags(sql::Connection& connection, std::int64_t run, std::span<const Tag> tags) {
  if (tags.empty()) return {};
  std::unordered_map<std::string_view, const Tag*> last;
  for (const auto& tag : tags) last[tag.key] = &tag;
  std::vector<sql::Value> rows;
  for (const auto& tag : tags) {
    if (last[tag.key] == &tag) rows.insert(rows.end(), {run, tag.key, tag.value});
  }
  return connection.InsertRows("INSERT INTO run_tag (run, key, value)", 3, rows,
                               "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value");
}

Result<bool> EraseTag(sql::Connection& connection, std::int64_t run, std::string_view key) {
  const auto rows =
      CAIRN_TRY(connection.Run("DELETE FROM run_tag WHERE run = $1 AND key = $2 RETURNING key", {run, key}));
  return !rows.empty();
}

Result<std::string> ReadTag(sql::Connection& connection, std::int64_t run, std::string_view key) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT value FROM run_tag WHERE run = $1 AND key = $2", {run, key}));
  return rows.empty() ? std::string() : rows.front().Text(0);
}

}  // namespace cairn::tracking
