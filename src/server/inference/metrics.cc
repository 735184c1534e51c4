#include "server/inference/metrics.h"

#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::inference {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

void AppendLabels(std::string& out, const Labels& labels) {
  char before = '{';
  for (const auto& [name, value] : labels) {
    out += std::exchange(before, ',');
    out += name + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    out += '"';
  }
  out += labels.empty() ? "" : "}";
}

/// One family of figures; nothing when it has no member.
class Family {
 public:
  Family(std::string& out, std::string name, const char* kind, const char* help)
      : out_(out), name_(std::move(name)) {
    head_ = "# HELP " + name_ + " " + help + "\n# TYPE " + name_ + " " + kind + "\n";
  }
  void Add(const Labels& labels, double value) {
    out_ += std::exchange(head_, "") + name_;
    AppendLabels(out_, labels);
    out_ += " " + ShortestText(value) + "\n";
  }

 private:
  std::string& out_;
  const std::string name_;
  std::string head_;
};

void AddRequests(std::string& out, const serving::ServiceState& state) {
  const Labels model = {{"model", state.model}};
  const auto count = [&](const char* name, const char* help, std::int64_t value) {
    Family(out, std::string("cairn_serving_") + name + "_total", "counter", help)
        .Add(model, static_cast<double>(value));
  };
  count("requests", "Requests answered.", state.requests);
  count("rows", "Rows answered.", state.rows);
  count("rejected_requests", "Requests refused for their content.", state.rejected);
  count("unlogged_requests", "Answered requests that the prediction log had no room for.", state.lost);
  Family fallbacks(out, "cairn_serving_fallbacks_total", "counter", "Requests answered by a fallback.");
  for (const auto& one : state.fallback)
    fallbacks.Add({{"model", state.model}, {"link", std::string(NameOf(one.link))}},
                  static_cast<double>(one.requests));
}

void AddRules(std::string& out, const serving::ServiceState& state) {
  Family answers(out, "cairn_serving_broken_outputs_total", "counter",
                 "Answers that broke a rule about outputs, and were not given.");
  for (const auto& one : state.broken)
    answers.Add({{"model", state.model}, {"rule", one.rule}}, static_cast<double>(one.requests));
  Family rows(out, "cairn_serving_broken_output_rows_total", "counter",
              "Rows that broke a rule about outputs.");
  for (const auto& one : state.broken)
    rows.Add({{"model", state.model}, {"rule", one.rule}}, static_cast<double>(one.rows));
}

void AddMemory(std::string& out, const serving::ServiceState& state) {
  Family versions(out, "cairn_serving_memory_bytes", "gauge", "Memory of each loaded version.");
  for (const auto& one : state.memory)
    versions.Add({{"model", state.model}, {"version", std::to_string(one.version)}, {"role", one.role}},
                 static_cast<double>(one.bytes));
  Family(out, "cairn_serving_memory_cap_bytes", "gauge", "serving.memory; 0 for none.")
      .Add({{"model", state.model}}, static_cast<double>(state.memory_cap));
  Family(out, "cairn_serving_evicted_versions_total", "counter", "Versions that made room for others.")
      .Add({{"model", state.model}}, static_cast<double>(state.evicted));
}

std::string Exposition(const serving::ServiceState& state) {
  std::string out;
  AddRequests(out, state);
  AddRules(out, state);
  AddMemory(out, state);
  return out;
}

}  // namespace

void MountMetrics(http::Router& router, serving::Service& service) {
  router.Get("/metrics", [&service](const http::Request&) {
    return http::Response::Text(200, Exposition(service.state()), "text/plain; version=0.0.4; charset=utf-8");
  });
}

}  // namespace cairn::inference
