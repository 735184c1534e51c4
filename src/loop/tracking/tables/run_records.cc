#include "loop/tracking/tables/run_records.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "loop/tracking/sentence.h"

namespace cairn::tracking {
namespace {

/// Fills runs in bulk: each method one sentence for a chunk of them.
class Filler {
 public:
  Filler(sql::Connection& connection, std::span<const StoredRun> stored, std::vector<Run>& runs)
      : connection_(connection) {
    for (std::size_t i = 0; i < stored.size(); ++i) {
      by_number_[stored[i].number] = &runs[i];
      numbers_.emplace_back(stored[i].number);
    }
  }

  Result<> Metrics() {
    struct Latest {
      Run* run;
      std::int64_t key, step;
      TimeMs at_ms;
      double value;
    };
    std::vector<Latest> found;
    found.reserve(numbers_.size() * 8);
    std::set<std::int64_t> keys;
    CAIRN_TRY(Each("SELECT run, key, step, at_ms, value, is_nan FROM metric_latest WHERE run IN ", "",
                   [&](Run& run, const sql::Row& row) {
                     const double value = row.Int(5) != 0 ? std::nan("") : row.Double(4);
                     found.push_back({&run, row.Int(1), row.Int(2), row.Int(3), value});
                     keys.insert(found.back().key);
                   }));
    const auto names = CAIRN_TRY(NamesOf(keys));
    std::unordered_map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < names.size(); ++i) places[names[i].second] = i;
    for (auto& latest : found) latest.key = static_cast<std::int64_t>(places[latest.key]);
    std::sort(found.begin(), found.end(), [](const Latest& a, const Latest& b) {
      return a.run != b.run ? std::less<>()(a.run, b.run) : a.key < b.key;
    });
    for (std::size_t at = 0, end = 0; at < found.size(); at = end) {
      while (end < found.size() && found[end].run == found[at].run) ++end;
      auto& metrics = found[at].run->metrics;
      metrics.reserve(end - at);
      for (std::size_t i = at; i < end; ++i) {
        auto& metric = metrics.emplace_back();
        metric.key = names[static_cast<std::size_t>(found[i].key)].first;
        metric.value = found[i].value;
        metric.at_ms = found[i].at_ms;
        metric.step = found[i].step;
      }
    }
    return {};
  }

  Result<> Params() {
    return Each("SELECT run, key, value FROM run_param WHERE run IN ", " ORDER BY run, key",
                [](Run& run, const sql::Row& row) {
                  run.params.push_back({row.Text(1), row.Text(2)});
                });
  }

  Result<> Tags() {
    return Each("SELECT run, key, value FROM run_tag WHERE run IN ", " ORDER BY run, key",
                [](Run& run, const sql::Row& row) {
                  run.tags.push_back({row.Text(1), row.Text(2)});
                });
  }

  Result<> Inputs() {
    std::map<std::tuple<const Run*, std::string, std::string>, std::size_t> places;
    CAIRN_TRY(Each(
        "SELECT i.run, d.name, d.digest, d.source_type, d.source, d.schema_text, d.profile FROM run_input i "
        "JOIN input_dataset d ON d.experiment = i.experiment AND d.name = i.name AND d.digest = i.digest "
        "WHERE i.run IN ",
        " ORDER BY i.run, i.name, i.digest", [&](Run& run, const sql::Row& row) {
          DatasetInput input;
          input.dataset = {row.Text(1), row.Text(2), row.Text(3), row.Text(4), std::nullopt, std::nullopt};
          if (!row.IsNull(5)) input.dataset.schema = row.Text(5);
          if (!row.IsNull(6)) input.dataset.profile = row.Text(6);
          places[{&run, row.Text(1), row.Text(2)}] = run.inputs.size();
          run.inputs.push_back(std::move(input));
        }));
    if (places.empty()) return {};
    return Each("SELECT run, name, digest, key, value FROM run_input_tag WHERE run IN ", " ORDER BY run, key",
                [&](Run& run, const sql::Row& row) {
                  const auto place = places.find({&run, row.Text(1), row.Text(2)});
                  if (place != places.end())
                    run.inputs[place->second].tags.push_back({row.Text(3), row.Text(4)});
                });
  }

  Result<> Models(InputModels input_models) {
    return Each("SELECT run, made, model, step FROM run_model WHERE run IN ", " ORDER BY run, step, model",
                [&](Run& run, const sql::Row& row) {
                  if (row.Int(1) != 0) {
                    run.outputs.push_back({row.Text(2), row.Int(3)});
                  } else if (input_models == InputModels::Read) {
                    run.input_models.push_back(row.Text(2));
                  }
                });
  }

 private:
  /// In order.
  Result<std::vector<std::pair<std::string, std::int64_t>>> NamesOf(const std::set<std::int64_t>& keys) {
    const std::vector<sql::Value> numbers(keys.begin(), keys.end());
    std::vector<std::pair<std::string, std::int64_t>> names;
    CAIRN_TRY(ForChunks(numbers, [&](Sentence& sentence, const std::string& list) {
      sentence.Add("SELECT name, id FROM metric_key WHERE id IN " + list);
      return sentence.Each(connection_,
                           [&](const sql::Row& row) { names.emplace_back(row.Text(0), row.Int(1)); });
    }));
    std::sort(names.begin(), names.end());
    return names;
  }

  template <class Take>
  Result<> Each(std::string_view head, std::string_view tail, Take take) {
    return ForChunks(numbers_, [&](Sentence& sentence, const std::string& list) -> Result<> {
      sentence.Add(head);
      sentence.Add(list);
      sentence.Add(tail);
      // Rows of one run come one after the other.
      std::int64_t number = -1;
      Run* run = nullptr;
      return sentence.Each(connection_, [&](const sql::Row& row) {
        if (row.Int(0) != number) {
          number = row.Int(0);
          run = by_number_[number];
        }
        take(*run, row);
      });
    });
  }

  sql::Connection& connection_;
  std::unordered_map<std::int64_t, Run*> by_number_;
  std::vector<sql::Value> numbers_;
};

}  // namespace

Result<std::vector<Run>> ReadRecords(sql::Connection& connection, std::vector<StoredRun> stored,
                                     InputModels input_models) {
  std::vector<Run> runs(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) runs[i].info = std::move(stored[i].info);
  Filler filler(connection, stored, runs);
  CAIRN_TRY(filler.Metrics());
  CAIRN_TRY(filler.Params());
  CAIRN_TRY(filler.Tags());
  CAIRN_TRY(filler.Inputs());
  CAIRN_TRY(filler.Models(input_models));
  return runs;
}

}  // namespace cairn::tracking
