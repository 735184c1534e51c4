#pragma once

#include <span>
#include <string>

/// DVC's commands: each takes the words behind its name and gives DVC's exit code.
namespace cairn::cli::dvc {

using Words = std::span<const std::string>;

int Add(Words words);
int Commit(Words words);
int Checkout(Words words);
int Move(Words words);
int Remove(Words words);
int Unprotect(Words words);

int Status(Words words);
/// `status --cloud`.
int CloudStatus(Words words);
/// `data status`.
int Data(Words words);
int Diff(Words words);
int List(Words words);

int Push(Words words);
int Pull(Words words);
int Fetch(Words words);
int Collect(Words words);

int Get(Words words);
int Import(Words words);
int Update(Words words);

int Remote(Words words);
int Config(Words words);
int Root(Words words);
int Init(Words words);

}  // namespace cairn::cli::dvc
