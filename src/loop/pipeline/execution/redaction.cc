#include "loop/pipeline/execution/redaction.h"

#include <algorithm>
#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::pipeline {

Redaction::Redaction(const std::vector<std::string>& secrets) {
  constexpr std::size_t kShortestLine = 8;
  for (const auto& secret : secrets) {
    if (!secret.empty()) secrets_.push_back(secret);
    if (secret.find('\n') == std::string::npos) continue;
    for (const std::string_view line : Split(secret, '\n')) {
      if (line.size() >= kShortestLine) secrets_.emplace_back(line);
    }
  }
  std::sort(secrets_.begin(), secrets_.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const auto& secret : secrets_) begins_[static_cast<unsigned char>(secret.front())] = true;
}

std::string Redaction::Feed(std::string_view bytes) {
  pending_ += bytes;
  const std::string_view all = pending_;
  std::string shown;
  std::size_t at = 0;
  for (; at < all.size();) {
    if (!begins_[static_cast<unsigned char>(all[at])]) {
      shown += all[at++];
      continue;
    }
    const std::string_view rest = all.substr(at);
    const auto unfinished = [&](const std::string& secret) {
      return rest.size() < secret.size() && std::string_view(secret).starts_with(rest);
    };
    if (std::any_of(secrets_.begin(), secrets_.end(), unfinished)) break;
    const auto whole = std::find_if(secrets_.begin(), secrets_.end(),
                                    [&](const std::string& secret) { return rest.starts_with(secret); });
    shown += whole == secrets_.end() ? std::string(1, all[at]) : "***";
    at += whole == secrets_.end() ? 1 : whole->size();
  }
  pending_.erase(0, at);
  return shown;
}

std::string Redaction::End() {
  std::string rest = std::exchange(pending_, "");
  // The beginning of a longer secret may be a whole shorter one.
  for (const auto& secret : secrets_) {
    for (std::size_t at = rest.find(secret); at != std::string::npos; at = rest.find(secret, at + 3))
      rest.replace(at, secret.size(), "***");
  }
  return rest;
}

std::string Redaction::Of(std::string_view text) {
  std::string shown = Feed(text);
  return shown + End();
}

}  // namespace cairn::pipeline
