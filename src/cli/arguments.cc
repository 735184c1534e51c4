#include "cli/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <list>
#include <memory>

#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done, 1 a check found problems, 2 wrong input, 3 not found, 4 exists or changed "
    "meanwhile, 5 not allowed,\n"
    "6 unavailable or full, 7 damaged data, 8 could not be judged, 70 a bug, 130 interrupted.";

/// Says of an operand that may come more than once what everybody else says: "FILE...".
class Usage : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* operand) const override {
    const std::string name =
        operand->get_name(/*positional=*/true) + (operand->get_expected_max() > 1 ? "..." : "");
    return operand->get_required() ? name : "[" + name + "]";
  }
};

/// The command whose words stand first; of "data add" and "data" the longer one wins.
const Command* FindCommand(std::span<const std::string> words, std::size_t& used) {
  const Command* found = nullptr;
  for (const Command& command : Commands()) {
    const auto names = Split(command.name, ' ');
    if (names.size() > words.size() || !std::equal(names.begin(), names.end(), words.begin())) continue;
    if (!found || names.size() > used) {
      found = &command;
      used = names.size();
    }
  }
  return found;
}

std::string Overview() {
  std::string text =
      "Cairn keeps the whole life of a machine-learning model: why it is built, from which data, what was "
      "tried, what may be used,\n"
      "what answers, what has changed, and who allowed it.\n\n"
      "To begin a project: `cairn init`, in an empty folder; each step says the next.\n"
      "Only to track runs: `cairn up`, and MLFLOW_TRACKING_URI at the address that it prints.\n\n"
      "Usage: cairn COMMAND [...]\n\nCommands:\n";
  std::size_t width = 0;
  for (const Command& command : Commands()) width = std::max(width, command.name.size());
  for (const Command& command : Commands()) {
    text += "  " + std::string(command.name) + std::string(width - command.name.size() + 2, ' ') +
            std::string(command.summary) + "\n";
  }
  text +=
      "\nEvery command takes --json (print the answer as JSON), --server URL (ask that server), --data DIR "
      "(the store's folder,\n"
      ".cairn unless given) and --help.\n";
  text += std::string(kExitCodes) + "\n";
  return text;
}

/// Commands that begin with the words given: "cairn data" lists "data add", "data check"…
std::string Group(std::string_view first) {
  std::string text;
  std::size_t width = 0;
  for (const Command& command : Commands()) {
    if (command.name.starts_with(std::string(first) + " ")) width = std::max(width, command.name.size());
  }
  for (const Command& command : Commands()) {
    if (!command.name.starts_with(std::string(first) + " ")) continue;
    text += "  cairn " + std::string(command.name) + std::string(width - command.name.size() + 2, ' ') +
            std::string(command.summary) + "\n";
  }
  return text.empty() ? "" : "Usage: cairn " + std::string(first) + " COMMAND\n\n" + text;
}

std::string Sorted(std::string_view word) {
  std::string letters(word);
  std::sort(letters.begin(), letters.end());
  return letters;
}

/// As Suggestion, but letters in the wrong order are the likelier slip: "rusn" means "runs", not "run".
std::string Meant(std::string_view word, std::span<const std::string_view> candidates) {
  for (const auto candidate : candidates) {
    if (candidate.size() == word.size() && Sorted(candidate) == Sorted(word))
      return " Did you mean '" + std::string(candidate) + "'?";
  }
  return Suggestion(word, candidates);
}

Error UnknownCommand(const std::string& word) {
  if (word.starts_with("-"))
    return {Reason::InvalidArgument, "options come behind the command, as in `cairn data list --json`: '" +
                                         word + "' stands before it. `cairn help` lists the commands."};
  std::vector<std::string_view> names;
  for (const Command& command : Commands()) {
    const std::string_view first = Split(command.name, ' ').front();
    if (std::find(names.begin(), names.end(), first) == names.end()) names.push_back(first);
  }
  return {Reason::InvalidArgument,
          "there is no command '" + word + "'." + Meant(word, names) + " `cairn help` lists them all."};
}

/// What stands behind the words of a group in the names of its commands: "add", "contract infer"… behind
/// "data".
std::vector<std::string_view> NextWords(const std::string& group) {
  std::vector<std::string_view> names;
  for (const Command& one : Commands()) {
    if (one.name.starts_with(group + " ")) names.push_back(one.name.substr(group.size() + 1));
  }
  return names;
}

/// For words that name no command: the list of the group that they name, or what is wrong with them.
Result<Line> GroupOrError(const std::vector<std::string>& words) {
  std::string group = words[0];
  if (NextWords(group).empty()) return UnknownCommand(group);
  std::size_t used = 1;
  while (used < words.size() && !NextWords(group + " " + words[used]).empty()) group += " " + words[used++];
  if (used == words.size() || words[used].starts_with("-")) return Line{nullptr, {}, {}, Group(group)};
  return Error{Reason::InvalidArgument, "there is no command '" + group + " " + words[used] + "'." +
                                            Meant(words[used], NextWords(group)) + "\n\n" + Group(group)};
}

/// The values that CLI11 fills; a list, so that their addresses stay.
struct Slot {
  std::string name;
  std::vector<std::string> values;
  bool given = false;
};

