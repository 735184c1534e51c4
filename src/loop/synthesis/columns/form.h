#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loop/synthesis/chance/chance.h"

namespace cairn::synthesis {

/// How words of one length are built: at each place the characters that may stand there. What many share
/// ("ORD-", the hyphens of a UUID) stays, all else may be any character of its kind.
class Form {
 public:
  /// Of texts of equal length in ASCII; at least one.
  explicit Form(const std::vector<std::string_view>& texts);
  /// So many digits or small letters.
  static Form OfLength(std::size_t length, bool digits);

  /// How many different words there are; at most 2^62.
  std::uint64_t words() const { return words_; }
  /// Makes room for so many, by more places at the end.
  void Widen(std::uint64_t words);
  /// The word of that number, below words().
  std::string Word(std::uint64_t number) const;

 private:
  Form() = default;
  void Count();

  std::vector<std::string> places_;
  std::uint64_t words_ = 1;
};

/// Words by the forms that the most texts have, none twice for different numbers.
class Forms {
 public:
  /// `count` different words are wanted; `unknown` real ones are not known, so words get more places until
  /// none of those is likely to be met (once in a thousand tables). Nothing when the texts are too different,
  /// or none is given.
  static std::optional<Forms> Of(const std::vector<std::pair<std::string, std::int64_t>>& texts,
                                 std::uint64_t count, std::uint64_t unknown, std::uint64_t seed);
  /// For numbers below `count` and each attempt another word.
  std::string Word(std::uint64_t number, std::uint64_t attempt) const;

 private:
  Form form_{Form::OfLength(1, true)};
  Shuffle shuffle_{1, 0};
  std::uint64_t count_ = 1;
};

}  // namespace cairn::synthesis
