#include "loop/synthesis/columns/made_up.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "loop/synthesis/chance/chance.h"
#include "loop/synthesis/columns/distribution.h"
#include "loop/synthesis/columns/form.h"

namespace cairn::synthesis {
namespace {

constexpr std::uint64_t kAttempts = 8;
/// No text is made up longer than this.
constexpr std::int64_t kLongest = 1 << 16;

std::string Digits(std::uint64_t number, std::size_t places) {
  std::string digits(places, '0');
  for (std::size_t i = places; i-- > 0; number /= 10) digits[i] = static_cast<char>('0' + number % 10);
  return digits;
}

std::uint64_t TenTo(std::size_t power) {
  std::uint64_t value = 1;
  while (power-- > 0) value *= 10;
  return value;
}

/// Different digits for different numbers, as long as there are that many.
std::string Shuffled(std::uint64_t number, std::uint64_t attempt, std::size_t places, std::uint64_t seed) {
  const std::size_t random = std::min<std::size_t>(places, 18);
  const std::uint64_t all = TenTo(random);
  return Digits(Shuffle(all, seed).At(number + attempt * (all / kAttempts)), places);
}

std::string Capital(std::string word) {
  word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  return word;
}

/// How long a text is, drawn as it was.
class LengthChoice {
 public:
  explicit LengthChoice(const std::vector<profile::ColumnOutline::Length>& lengths)
      : lengths_(lengths), choice_(Weights(lengths)) {}

  std::size_t At(const Chance& chance, std::uint64_t row) const {
    if (choice_.empty()) return 8;
    const auto& length = lengths_[choice_.At(chance.Unit(row, 90))];
    const std::int64_t from = std::clamp<std::int64_t>(length.from, 0, kLongest),
                       to = std::clamp(length.to, from, kLongest);
    return static_cast<std::size_t>(from) +
           static_cast<std::size_t>(chance.Bits(row, 91) % static_cast<std::uint64_t>(to - from + 1));
  }

 private:
  static std::vector<std::int64_t> Weights(const std::vector<profile::ColumnOutline::Length>& lengths) {
    std::vector<std::int64_t> weights;
    for (const auto& length : lengths) weights.push_back(length.rows);
    return weights;
  }

  std::vector<profile::ColumnOutline::Length> lengths_;
  Choice choice_;
};

/// The length that most texts have.
std::size_t UsualLength(const profile::ColumnOutline& outline) {
  const auto most = std::max_element(outline.lengths.begin(), outline.lengths.end(),
                                     [](const auto& a, const auto& b) { return a.rows < b.rows; });
  return most == outline.lengths.end()
             ? 0
             : static_cast<std::size_t>(std::clamp<std::int64_t>(most->from, 0, 64));
}

/// How many different values there are of which nothing is known.
std::uint64_t Unknown(const profile::ColumnOutline& outline) {
  const auto known = static_cast<std::int64_t>(outline.known.size());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(outline.distinct - known, 0));
}

class Emails : public MadeUp {
 public:
  using MadeUp::MadeUp;
  Emails(std::uint64_t seed, const profile::ColumnOutline& outline) : MadeUp(seed, outline.known) {}

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    const Chance chance(seed(), 1 + attempt);
    return SpokenWord(chance.Bits(number, 0), 3 + chance.Bits(number, 1) % 4) + "." +
           SpokenWord(chance.Bits(number, 2), 4 + chance.Bits(number, 3) % 4) + std::to_string(number) + "@" +
           SpokenWord(chance.Bits(number % 97, 4), 5) + ".example";
  }
};

class Phones : public MadeUp {
 public:
  Phones(std::uint64_t seed, const profile::ColumnOutline& outline)
      : MadeUp(seed, outline.known),
        digits_(std::clamp<std::size_t>(UsualLength(outline), 13, 16) - 6),
        spaced_(outline.words > 1.5) {}

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    const std::string digits = Shuffled(number, attempt, digits_, seed());
    return spaced_ ? "+999 " + digits.substr(0, 3) + " " + digits.substr(3) : "+999" + digits;
  }
  std::size_t digits_;
  bool spaced_;
};

class Ibans : public MadeUp {
 public:
  Ibans(std::uint64_t seed, const profile::ColumnOutline& outline)
      : MadeUp(seed, outline.known), spaced_(outline.words > 1.5) {
    // Countries whose accounts are digits without check digits of their own.
    static constexpr std::pair<std::size_t, std::string_view> kCountries[] = {
        {18, "DK"}, {20, "AT"}, {21, "CH"}, {22, "DE"}, {27, "GR"}, {28, "CY"}};
    const std::size_t usual = UsualLength(outline), length = spaced_ ? usual - usual / 5 : usual;
    for (const auto& [size, country] : kCountries) {
      if (size == length) country_ = country, account_ = size - 4;
    }
  }

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    // No bank has a number of zeros.
    const std::string account = Shuffled(number, attempt, account_ > 16 ? 10 : account_ - 6, seed());
    const std::string iban = IbanOf(country_, std::string(account_ - account.size(), '0') + account);
    if (!spaced_) return iban;
    std::string grouped;
    for (std::size_t i = 0; i < iban.size(); ++i) {
      if (i > 0 && i % 4 == 0) grouped += ' ';
      grouped += iban[i];
    }
    return grouped;
  }
  std::string_view country_ = "DE";
  std::size_t account_ = 18;
  bool spaced_;
};

class Cards : public MadeUp {
 public:
  Cards(std::uint64_t seed, const profile::ColumnOutline& outline) : MadeUp(seed, outline.known) {}

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    return WithLuhn("4" + Shuffled(number, attempt, 14, seed()));
  }
};

