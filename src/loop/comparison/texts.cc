#include "loop/comparison/texts.h"

#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/comparison/count_tests.h"
#include "loop/comparison/exact/sides.h"

namespace cairn::comparison {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kMostWords = std::size_t{1} << 20;
constexpr std::size_t kTestedWords = 1000;
constexpr std::size_t kShownWords = 10;
constexpr std::int64_t kLeastTexts = 10;

bool IsLetter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

struct Word {
  std::string_view word;
  std::int64_t reference = 0, current = 0;
};

/// Selected by the texts of both sides together, which says nothing about how the sides differ.
std::vector<Word> FrequentWords(const TextTally& reference, const TextTally& current) {
  std::vector<Word> words;
  const auto in = [](const TextTally& tally, const std::string& word) {
    const auto found = tally.words().find(word);
    return found == tally.words().end() ? std::int64_t{0} : found->second;
  };
  for (const auto& [word, texts] : reference.words()) {
    const Word both{word, texts, in(current, word)};
    if (both.reference + both.current >= kLeastTexts) words.push_back(both);
  }
  for (const auto& [word, texts] : current.words()) {
    if (texts >= kLeastTexts && in(reference, word) == 0) words.push_back({word, 0, texts});
  }
  std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) {
    const std::int64_t first = a.reference + a.current, second = b.reference + b.current;
    return first != second ? first > second : a.word < b.word;
  });
  if (words.size() > kTestedWords) words.resize(kTestedWords);
  return words;
}

PairedCounts LengthCounts(const TextTally& reference, const TextTally& current) {
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [length, rows] : reference.lengths()) both[length].first = rows;
  for (const auto& [length, rows] : current.lengths()) both[length].second = rows;
  PairedCounts counts;
  for (const auto& [length, rows] : both) {
    counts.reference.push_back(rows.first);
    counts.current.push_back(rows.second);
  }
  return counts;
}

}  // namespace

void TextTally::Add(std::string_view text, std::int64_t rows) {
  rows_ += rows;
  lengths_[static_cast<std::int64_t>(CodePoints(text))] += rows;
  seen_.clear();
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && !IsLetter(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && IsLetter(text[at])) ++at;
    if (at > begin && at - begin <= kLongestWord) seen_.push_back(LowerAscii(text.substr(begin, at - begin)));
  }
  std::sort(seen_.begin(), seen_.end());
  seen_.erase(std::unique(seen_.begin(), seen_.end()), seen_.end());
  for (std::string& word : seen_) {
    const auto found = words_.find(word);
    if (found != words_.end()) {
      found->second += rows;
    } else if (words_.size() < kMostWords) {
      words_.emplace(std::move(word), rows);
    }
  }
}

Result<TextDifference> CompareTexts(const TextTally& reference, const TextTally& current) {
  if (reference.rows() == 0) return EmptySide("reference");
  if (current.rows() == 0) return EmptySide("current");
  const auto n1 = static_cast<double>(reference.rows()), n2 = static_cast<double>(current.rows());
  TextDifference difference;
  const TestResult lengths = CAIRN_TRY(KolmogorovSmirnovOfCounts(LengthCounts(reference, current)));
  difference.length_gap = lengths.statistic;
  difference.length_p_value = lengths.p_value;
  const auto words = FrequentWords(reference, current);
  double word_p = 1;
  for (const Word& word : words) {
    MovedWord moved{std::string(word.word), static_cast<double>(word.reference) / n1,
                    static_cast<double>(word.current) / n2, 1};
    const PairedCounts counts{{word.reference, reference.rows() - word.reference},
                              {word.current, current.rows() - word.current}};
    moved.p_value = CAIRN_TRY(FisherExact(counts)).p_value;
    word_p = std::min(word_p, moved.p_value * static_cast<double>(words.size()));
    difference.word_gap =
        std::max(difference.word_gap, std::fabs(moved.reference_share - moved.current_share));
    difference.words.push_back(std::move(moved));
  }
  std::stable_sort(difference.words.begin(), difference.words.end(),
                   [](const MovedWord& a, const MovedWord& b) { return a.p_value < b.p_value; });
  if (difference.words.size() > kShownWords) difference.words.resize(kShownWords);
  difference.p_value = std::min(1.0, 2 * std::min(word_p, difference.length_p_value));
  return difference;
}

}  // namespace cairn::comparison
