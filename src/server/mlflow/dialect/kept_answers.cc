#include "server/mlflow/kept_answers.h"

#include <utility>

namespace cairn::mlflow {

KeptAnswers::Answer KeptAnswers::Find(const std::string& question, std::uint64_t writes) {
  const std::lock_guard lock(mutex_);
  BringTo(writes);
  const auto found = answers_.find(question);
  return found == answers_.end() || writes != writes_ ? nullptr : found->second;
}

void KeptAnswers::Keep(std::string question, std::uint64_t writes, Answer answer) {
  const std::size_t size = question.size() + answer->size();
  const std::lock_guard lock(mutex_);
  BringTo(writes);
  if (writes != writes_ || size > most_bytes_) return;
  if (bytes_ + size > most_bytes_) Clear();
  if (answers_.emplace(std::move(question), std::move(answer)).second) bytes_ += size;
}

void KeptAnswers::BringTo(std::uint64_t writes) {
  if (writes <= writes_) return;
  Clear();
  writes_ = writes;
}

void KeptAnswers::Clear() {
  answers_.clear();
  bytes_ = 0;
}

}  // namespace cairn::mlflow
