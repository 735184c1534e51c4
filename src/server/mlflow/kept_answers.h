#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace cairn::mlflow {

/// Answers that may be given again, because nothing was written since: pages ask the same again and again.
/// Safe from any thread. An answer belongs to the number of writes that its store had taken before it was
/// read; those of an earlier number are forgotten, and so are all when they grow beyond what may be kept.
class KeptAnswers {
 public:
  using Answer = std::shared_ptr<const std::string>;

  explicit KeptAnswers(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Null when there is none.
  Answer Find(const std::string& question, std::uint64_t writes);
  void Keep(std::string question, std::uint64_t writes, Answer answer);

 private:
  /// Forgets what no longer holds.
  void BringTo(std::uint64_t writes);
  void Clear();

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::uint64_t writes_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::string, Answer, std::less<>> answers_;
};

}  // namespace cairn::mlflow
