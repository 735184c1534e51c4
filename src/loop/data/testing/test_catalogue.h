#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/data/catalogue.h"
#include "loop/data/schema.h"

namespace cairn::data::testing {

/// The value of a Result that must have one.
template <class T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// A project with a store and a catalogue, and a data set "flights": key id, target late, a quarter held out.
class TestCatalogue {
 public:
  explicit TestCatalogue(const std::string& engine) : store_(engine) {
    Must(store_->Migrate(std::array{&metadata::Schema(), &Schema()}));
    Must(os::MakeFolders(InProject("raw")));
    flights.name = "flights";
    flights.path = "data/flights";
    flights.target = "late";
    flights.key = {"id"};
    flights.holdout = 0.25;
  }

  std::string InProject(const std::string& name) const { return folder_ / ("project/" + name); }
  std::string Write(const std::string& name, std::string_view text) {
    Must(os::WriteFileAtomically(InProject("raw/" + name), text));
    return InProject("raw/" + name);
  }
  /// id, late, code for `first` … `last`.
  static std::string Rows(int first, int last) {
    std::string text = "id,late,code\n";
    for (int i = first; i <= last; ++i)
      text +=
          std::to_string(i) + "," + std::to_string(i % 3 == 0 ? 1 : 0) + ",c" + std::to_string(i % 7) + "\n";
    return text;
  }
  Result<DatasetVersion> Add(const std::string& file, Addition addition = {}) {
    addition.file = file;
    if (addition.actor.empty()) addition.actor = "ada";
    return catalogue.Add(flights, addition);
  }
  std::vector<metadata::LoggedEvent> Events(const std::string& kind) {
    metadata::EventFilter filter;
    filter.kind = kind;
    return Must(metadata::Log(store_.database()).Read(filter));
  }
  std::size_t EventCount() {
    return static_cast<std::size_t>(Must(metadata::Log(store_.database()).Count()));
  }
  /// Every file below a folder of the project.
  std::vector<std::string> FilesBelow(const std::string& name) {
    std::vector<std::string> files;
    if (!os::Exists(InProject(name))) return files;
    for (const auto& entry : Must(os::ListTree(InProject(name)))) {
      if (entry.kind == os::FileKind::File) files.push_back(entry.path);
    }
    return files;
  }
  sql::testing::TestStore& store() { return store_; }
  os::TempFolder& folder() { return folder_; }

 private:
  os::TempFolder folder_ = Must(os::TempFolder::Create());
  sql::testing::TestStore store_;

 public:
  os::testing::ManualClock clock;
  Catalogue catalogue{store_.database(),
                      clock,
                      {.project = InProject(""),
                       .cache = InProject(".dvc/cache"),
                       .scratch = folder_ / "scratch",
                       .index = folder_ / "index"}};
  Specification flights;
};

}  // namespace cairn::data::testing
