#include "loop/tracking/search/run_question.h"

#include <algorithm>
#include <set>

#include "ground/query/query.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/sentence.h"

namespace cairn::tracking {
namespace {

Result<RunOrder> ReadOrder(const std::string& written) {
  auto term = query::ParseOrder(written);
  if (!term) return InOrder(written, term.error());
  const auto entity = EntityOf(term->name.prefix);
  if (!entity || *entity == Entity::Dataset) {
    return InOrder(written, UnknownPrefix(term->name, "metrics, params, tags, attributes"));
  }
  return RunOrder{written, *std::move(term), *entity};
}

Result<std::vector<RunOrder>> ReadOrders(const std::vector<std::string>& order_by) {
  std::vector<RunOrder> orders;
  std::set<std::string> seen;
  for (const auto& written : order_by) {
    auto order = CAIRN_TRY(ReadOrder(written));
    const auto& name = order.term.name;
    const auto function = name.function == "last" ? "" : name.function;
    if (!seen.insert(function + "(" + std::to_string(static_cast<int>(order.entity)) + name.key).second) {
      return Error{Reason::InvalidArgument, "`order_by` contains duplicate fields: '" + written + "'."};
    }
    orders.push_back(std::move(order));
  }
  return orders;
}

void CollectKeys(const query::Condition& condition, std::set<std::string>& keys) {
  for (const auto& part : condition.parts) CollectKeys(part, keys);
  if (condition.kind != query::Condition::Kind::Comparison) return;
  const auto& name = condition.comparison.name;
  if (EntityOf(name.prefix) == Entity::Metric) keys.insert(name.key);
}

std::set<std::string> KeysOf(const query::Condition& filter, const std::vector<RunOrder>& orders) {
  std::set<std::string> keys;
  CollectKeys(filter, keys);
  for (const auto& order : orders) {
    if (order.entity == Entity::Metric) keys.insert(order.term.name.key);
  }
  return keys;
}

}  // namespace

Result<RunQuestion> ReadQuestion(sql::Connection& connection, Runs::Search search) {
  auto& experiments = search.experiments;
  std::sort(experiments.begin(), experiments.end());
  experiments.erase(std::unique(experiments.begin(), experiments.end()), experiments.end());
  auto filter = CAIRN_TRY(ReadFilter(search.filter));
  auto order = CAIRN_TRY(ReadOrders(search.order_by));
  RunQuestion question{std::move(search), std::move(filter), std::move(order), {}};
  CAIRN_TRY(question.keys.Read(connection, KeysOf(question.filter, question.order)));
  return question;
}

Result<bool> NamesMetrics(const Runs::Search& search) {
  const auto filter = CAIRN_TRY(ReadFilter(search.filter));
  const auto order = CAIRN_TRY(ReadOrders(search.order_by));
  return !KeysOf(filter, order).empty();
}

}  // namespace cairn::tracking
