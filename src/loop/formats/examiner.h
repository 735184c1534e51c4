#pragma once

#include <set>
#include <string>
#include <string_view>

#include "ground/archive/zip.h"
#include "loop/formats/formats.h"
#include "loop/formats/kinds/description.h"
#include "loop/formats/pickle/walk.h"

namespace cairn::formats {

/// Looks at the bytes of a file and at what lies inside, and collects what loading it would do. One thread at
/// a time.
class Examiner {
 public:
  Examiner(const Limits& limits, Inspection& inspection)
      : limits_(limits), inspection_(inspection), left_(limits.most_unpacked_bytes) {}

  /// Describes `bytes`. What is found is noted under `where`; parts inside are looked at too.
  Description Look(std::string_view bytes, const std::string& where, int depth);
  /// Takes a description of the whole file for its inspection.
  void Take(Description description);
  void Concern(const std::string& where, std::string what);
  void Damage(const std::string& where, std::string what);
  void AddImport(Import import);

 private:
  Description Recognise(std::string_view bytes, const std::string& where, int depth);
  std::optional<Description> LookAtMarked(std::string_view bytes, const std::string& where, int depth);
  std::optional<Description> LookAtTexts(std::string_view bytes);
  Description LookAtZip(std::string_view bytes, const std::string& where, int depth);
  void DescribeZip(const archive::ZipFolder& folder, Description& description);
  void LookAtEntries(const archive::ZipFolder& folder, Format format, const std::string& where, int depth);
  void LookAtEntry(const archive::ZipEntry& entry, Format format, const std::string& where, int depth);
  Description LookAtTar(std::string_view bytes, const std::string& where, int depth);
  std::optional<Description> LookAtStream(std::string_view bytes, const std::string& where, int depth);
  Description LookAtPickle(std::string_view bytes, const std::string& where, int depth,
                           pickle::Reader reader);
  pickle::Walk LookAtJoblib(std::string_view bytes, pickle::Walk plain, const std::string& where, int depth);
  void NoteWalk(const pickle::Walk& walk, const std::string& where, int depth);
  /// What a reader for which the file was not made would find: a pickle at its front, a zip at its end.
  void LookAsOthers(std::string_view bytes, const Description& description, const std::string& where,
                    int depth);
  /// The entry's content, within the limit; "" when there is none.
  std::string Content(const archive::ZipFolder& folder, std::string_view ending);
  void Pay(std::uint64_t bytes) { left_ -= std::min(left_, bytes); }

  const Limits& limits_;
  Inspection& inspection_;
  std::uint64_t left_;  ///< Bytes that may still be unpacked.
  bool in_torch_script_ = false;
  std::set<std::string> imported_, worried_;
};

/// "a.zip › b.pkl"
std::string Inside(const std::string& where, std::string_view name);

/// Which format a zip with these entries is; Archive for any other.
Format FormatOfZip(const archive::ZipFolder& folder);
/// A raw tensor of a torch file, which its reader copies and never interprets.
bool IsTorchStorage(std::string_view name);

/// What those files of a zip say: skops' schema, an ini file of H2O, MLeap's bundle.
void ReadSkopsSchema(std::string_view json, Description& description);
void ReadMojoIni(std::string_view text, Description& description);
void ReadMleapBundle(std::string_view json, Description& description);
/// What an MLflow folder's MLmodel says.
void ReadMlmodel(std::string_view yaml, Description& description);

}  // namespace cairn::formats
