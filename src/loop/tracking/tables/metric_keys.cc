#include "loop/tracking/tables/metric_keys.h"

#include <set>

#include "loop/tracking/sentence.h"

namespace cairn::tracking {
namespace {

constexpr std::size_t kRemembered = 200'000;
using Numbers = std::unordered_map<std::string, std::int64_t>;

Result<> ReadNumbers(sql::Connection& connection, const std::set<std::string_view>& keys, Numbers& numbers) {
  std::vector<sql::Value> names(keys.begin(), keys.end());
  return ForChunks(names, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT name, id FROM metric_key WHERE name IN " + list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) numbers[row.Text(0)] = row.Int(1);
    return {};
  });
}

Result<Numbers> Number(sql::Connection& connection, const std::set<std::string_view>& keys) {
  Numbers numbers;
  CAIRN_TRY(ReadNumbers(connection, keys, numbers));
  if (numbers.size() == keys.size()) return numbers;
  // Two writers may pick the same next number: the one that comes second finds its row not written, and picks
  // again.
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto next = CAIRN_TRY(connection.Run("SELECT COALESCE(MAX(id), 0) + 1 FROM metric_key")).front().Int(0);
    std::vector<sql::Value> rows;
    for (const auto key : keys) {
      if (!numbers.contains(std::string(key))) rows.insert(rows.end(), {next++, key});
    }
    CAIRN_TRY(connection.InsertRows("INSERT INTO metric_key (id, name)", 2, rows, "ON CONFLICT DO NOTHING"));
    CAIRN_TRY(ReadNumbers(connection, keys, numbers));
    if (numbers.size() == keys.size()) return numbers;
  }
  return Error{Reason::Unavailable,
               "New metric keys could not be numbered because others kept adding some; try again."};
}

}  // namespace

void MetricKeys::Of(std::span<const Metric> metrics, Taker done) {
  std::vector<std::int64_t> known(metrics.size());
  if (Known(metrics, known)) return done(std::move(known));
  std::set<std::string_view> keys;
  for (const auto& metric : metrics) keys.insert(metric.key);
  const auto number = [keys = std::move(keys)](sql::Connection& connection) {
    return Number(connection, keys);
  };
  database_.TransactThen(number, [this, metrics, done = std::move(done)](const Result<Numbers>& learnt) {
    if (!learnt) return done(learnt.error());
    Remember(*learnt);
    std::vector<std::int64_t> numbers(metrics.size());
    if (Known(metrics, numbers)) return done(std::move(numbers));
    done(Error{Reason::Unavailable, "Metric keys were forgotten while they were being used; try again."});
  });
}

bool MetricKeys::Known(std::span<const Metric> metrics, std::vector<std::int64_t>& numbers) const {
  const std::shared_lock lock(mutex_);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const auto found = known_.find(std::string_view(metrics[i].key));
    if (found == known_.end()) return false;
    numbers[i] = found->second;
  }
  return true;
}

void MetricKeys::Remember(const Numbers& numbers) {
  const std::unique_lock lock(mutex_);
  if (known_.size() > kRemembered) known_.clear();
  known_.insert(numbers.begin(), numbers.end());
}

}  // namespace cairn::tracking
