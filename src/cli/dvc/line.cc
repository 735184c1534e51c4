#include "cli/dvc/line.h"

#include <algorithm>
#include <cctype>

#include "cli/dvc/answers.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kAlways[] = {{"q", "quiet"}, {"v", "verbose"}};

bool IsOption(const std::string& word) {
  // A negative number is a value.
  return word.size() > 1 && word[0] == '-' && !std::isdigit(static_cast<unsigned char>(word[1]));
}

/// Reads words one after another, as Python's argparse does.
class Reader {
 public:
  Reader(std::span<const std::string> words, const Grammar& grammar) : words_(words), grammar_(grammar) {}

  Result<Line> Read() {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (word == "--") {
        line_.rest.insert(line_.rest.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end());
        break;
      }
      if (!IsOption(word)) {
        line_.rest.push_back(word);
      } else if (word.starts_with("--")) {
        CAIRN_TRY(TakeLong(word));
      } else {
        CAIRN_TRY(TakeLetters(word));
      }
    }
    if (line_.rest.size() > grammar_.most) return Unknown(line_.rest[grammar_.most]);
    return std::move(line_);
  }

 private:
  static Error Unknown(const std::string& word) {
    return {Reason::InvalidArgument, "unrecognized arguments: " + word};
  }

  template <class Is>
  const Option* Find(Is is) const {
    for (const std::span<const Option> options : {grammar_.options, std::span<const Option>(kAlways)}) {
      const auto found = std::find_if(options.begin(), options.end(), is);
      if (found != options.end()) return &*found;
    }
    return nullptr;
  }

  Result<> TakeLong(const std::string& word) {
    const auto equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Option* option = Find([&](const Option& one) { return one.name == name; });
    if (!option) return Unknown(word);
    if (equals == std::string::npos) return Take(*option);
    const std::string value = word.substr(equals + 1);
    if (option->takes == Takes::Nothing)
      return Error{Reason::InvalidArgument,
                   "argument --" + name + ": ignored explicit argument '" + value + "'"};
    return Note(*option, {value});
  }

  /// Letters of switches may stand together ("-aT"), and a value behind its letter ("-j4").
  Result<> TakeLetters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Option* option = Find([&](const Option& one) { return one.letter == word.substr(i, 1); });
      if (!option) return Unknown(word);
      if (option->takes == Takes::Nothing) {
        CAIRN_TRY(Note(*option, {"true"}));
      } else if (i + 1 == word.size()) {
        return Take(*option);
      } else {
        return Note(*option, {word.substr(word[i + 1] == '=' ? i + 2 : i + 1)});
      }
    }
    return Done{};
  }

  /// The option, with what follows of its values.
  Result<> Take(const Option& option) {
    std::vector<std::string> values;
    const std::size_t most = option.takes == Takes::Nothing ? 0 : option.takes == Takes::Many ? SIZE_MAX : 1;
    while (values.size() < most && at_ < words_.size() && !IsOption(words_[at_]))
      values.push_back(words_[at_++]);
    if (values.empty() && option.takes == Takes::Value)
      return Error{Reason::InvalidArgument,
                   "argument --" + std::string(option.name) + ": expected one argument"};
    if (option.takes == Takes::Nothing) values = {"true"};
    if (option.takes == Takes::Maybe && values.empty()) values = {""};
    return Note(option, std::move(values));
  }

  Result<> Note(const Option& option, std::vector<std::string> values) {
    if (!option.covered) {
      return Error{Reason::Unsupported,
                   NotCoveredText(std::string(grammar_.command) + " --" + std::string(option.name))};
    }
    auto& all = line_.options[std::string(option.name)];
    std::move(values.begin(), values.end(), std::back_inserter(all));
    return Done{};
  }

  const std::span<const std::string> words_;
  const Grammar& grammar_;
  std::size_t at_ = 0;
  Line line_;
};

}  // namespace

std::string Line::Text(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? "" : found->second.back();
}

std::vector<std::string> Line::All(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>() : found->second;
}

Result<Line> ReadLine(std::span<const std::string> words, const Grammar& grammar) {
  return Reader(words, grammar).Read();
}

}  // namespace cairn::cli::dvc
