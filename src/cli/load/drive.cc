#include "cli/load/drive.h"

#include <atomic>
#include <thread>

#include "ground/os/clock.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli::load {
namespace {

constexpr std::size_t kLongestSentence = 300;

/// The sentence in which a server says what is wrong, in the forms that ours and others have.
std::string SentenceOf(const std::string& body) {
  const auto json = Json::Parse(body);
  for (const char* member : {"error", "message", "detail"})
    if (json && !json->Text(member).empty()) return json->Text(member).substr(0, kLongestSentence);
  return body.substr(0, kLongestSentence);
}

class Share {
 public:
  Share(const fetch::Outgoing& request, std::int64_t until_ns, std::atomic<std::int64_t>& left)
      : request_(request), until_ns_(until_ns), left_(left) {}

  void Run() {
    while (os::SteadyNs() < until_ns_ && left_.fetch_sub(1) > 0) Send();
  }
  void AddTo(Outcome& all) const {
    all.answered.Merge(answered_);
    for (const auto& [kind, failure] : failures_) {
      auto& known = all.failures[kind];
      if (known.count == 0) known.first = failure.first;
      known.count += failure.count;
    }
  }

 private:
  void Send() {
    const std::int64_t began = os::SteadyNs();
    const auto answer = fetch::Fetch(request_);
    const std::int64_t took = os::SteadyNs() - began;
    if (!answer)
      Fail("no answer", answer.error().message);
    else if (answer->status >= 200 && answer->status < 300)
      answered_.Add(took);
    else
      Fail("HTTP " + std::to_string(answer->status), SentenceOf(answer->body));
  }
  void Fail(const std::string& kind, std::string sentence) {
    auto& failure = failures_[kind];
    if (failure.count++ == 0) failure.first = std::move(sentence);
  }

  const fetch::Outgoing& request_;
  const std::int64_t until_ns_;
  std::atomic<std::int64_t>& left_;
  Latencies answered_;
  std::map<std::string, Failure> failures_;
};

}  // namespace

std::uint64_t Outcome::failed() const {
  std::uint64_t all = 0;
  for (const auto& [kind, failure] : failures) all += failure.count;
  return all;
}

double Outcome::PerSecond() const {
  return seconds > 0 ? static_cast<double>(answered.count()) / seconds : 0;
}

Outcome Drive(const fetch::Outgoing& request, int connections, const End& end) {
  constexpr auto kEndless = std::int64_t{1} << 62;
  std::atomic<std::int64_t> left = end.requests > 0 ? end.requests : kEndless;
  const std::int64_t began = os::SteadyNs();
  const std::int64_t until = end.after_ms > 0 ? began + end.after_ms * 1'000'000 : kEndless;
  std::vector<Share> shares(static_cast<std::size_t>(connections), Share(request, until, left));
  {
    std::vector<std::jthread> threads;
    for (auto& share : shares) threads.emplace_back([&share] { share.Run(); });
  }
  Outcome outcome;
  outcome.connections = connections;
  outcome.seconds = static_cast<double>(os::SteadyNs() - began) / 1e9;
  for (const auto& share : shares) share.AddTo(outcome);
  return outcome;
}

std::vector<int> Steps(int most) {
  std::vector<int> steps;
  for (int connections = 1; connections < most; connections *= 2) steps.push_back(connections);
  steps.push_back(most);
  return steps;
}

}  // namespace cairn::cli::load
