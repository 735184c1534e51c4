#include "cli/catalogue.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/version.h"

namespace cairn::cli {
namespace {

/// Every command with its flags, one per line: what the completion scripts choose from.
std::string Words() {
  std::string lines;
  for (const Command& command : Commands()) {
    lines += std::string(command.name) + "|--json --server --data --help";
    for (const Flag& flag : command.flags) lines += " " + std::string(flag.name);
    lines += "\n";
  }
  return lines;
}

constexpr std::string_view kBash = R"(_cairn() {
  local line="${COMP_WORDS[*]:1:COMP_CWORD-1}" word="${COMP_WORDS[COMP_CWORD]}" next="" name flags
  line="${line%% }"
  while IFS='|' read -r name flags; do
    if [ "$name" = "$line" ] || { [[ "$line " == "$name "* ]] && [ -n "$name" ]; }; then next="$next $flags"; fi
    if [ -z "$line" ]; then next="$next ${name%% *}"
    elif [[ "$name" == "$line "* ]]; then name="${name#"$line" }"; next="$next ${name%% *}"; fi
  done <<'CAIRN_WORDS'
@WORDS@CAIRN_WORDS
  COMPREPLY=($(compgen -W "$next" -- "$word"))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _cairn cairn
)";

constexpr std::string_view kZsh = "autoload -U +X bashcompinit && bashcompinit\n";

/// A word in single quotes, as fish reads them.
std::string FishQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// Whether what stands there is a file or a folder.
bool IsPath(std::string_view name) {
  return name.starts_with("FILE") || name.starts_with("PATH") || name.starts_with("FOLDER") || name == "DIR";
}

/// "-l json -d 'Print JSON'", with -r where a value follows.
std::string FishFlag(std::string_view name, std::string_view value, std::string_view help) {
  return " -l " + std::string(name.substr(2)) + (value.empty() ? "" : " -r") + " -d " + FishQuoted(help) +
         "\n";
}

/// Two words come one after the other: the second is offered while only the first stands there.
std::string Fish() {
  std::string script = "complete -c cairn -f\n";
  for (const std::string_view flag : {"--json", "--help"})
    script += "complete -c cairn" + FishFlag(flag, "", "");
  for (const std::string_view flag : {"--server", "--data"})
    script += "complete -c cairn" + FishFlag(flag, "V", "");
  for (const Command& command : Commands()) {
    const auto names = Split(command.name, ' ');
    const std::string first(names[0]), seen = "__fish_seen_subcommand_from ";
    std::string there = seen + first, offered = "__fish_use_subcommand";
    if (names.size() > 1) {
      script += "complete -c cairn -n __fish_use_subcommand -a " + FishQuoted(first) + "\n";
      offered = seen + first;
      there += "; and " + seen + std::string(names[1]);
    }
    script += "complete -c cairn -n " + FishQuoted(offered) + " -a " + FishQuoted(names.back()) + " -d " +
              FishQuoted(command.summary) + "\n";
    for (const Flag& flag : command.flags)
      script += "complete -c cairn -n " + FishQuoted(there) + FishFlag(flag.name, flag.value, flag.help);
    for (const Positional& positional : command.positionals) {
      if (IsPath(positional.name)) script += "complete -c cairn -F -n " + FishQuoted(there) + "\n";
    }
  }
  return script;
}

Result<int> Completion(Session&, const Arguments& arguments) {
  const std::string shell = arguments.Text("SHELL");
  if (shell == "fish") {
    std::fputs(Fish().c_str(), stdout);
    return 0;
  }
  if (shell != "bash" && shell != "zsh") {
    return Error{Reason::InvalidArgument,
                 "there is completion for bash, zsh and fish, not for '" + shell + "'"};
  }
  std::string script(kBash);
  script.replace(script.find("@WORDS@"), 7, Words());
  if (shell == "zsh") script.insert(0, kZsh);
  std::fputs(script.c_str(), stdout);
  return 0;
}

Result<int> Version(Session& session, const Arguments&) {
  // Without --server this program speaks of itself: no store is opened for it.
  const Json own{{"name", "cairn"}, {"version", api::kVersion}, {"mlflow_compatible", api::kMlflowVersion}};
  const Json answer = session.settings().server.empty() ? own : CAIRN_TRY(session.Get("/api/v1/version"));
  if (session.PrintedJson(answer)) return 0;
  session.Say("cairn " + answer.Text("version") + " (speaks the REST API of MLflow " +
              answer.Text("mlflow_compatible") + ")");
  return 0;
}

}  // namespace

std::vector<Command> ShellCommands() {
  return {
      {"completion",
       "Print a script that completes commands in your shell",
       "For bash: source <(cairn completion bash)",
       {{"SHELL", "bash, zsh or fish"}},
       {},
       Completion},
      {"version", "Print the version", "", {}, {}, Version},
  };
}

}  // namespace cairn::cli
