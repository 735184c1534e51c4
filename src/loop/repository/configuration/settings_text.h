#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// One line of a settings file. Sections and keys are in lower case; the section of a remote is
/// "remote.NAME".
struct SettingLine {
  std::string section;
  std::string key;
  std::string value;  ///< Without quotes; of a list its items, with commas between.
  bool list = false;
  int line = 0;
};

/// The text of a settings file, in the dialect that DVC's library ConfigObj reads and writes. Changes touch
/// only what they name: comments, order and spacing of the rest stay as they are.
class SettingsText {
 public:
  /// InvalidArgument with file and line for a text that is none. `file` is only for messages.
  static Result<SettingsText> Read(std::string text, const std::string& file);

  const std::string& text() const { return text_; }
  std::vector<SettingLine> Lines() const;
  std::optional<std::string> Find(std::string_view section, std::string_view key) const;

  /// Replaces the value, or adds the key at the end of its section, or the section at the end of the text.
  void Set(const std::string& section, const std::string& key, std::string_view value);
  /// False when it is not there.
  bool Remove(std::string_view section, std::string_view key);
  bool RemoveSection(std::string_view section);
  bool RenameSection(std::string_view section, const std::string& name);

 private:
  struct Entry : SettingLine {
    std::size_t begin = 0, end = 0;              ///< The whole line or lines, with the line end.
    std::size_t value_begin = 0, value_end = 0;  ///< The value as written.
  };
  struct Section {
    std::string name;
    std::size_t begin = 0, end = 0;  ///< From its head up to the next one.
    std::vector<Entry> entries;
  };

  /// A line that is being read: where it lies in the text, and its number.
  struct Row {
    const std::string& file;
    int number = 0;
    std::size_t begin = 0, end = 0;
  };
  Result<> Parse(const std::string& file);
  Result<> TakeHead(const Row& row);
  /// Moves the row's end, and its number, behind a value that goes over several lines.
  Result<> TakeEntry(Row& row);
  Result<> TakeValueInto(Entry& entry, Row& row) const;
  std::string_view LineOf(const Row& row) const;
  Section* FindSection(std::string_view name);
  /// After a change, which leaves a text that can be read.
  void Reread();

  std::string text_;
  std::vector<Section> sections_;
};

}  // namespace cairn::repository
