#include "loop/synthesis/columns/form.h"

#include <algorithm>
#include <map>

namespace cairn::synthesis {
namespace {

constexpr std::uint64_t kMostWords = std::uint64_t{1} << 62;
constexpr std::string_view kDigits = "0123456789", kSmall = "abcdefghijklmnopqrstuvwxyz",
                           kGreat = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Texts from which it is believed that a character never stands somewhere.
constexpr std::size_t kEnough = 30, kAlike = 5;
/// Numbers may be asked for again, as often, where a word turns out to be a real one.
constexpr std::uint64_t kAttempts = 8;
/// Words for every pair of a wanted and an unknown one.
constexpr double kSparse = 1000;

bool Holds(std::string_view all, char c) { return all.find(c) != std::string_view::npos; }

bool IsPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// All characters of the kinds that were seen; what is of no kind, as it was seen.
std::string KindsOf(std::string seen, std::size_t texts) {
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  if (seen.size() == 1) return seen;
  std::string kinds;
  const auto any = [&](std::string_view of) {
    return std::any_of(seen.begin(), seen.end(), [&](char c) { return Holds(of, c); });
  };
  const bool beyond_hex = any("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ"), digits = any(kDigits);
  const auto letters = [&](std::string_view of) { return digits && !beyond_hex ? of.substr(0, 6) : of; };
  if (digits) kinds += !Holds(seen, '0') && texts >= kEnough ? kDigits.substr(1) : kDigits;
  if (any(kGreat)) kinds += letters(kGreat);
  if (any(kSmall)) kinds += letters(kSmall);
  for (const char c : seen) {
    if (!Holds(kDigits, c) && !Holds(kSmall, c) && !Holds(kGreat, c)) kinds += c;
  }
  return kinds;
}

}  // namespace

Form::Form(const std::vector<std::string_view>& texts) {
  for (std::size_t i = 0; i < texts.front().size(); ++i) {
    std::string seen;
    for (const auto text : texts) seen += text[i];
    places_.push_back(KindsOf(std::move(seen), texts.size()));
  }
  Count();
}

Form Form::OfLength(std::size_t length, bool digits) {
  Form form;
  form.places_.assign(std::max<std::size_t>(length, 1), std::string(digits ? kDigits : kSmall));
  form.Count();
  return form;
}

void Form::Count() {
  words_ = 1;
  for (const auto& place : places_)
    words_ = words_ > kMostWords / place.size() ? kMostWords : words_ * place.size();
}

void Form::Widen(std::uint64_t words) {
  const auto last =
      std::find_if(places_.rbegin(), places_.rend(), [](const auto& p) { return p.size() > 1; });
  const std::string more = last == places_.rend() ? std::string(kDigits) : *last;
  while (words_ < words) {
    places_.push_back(more);
    Count();
  }
}

std::string Form::Word(std::uint64_t number) const {
  std::string word(places_.size(), ' ');
  for (std::size_t i = places_.size(); i-- > 0;) {
    word[i] = places_[i][number % places_[i].size()];
    number /= places_[i].size();
  }
  return word;
}

std::optional<Forms> Forms::Of(const std::vector<std::pair<std::string, std::int64_t>>& texts,
                               std::uint64_t count, std::uint64_t unknown, std::uint64_t seed) {
  std::map<std::size_t, std::vector<std::string_view>> by_length;
  std::size_t plain = 0;
  for (const auto& [text, rows] : texts) {
    if (!IsPlain(text)) continue;
    by_length[text.size()].push_back(text);
    ++plain;
  }
  const auto most = std::max_element(by_length.begin(), by_length.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  if (2 * plain < texts.size() || most == by_length.end() || most->second.size() < kAlike)
    return std::nullopt;
  Forms forms;
  forms.form_ = Form(most->second);
  forms.count_ = std::max<std::uint64_t>(count, 1);
  const double sparse = static_cast<double>(forms.count_) * static_cast<double>(unknown) * kSparse;
  forms.form_.Widen(static_cast<std::uint64_t>(std::min(
      std::max(static_cast<double>(forms.count_ * kAttempts), sparse), static_cast<double>(kMostWords))));
  forms.shuffle_ = Shuffle(forms.form_.words(), seed);
  return forms;
}

std::string Forms::Word(std::uint64_t number, std::uint64_t attempt) const {
  return form_.Word(shuffle_.At(number % count_ + attempt % kAttempts * (form_.words() / kAttempts)));
}

}  // namespace cairn::synthesis
