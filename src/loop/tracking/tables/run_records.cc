#include "loop/tracking/tables/run_records.h"

#include <algorithm>
#include <cmath>
#include <map>
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
      std::size_t key;  // The how-manieth key it is: first as they were met, then by name.
      std::int64_t step;
      TimeMs at_ms;
      double value;
    };
    std::vector<Latest> found;
    found.reserve(numbers_.size() * 8);
    std::unordered_map<std::int64_t, std::size_t> places;
    CAIRN_TRY(Each("SELECT run, key, step, at_ms, value, is_nan FROM metric_latest WHERE run IN ",
                   " ORDER BY run", [&](Run& run, const sql::Row& row) {
                     const double value = row.Int(5) != 0 ? std::nan("") : row.Double(4);
                     const auto place = places.try_emplace(row.Int(1), places.size()).first->second;
                     found.push_back({&run, place, row.Int(2), row.Int(3), value});
                   }));
    const auto names = CAIRN_TRY(NamesOf(places));
    std::vector<std::size_t> by_name(places.size());
    for (std::size_t i = 0; i < names.size(); ++i) by_name[names[i].second] = i;
    for (auto& latest : found) latest.key = by_name[latest.key];
    for (auto first = found.begin(); first != found.end();) {
      const auto last =
          std::find_if(first, found.end(), [&](const Latest& latest) { return latest.run != first->run; });
      std::sort(first, last, [](const Latest& a, const Latest& b) { return a.key < b.key; });
      auto& metrics = first->run->metrics;
      metrics.reserve(static_cast<std::size_t>(last - first));
      for (; first != last; ++first) {
        auto& metric = metrics.emplace_back();
        metric.key = names[first->key].first;
        metric.value = first->value;
        metric.at_ms = first->at_ms;
        metric.step = first->step;
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
  /// The names of the keys in order, each with the key's place.
  Result<std::vector<std::pair<std::string, std::size_t>>> NamesOf(
      const std::unordered_map<std::int64_t, std::size_t>& places) {
    std::vector<sql::Value> numbers;
    for (const auto& [number, place] : places) numbers.emplace_back(number);
    std::vector<std::pair<std::string, std::size_t>> names;
    CAIRN_TRY(ForChunks(numbers, [&](Sentence& sentence, const std::string& list) {
      sentence.Add("SELECT name, id FROM metric_key WHERE id IN " + list);
      return sentence.Each(
          connection_, [&](const sql::Row& row) { names.emplace_back(row.Text(0), places.at(row.Int(1))); });
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