class Names : public MadeUp {
 public:
  Names(std::uint64_t seed, const profile::ColumnOutline& outline)
      : MadeUp(seed, outline.known), words_(std::clamp(std::llround(outline.words), 1LL, 4LL)) {}

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    const Chance chance(seed(), 11 + attempt);
    std::string name;
    for (std::int64_t i = 0; i < words_; ++i) {
      const auto at = static_cast<std::uint64_t>(2 * i);
      name += (i == 0 ? "" : " ") +
              Capital(SpokenWord(chance.Bits(number, at), 4 + chance.Bits(number, at + 1) % 5));
    }
    return name;
  }
  std::int64_t words_;
};

/// Words of no language, as many and as long as the texts had.
class Prose : public MadeUp {
 public:
  Prose(std::uint64_t seed, const profile::ColumnOutline& outline)
      : MadeUp(seed, outline.known), lengths_(outline.lengths), words_(outline.words) {
    double characters = 0, rows = 0;
    for (const auto& length : outline.lengths) {
      characters += static_cast<double>(length.from + length.to) / 2 * static_cast<double>(length.rows);
      rows += static_cast<double>(length.rows);
    }
    const double usual = rows > 0 && words_ > 0 ? characters / rows / words_ : 7;
    letters_ = static_cast<std::size_t>(std::clamp(usual - 1, 2.0, 12.0));
  }

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    const Chance chance(seed(), 31 + attempt);
    const std::size_t length = lengths_.At(chance, number);
    if (words_ <= 1.05) return length == 0 ? "" : SpokenWord(chance.Bits(number, 0), length);
    std::string text;
    for (std::uint64_t nth = 0; text.size() < length; ++nth) {
      const std::size_t left = length - text.size();
      std::size_t word =
          letters_ / 2 + 1 + static_cast<std::size_t>(chance.Bits(number, 100 + 2 * nth) % letters_);
      // The last word takes what is left, so that no text ends with a space.
      if (word + 2 > left) word = left;
      text += SpokenWord(chance.Bits(number, 101 + 2 * nth), word);
      if (text.size() + 1 < length) text += ' ';
    }
    return text;
  }
  LengthChoice lengths_;
  double words_;
  std::size_t letters_;
};

class Worded : public MadeUp {
 public:
  Worded(std::uint64_t seed, const profile::ColumnOutline& outline, Forms forms)
      : MadeUp(seed, outline.known), forms_(std::move(forms)) {}

 private:
  std::string Make(std::uint64_t number, std::uint64_t attempt) const override {
    return forms_.Word(number, attempt);
  }
  Forms forms_;
};

}  // namespace

std::string MadeUp::Text(std::uint64_t number) const {
  std::string text;
  for (std::uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    text = Make(number, attempt);
    if (!std::binary_search(known_.begin(), known_.end(), profile::HashOfText(text))) break;
  }
  return text;
}

std::unique_ptr<MadeUp> MakeUp(const profile::ColumnOutline& outline, std::uint64_t count,
                               std::uint64_t seed) {
  if (outline.personal == "email") return std::make_unique<Emails>(seed, outline);
  if (outline.personal == "phone") return std::make_unique<Phones>(seed, outline);
  if (outline.personal == "iban") return std::make_unique<Ibans>(seed, outline);
  if (outline.personal == "card") return std::make_unique<Cards>(seed, outline);
  if (outline.personal == "name") return std::make_unique<Names>(seed, outline);
  if (outline.words <= 1.05) {
    if (auto forms = Forms::Of(outline.levels, count, Unknown(outline), seed))
      return std::make_unique<Worded>(seed, outline, std::move(*forms));
    if (outline.meaning == "identifier" || outline.meaning == "nearly_unique") {
      // Nothing is known but how long they are.
      const std::string pattern(std::max<std::size_t>(UsualLength(outline), 1), '0');
      const std::vector<std::pair<std::string, std::int64_t>> like = [&] {
        std::vector<std::pair<std::string, std::int64_t>> texts;
        for (const char c : std::string_view("0123456789"))
          texts.emplace_back(std::string(pattern.size(), c), 1);
        return texts;
      }();
      if (auto forms = Forms::Of(like, count, Unknown(outline), seed))
        return std::make_unique<Worded>(seed, outline, std::move(*forms));
    }
  }
  return std::make_unique<Prose>(seed, outline);
}

std::int64_t MadeUpNumber(std::string_view personal, double mean, std::uint64_t number, std::uint64_t seed) {
  if (personal == "card") return std::stoll(WithLuhn("4" + Shuffled(number, 0, 14, seed)));
  std::size_t digits = 7;
  while (digits < 14 && mean >= static_cast<double>(TenTo(digits))) ++digits;
  return std::stoll("999" + Shuffled(number, 0, std::max<std::size_t>(digits, 10) - 3, seed));
}

std::string SpokenWord(std::uint64_t bits, std::size_t letters) {
  static constexpr std::string_view kConsonants = "bdfgklmnprstvz", kVowels = "aeiou";
  std::string word;
  Chance chance(bits, letters);
  bool vowel = bits % 3 == 0;
  for (std::size_t i = 0; i < letters; ++i, vowel = !vowel) {
    const auto& of = vowel ? kVowels : kConsonants;
    word += of[static_cast<std::size_t>(chance.Bits(i) % of.size())];
  }
  return word;
}

std::string IbanOf(std::string_view country, std::string_view account) {
  std::string digits(account);
  for (const char letter : country) digits += std::to_string(letter - 'A' + 10);
  digits += "00";
  unsigned rest = 0;
  for (const char digit : digits) rest = (rest * 10 + static_cast<unsigned>(digit - '0')) % 97;
  return std::string(country) + Digits(98 - rest, 2) + std::string(account);
}

std::string WithLuhn(std::string digits) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    unsigned digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    if (i % 2 == 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace cairn::synthesis
