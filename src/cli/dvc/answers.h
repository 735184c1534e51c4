#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/dvc/line.h"
#include "cli/here.h"
#include "cli/tree_here.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/checkout.h"

/// What DVC says, on its streams and with its exit codes: scripts read both.
namespace cairn::cli::dvc {

inline constexpr int kFailed = 1, kSettings = 251, kNoRepository = 253, kUsage = 254, kOther = 255;

void Say(const std::string& line);
void SayJson(const Json& answer);
void Warn(const std::string& sentence);
/// Says the sentence as an error; gives `code`.
int Fail(int code, const std::string& sentence);
/// What is wrong with a line; Unsupported is no usage error, as DVC would take it.
int Usage(const Error& error);
/// Names a command or option of DVC's that Cairn does not cover, and what of Cairn's does the like, if
/// anything
/// ("`cairn run`").
std::string NotCoveredText(const std::string& what, const std::string& instead = "");
int NotCovered(const std::string& what, const std::string& instead = "");

/// "2 files fetched and 1 file added"; "" when there is nothing to tell.
std::string Summary(const std::vector<std::pair<std::size_t, std::string>>& counts);

/// The paths that a checkout changed: "A\tpath", "M\tpath", "D\tpath".
void SayChanges(const repository::CheckedOut& out, const TreeHere& here);
enum class Absent { Failure, Allowed };
/// Says what could not be checked out, behind `head`; gives the exit code, 0 when everything could.
int FailureOf(const repository::CheckedOut& out, const std::string& head, Absent absent);

/// The bar of a command, unless -q was given.
TreeProgress::Shown BarOf(const Line& line);

/// The repository, or DVC's way of saying that there is none or that its settings are wrong, with the exit
/// code in `code`.
Result<Here> Open(int& code);
Result<TreeHere> OpenTree(int& code);

}  // namespace cairn::cli::dvc
