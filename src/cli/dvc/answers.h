#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/here.h"
#include "cli/tree_here.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/checkout.h"

/// What DVC says, on its streams and with its exit codes: scripts read both.
namespace cairn::cli::dvc {

inline constexpr int kFailed = 1, kSettings = 251, kNoRepository = 253, kUsage = 254, kOther = 255;

void Say(const std::string& line);
void Warn(const std::string& sentence);
/// Says the sentence as an error; gives `code`.
int Fail(int code, const std::string& sentence);
int Usage(const Error& error);
/// Names a command or option of DVC's that Cairn does not cover.
int NotCovered(const std::string& what);

/// "2 files fetched and 1 file added"; "" when there is nothing to tell.
std::string Summary(const std::vector<std::pair<std::size_t, std::string>>& counts);

/// The paths that a checkout changed: "A\tpath", "M\tpath", "D\tpath".
void SayChanges(const repository::CheckedOut& out, const TreeHere& here);
enum class Absent { Failure, Allowed };
/// Says what could not be checked out, behind `head`; gives the exit code, 0 when everything could.
int FailureOf(const repository::CheckedOut& out, const std::string& head, Absent absent);

/// The repository, or DVC's way of saying that there is none or that its settings are wrong, with the exit
/// code in `code`.
Result<Here> Open(int& code);
Result<TreeHere> OpenTree(int& code);

}  // namespace cairn::cli::dvc
