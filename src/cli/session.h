#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::http {
struct Request;
}

namespace cairn::cli {

/// What the flags common to all commands said.
struct Settings {
  std::string server;               ///< --server URL; "" when not given.
  std::string data_dir = ".cairn";  ///< --data DIR
  std::string store;                ///< --store URL; "" for SQLite in the data folder.
  std::string artifacts;            ///< --artifacts DIR; "" for the data folder's artifacts.
  std::string default_artifact_root;
  bool json = false;
  bool begins_store = false;  ///< The command makes the store if there is none.
};

class Door;

/// One call of the program: the way to the API and the way to the user. Answers go to stdout, talk to stderr.
class Session {
 public:
  explicit Session(Settings settings);
  ~Session();

  const Settings& settings() const { return settings_; }
  bool json() const { return settings_.json; }
  /// For a command that may be a store's first: without it, no store is an error (NotFound).
  void BeginStore() { settings_.begins_store = true; }

  /// One request to the own API: through --server, through the socket of a running server, or in this
  /// process. An error answer comes back as the error it names.
  Result<Json> Get(std::string_view path);
  Result<Json> Post(std::string_view path, const Json& body);
  /// The same with a file as the body, streamed.
  Result<Json> PostFile(std::string_view path, const std::string& file);
  /// The same for an answer that is no JSON (a page, a file).
  Result<std::string> GetText(std::string_view path);
  Result<std::string> PostForText(std::string_view path);

  /// With --json prints `answer` and gives true: the command is done.
  bool PrintedJson(const Json& answer) const;
  /// A line on stdout, or on stderr.
  void Say(std::string_view line) const;
  void Note(std::string_view line) const;

  /// The actor named in requests: --as NAME where a command has it, else $CAIRN_ACTOR, else the login name.
  std::string Actor() const;

 private:
  Result<Json> Send(http::Request request);
  Result<std::string> TextOf(std::string_view method, std::string_view path);

  Settings settings_;
  std::unique_ptr<Door> door_;
};

/// Four significant digits, for a person: "0.4312", "1.2e-05".
std::string Shown(double value);
/// The texts of a list, for one cell of a table.
std::string Joined(const Json& texts, std::string_view between = ", ");
/// "3 runs", "1 run".
std::string Counted(std::size_t count, std::string_view noun);

/// Columns that line up; numbers to the right. On a terminal it keeps to the width: long texts are cut with
/// "…", then columns are left out from the right, and a last line names them. Elsewhere nothing is cut.
/// Control characters in a cell are shown as "\n" or "\x1b".
class Table {
 public:
  enum class Look { Plain, Strong };

  explicit Table(std::vector<std::string> heads);
  /// A strong row stands out where the terminal has colours; say it in a cell too, for everybody else.
  void Add(std::vector<std::string> cells, Look look = Look::Plain);
  /// With a blank line's worth of nothing when there are no rows: the sentence `empty` instead.
  std::string Text(std::string_view empty = "none") const;
  /// The same for a width of so many columns, and without colours.
  std::string TextWithin(std::size_t width, std::string_view empty = "none") const;

 private:
  std::string Drawn(std::size_t width, bool color, std::string_view empty) const;

  std::vector<std::vector<std::string>> rows_;
  std::vector<Look> looks_;
};

/// Values as bars between the least and the greatest, at most `width` of them; of neighbours that share one,
/// the value farthest from the mean of all. A dot where there is no number.
std::string Sparkline(const std::vector<double>& values, std::size_t width);

}  // namespace cairn::cli
