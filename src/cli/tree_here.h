#pragma once

#include <string>
#include <vector>

#include "ground/os/terminal.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/transfer.h"
#include "loop/repository/working_tree.h"

namespace cairn::cli {

/// The working tree that a command is called in, and how its paths look from there.
struct TreeHere {
  repository::WorkingTree tree;
  std::string folder;  ///< The working folder.

  /// A path relative to the root, as seen from the working folder.
  std::string Shown(const std::string& path) const;
  std::string ShownAll(const std::vector<std::string>& paths, std::string_view separator) const;
  /// What targets on the command line name; everything for none. The errors of repository::Choose.
  Result<std::vector<repository::Chosen>> Choose(const std::vector<std::string>& targets) const;
};

/// The errors of WorkingTree::Find.
Result<TreeHere> FindTree();

/// A bar of bytes on the terminal for what takes longer than a second, and a note about whom it waits for.
class TreeProgress {
 public:
  enum class Shown { AtTerminal, Never };
  explicit TreeProgress(std::string label, Shown shown = Shown::AtTerminal);
  const repository::Meter& meter() const { return meter_; }

 private:
  os::ProgressBar bar_;
  repository::Meter meter_;
};

}  // namespace cairn::cli
