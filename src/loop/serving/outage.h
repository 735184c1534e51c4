#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cairn::serving {

/// What callers get when something fails, by the settings and by what is loaded now.
struct Consequence {
  std::string failure;    ///< "a worker process is killed"
  bool answered = false;  ///< Whether callers get an answer all the same.
  std::string by;         ///< What answers: production, previous, heuristic, default; "" when nothing does.
  std::string what;       ///< What callers get, and after which time, as sentences.
};

/// What one that could answer made of a row.
struct Drilled {
  std::string who;           ///< production, canary, previous, heuristic, default
  std::int64_t version = 0;  ///< 0 for what is no version.
  bool answered = false;
  double score = 0;
  std::int64_t micros = 0;
  std::string why;  ///< Why it did not answer; "" otherwise.
};

struct Drill {
  std::string row;             ///< Where the row came from: "given", "a request", "blanks".
  std::vector<Drilled> links;  ///< In the order in which they would be asked.
};

}  // namespace cairn::serving
