#include "cli/dvc/line.h"

#include <algorithm>

namespace cairn::cli::dvc {
namespace {

Error Unknown(const std::string& word) {
  return {Reason::InvalidArgument, "unrecognized arguments: " + word};
}

}  // namespace

std::string Line::Text(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? "" : found->second.back();
}

std::vector<std::string> Line::All(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>() : found->second;
}

Result<Line> ReadLine(std::span<const std::string> words, std::span<const Option> known) {
  std::vector<Option> options(known.begin(), known.end());
  options.insert(options.end(), {{"q", "quiet"}, {"v", "verbose"}});
  Line line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      line.rest.insert(line.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (!word.starts_with('-') || word == "-") {
      line.rest.push_back(word);
      continue;
    }
    const bool is_long = word.starts_with("--");
    // Letters of switches may stand together: "-aT".
    for (std::size_t at = is_long ? 2 : 1; at < word.size();) {
      const std::string name = is_long ? word.substr(2, word.find('=') - 2) : word.substr(at, 1);
      const auto option = std::find_if(options.begin(), options.end(), [&](const Option& one) {
        return is_long ? one.name == name : one.letter == name;
      });
      if (option == options.end()) return Unknown(word);
      auto& values = line.options[std::string(option->name)];
      at = is_long ? std::min(word.find('='), word.size()) : at + 1;
      if (!option->takes_value) {
        values.emplace_back("true");
        if (is_long) break;
        continue;
      }
      if (at < word.size()) {
        values.push_back(word.substr(word[at] == '=' ? at + 1 : at));
      } else if (i + 1 < words.size()) {
        values.push_back(words[++i]);
      } else {
        return Error{Reason::InvalidArgument,
                     "argument --" + std::string(option->name) + ": expected one argument"};
      }
      break;
    }
  }
  return line;
}

}  // namespace cairn::cli::dvc
