#include "ground/sql/testing/temporary_folder.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace cairn::sql::testing {

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / "cairn-store.XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr)
    throw std::runtime_error("No temporary folder could be made for a test's store.");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cairn::sql::testing
