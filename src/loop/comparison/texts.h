#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::comparison {

/// What is kept of one side of a text column: how long its texts are, and in how many of them each word
/// stands. Words are runs of letters and digits, with ASCII letters in lower case; every byte beyond ASCII
/// counts as a letter.
class TextTally {
 public:
  /// `rows` equal texts. Only words of at most 64 bytes count, and no more than 2^20 different ones are kept:
  /// those that come first.
  void Add(std::string_view text, std::int64_t rows = 1);

  std::int64_t rows() const { return rows_; }
  /// Rows by length in code points.
  const std::map<std::int64_t, std::int64_t>& lengths() const { return lengths_; }
  const std::unordered_map<std::string, std::int64_t>& words() const { return words_; }

 private:
  std::int64_t rows_ = 0;
  std::map<std::int64_t, std::int64_t> lengths_;
  std::unordered_map<std::string, std::int64_t> words_;
  std::vector<std::string> seen_;  ///< Words of one text, to count each once.
};

/// A word and the shares of either side's texts that contain it.
struct MovedWord {
  std::string word;
  double reference_share = 0, current_share = 0;
  double p_value = 1;
};

struct TextDifference {
  double p_value = 1;
  double length_p_value = 1, length_gap = 0;  ///< Kolmogorov and Smirnov's on the lengths.
  double word_gap = 0;                        ///< The largest difference of a word's shares.
  std::vector<MovedWord> words;               ///< The ten that moved most surely, surest first.
};

/// Our own test for texts (Evidently trains a classifier instead, whose score depends on its seeds): lengths
/// by Kolmogorov and Smirnov, and each of the 1,000 most frequent words (of those in at least ten texts) by
/// Fisher's exact test on the texts that contain it, times the number of words. p is twice the lesser of the
/// two, at most 1: Bonferroni, valid however words go together. Unprocessable when a side has no text.
Result<TextDifference> CompareTexts(const TextTally& reference, const TextTally& current);

}  // namespace cairn::comparison