/// CLI11's reader for one command.
class Reader {
 public:
  explicit Reader(const Command& command)
      : app_(std::string(command.summary), "cairn " + std::string(command.name)) {
    app_.set_help_flag("--help,-h", "Print this and end");
    app_.formatter(std::make_shared<Usage>());
    app_.footer(std::string(command.about) + (command.about.empty() ? "" : "\n\n") + std::string(kExitCodes));
    for (const Positional& positional : command.positionals)
      AddPositional(positional, &positional == &command.positionals.back());
    for (const Flag& flag : command.flags) AddFlag(flag);
    AddFlag({"--json", "", "Print the answer as JSON"});
    AddFlag({"--server", "URL", "Ask the server at URL"});
    AddFlag({"--data", "DIR", "The folder of the store (.cairn)"});
    for (const Flag& flag : command.flags) names_.push_back(flag.name);
    names_.insert(names_.end(), {"--json", "--server", "--data", "--help"});
  }

  Result<Line> Read(const Command& command, std::vector<std::string> words) {
    Line line;
    for (const auto& word : words) {
      const std::string name = word.substr(0, word.find('='));
      if (name == "--") break;
      if (name == "--help" || name == "-h") {
        line.text = app_.help();
        return line;
      }
      if (name.starts_with("--") && std::find(names_.begin(), names_.end(), name) == names_.end()) {
        return Error{Reason::InvalidArgument, "`cairn " + std::string(command.name) + "` has no flag '" +
                                                  name + "'." + Meant(name, names_)};
      }
    }
    std::reverse(words.begin(), words.end());
    try {
      app_.parse(words);
    } catch (const CLI::ParseError& wrong) {
      return Error{Reason::InvalidArgument, std::string(wrong.what()) + ". `cairn " +
                                                std::string(command.name) + " --help` says more."};
    }
    line.command = &command;
    CAIRN_TRY(CheckGiven(command));
    for (const Slot& slot : slots_) {
      if (slot.given) line.arguments.Add(slot.name, "true");
      for (const auto& value : slot.values) line.arguments.Add(slot.name, value);
    }
    return line;
  }

 private:
  /// An empty word is nearly always a shell variable that is not set; nothing has an empty name.
  Result<> CheckGiven(const Command& command) const {
    for (const Slot& slot : slots_) {
      const bool empty = std::find(slot.values.begin(), slot.values.end(), "") != slot.values.end();
      if (slot.name.starts_with("-") || !empty) continue;
      const std::string name = slot.name.substr(0, slot.name.find("..."));
      return Error{Reason::InvalidArgument, name + " is empty: `cairn " + std::string(command.name) +
                                                " --help` says what belongs there."};
    }
    return Done{};
  }

  void AddPositional(const Positional& positional, bool last) {
    const bool many = positional.name.ends_with("...");
    const std::string name(positional.name.substr(0, positional.name.size() - (many ? 3 : 0)));
    Slot& slot = slots_.emplace_back(Slot{std::string(positional.name), {}, false});
    auto* option = app_.add_option(name, slot.values, std::string(positional.help))->type_name("");
    const bool required = positional.need == Positional::Need::Required;
    option->expected(required || !last ? 1 : 0, many ? 1 << 20 : 1)->required(required);
    // Otherwise the first of two would take the second one's value as well.
    option->allow_extra_args(many || (!required && last));
  }

  void AddFlag(const Flag& flag) {
    Slot& slot = slots_.emplace_back(Slot{std::string(flag.name), {}, false});
    const std::string spelled =
        flag.letter.empty() ? slot.name : "-" + std::string(flag.letter) + "," + slot.name;
    if (flag.value.empty()) {
      app_.add_flag(spelled, slot.given, std::string(flag.help));
    } else {
      app_.add_option(spelled, slot.values, std::string(flag.help))
          ->type_name(std::string(flag.value))
          ->expected(1)
          ->take_all()
          // It may come again, but one value belongs to one flag: what follows is a FILE.
          ->allow_extra_args(false);
    }
  }

  CLI::App app_;
  std::list<Slot> slots_;
  std::vector<std::string_view> names_;
};

void TakeSettings(const Arguments& arguments, Settings& settings) {
  settings.json = arguments.Has("--json");
  settings.server = arguments.Text("--server");
  if (arguments.Has("--data")) settings.data_dir = arguments.Text("--data");
  settings.store = arguments.Text("--store");
  settings.artifacts = arguments.Text("--artifacts");
  settings.default_artifact_root = arguments.Text("--default-artifact-root");
}

}  // namespace

std::string Arguments::Text(std::string_view name) const {
  const auto& all = All(name);
  return all.empty() ? "" : all.front();
}

const std::vector<std::string>& Arguments::All(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

Result<Line> ReadLine(std::span<const std::string> words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" ||
      (words[0] == "help" && words.size() == 1)) {
    return Line{nullptr, {}, {}, Overview()};
  }
  std::vector<std::string> rest(words.begin(), words.end());
  if (rest[0] == "--version") rest[0] = "version";
  if (rest[0] == "help") {
    rest.erase(rest.begin());
    rest.emplace_back("--help");
  }
  std::size_t used = 0;
  const Command* command = FindCommand(rest, used);
  if (!command) return GroupOrError(rest);
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(used));
  Line line = CAIRN_TRY(Reader(*command).Read(*command, std::move(rest)));
  TakeSettings(line.arguments, line.settings);
  return line;
}

}  // namespace cairn::cli
