#include <algorithm>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/formats/examiner.h"
#include "loop/formats/pickle/known.h"

namespace cairn::formats {
namespace {

using archive::ZipEntry;
using archive::ZipFolder;

constexpr std::uint64_t kMostConfig = 64 << 20;

bool Has(const ZipFolder& folder, std::string_view name) {
  return std::any_of(folder.entries.begin(), folder.entries.end(),
                     [&](const ZipEntry& entry) { return entry.name == name; });
}
/// Whether there is an entry of that name below one folder, as torch and zipped packages have them.
bool HasBelow(const ZipFolder& folder, std::string_view ending) {
  return std::any_of(folder.entries.begin(), folder.entries.end(), [&](const ZipEntry& entry) {
    return entry.name.ends_with(ending) && entry.name.find('/') == entry.name.size() - ending.size();
  });
}
bool HasPart(const ZipFolder& folder, std::string_view part) {
  return std::any_of(folder.entries.begin(), folder.entries.end(),
                     [&](const ZipEntry& entry) { return entry.name.find(part) != std::string::npos; });
}
bool AllEnd(const ZipFolder& folder, std::string_view ending) {
  return std::all_of(folder.entries.begin(), folder.entries.end(),
                     [&](const ZipEntry& entry) { return entry.name.ends_with(ending); });
}

std::uint64_t CountIf(const ZipFolder& folder, bool (*holds)(std::string_view)) {
  return static_cast<std::uint64_t>(std::count_if(folder.entries.begin(), folder.entries.end(),
                                                  [&](const ZipEntry& entry) { return holds(entry.name); }));
}
/// Entries that lie on each other would be looked at once for each: a few bytes could ask for any amount of
/// work.
bool Overlaps(const ZipFolder& folder) {
  const char *first = nullptr, *last = nullptr;
  std::uint64_t sum = 0;
  for (const ZipEntry& entry : folder.entries) {
    const char *begin = entry.packed.data(), *end = begin + entry.packed.size();
    first = first ? std::min(first, begin) : begin;
    last = last ? std::max(last, end) : end;
    sum += entry.packed.size();
  }
  return sum > static_cast<std::uint64_t>(last - first);
}
bool IsCode(std::string_view name) {
  return name.find("/code/") != std::string_view::npos && name.ends_with(".py");
}
bool IsAny(std::string_view) { return true; }

}  // namespace

bool IsTorchStorage(std::string_view name) {
  const auto slash = name.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == name.size()) return false;
  const auto folder = name.substr(0, slash);
  return (folder == "data" || folder.ends_with("/data") || folder.ends_with("/constants")) &&
         name.find_first_not_of("0123456789", slash + 1) == std::string_view::npos;
}

Format FormatOfZip(const ZipFolder& folder) {
  if (folder.entries.empty()) return Format::Archive;
  if (Has(folder, "schema.json")) return Format::Skops;
  if (Has(folder, "config.json") && (Has(folder, "model.weights.h5") || Has(folder, "metadata.json")))
    return Format::Keras;
  if (Has(folder, "model.ini")) return Format::H2oMojo;
  if (Has(folder, "bundle.json")) return Format::Mleap;
  if (Has(folder, "archive_format") || HasBelow(folder, "/archive_format") ||
      Has(folder, "serialized_exported_program.json"))
    return Format::ExportedProgram;
  if (HasBelow(folder, "/data.pkl"))
    return HasBelow(folder, "/constants.pkl") || HasPart(folder, "/code/") ? Format::TorchScript
                                                                           : Format::Torch;
  if (HasPart(folder, "com.apple.CoreML/")) return Format::CoreMlPackage;
  if (AllEnd(folder, ".npy")) return Format::NumpyZip;
  return Format::Archive;
}

std::string Examiner::Content(const ZipFolder& folder, std::string_view ending) {
  for (const ZipEntry& entry : folder.entries) {
    if (entry.name != ending && !(ending.starts_with('/') && entry.name.ends_with(ending))) continue;
    auto unpacked = archive::UnpackEntry(entry, std::min(left_, kMostConfig));
    if (!unpacked) return {};
    Pay(unpacked->bytes.size());
    return std::move(unpacked->bytes);
  }
  return {};
}

/// What the zip's own files say of it.
void Examiner::DescribeZip(const ZipFolder& folder, Description& description) {
  switch (description.format) {
    case Format::Skops:
      ReadSkopsSchema(Content(folder, "schema.json"), description);
      break;
    case Format::Keras: {
      if (const auto metadata = Json::Parse(Content(folder, "metadata.json")))
        description.writer = "Keras " + metadata->Text("keras_version");
      ReadKerasConfig(Content(folder, "config.json"), description);
      break;
    }
    case Format::H2oMojo:
      ReadMojoIni(Content(folder, "model.ini"), description);
      break;
    case Format::Mleap:
      ReadMleapBundle(Content(folder, "bundle.json"), description);
      break;
    case Format::TorchScript:
      description.SayCount("source_files", CountIf(folder, IsCode));
      [[fallthrough]];
    case Format::Torch:
      description.version = Trim(Content(folder, "/version"));
      description.SayCount("tensors", CountIf(folder, IsTorchStorage));
      break;
    case Format::ExportedProgram:
      description.version = Trim(Content(folder, "/archive_version"));
      break;
    default:
      description.SayCount("entries", CountIf(folder, IsAny));
  }
}

Description Examiner::LookAtZip(std::string_view bytes, const std::string& where, int depth) {
  Description description{.format = Format::Archive};
  const auto read = archive::ReadZip(bytes, limits_.most_entries);
  if (!read && read.error().reason == Reason::TooLarge) {
    description.concerns.push_back(read.error().message + " than are looked into");
    return description;
  }
  if (!read || !*read) {
    description.damage.push_back(read ? "the zip has no folder at its end: it is cut short"
                                      : read.error().message);
    return description;
  }
  const ZipFolder& folder = **read;
  description.format = FormatOfZip(folder);
  for (const auto& oddity : folder.oddities)
    description.concerns.push_back("readers of zips do not agree about it: " + oddity);
  const bool outer = in_torch_script_;
  in_torch_script_ = description.format == Format::TorchScript;
  LookAtEntries(folder, description.format, where, depth);
  in_torch_script_ = outer;
  DescribeZip(folder, description);
  return description;
}

void Examiner::LookAtEntries(const ZipFolder& folder, Format format, const std::string& where, int depth) {
  if (Overlaps(folder))
    return Concern(
        where, "its entries share their bytes, as no writer of zips makes them: they were not looked into");
  for (const ZipEntry& entry : folder.entries) {
    const bool torch =
        format == Format::Torch || format == Format::TorchScript || format == Format::ExportedProgram;
    if (entry.packed.empty() || (torch && entry.stored && IsTorchStorage(entry.name))) continue;
    LookAtEntry(entry, format, Inside(where, entry.name), depth);
  }
}

void Examiner::LookAtEntry(const ZipEntry& entry, Format format, const std::string& where, int depth) {
  archive::Unpacked unpacked;
  std::string_view content = entry.packed;
  bool intact = true;
  if (entry.stored) {
    const auto matches = archive::Matches(entry, content);
    intact = matches && *matches;
  } else {
    auto read = archive::UnpackEntry(entry, left_);
    if (!read) {
      Concern(where, "it could not be unpacked (" + read.error().message + ")");
      return;
    }
    unpacked = std::move(*read);
    Pay(unpacked.bytes.size());
    content = unpacked.bytes;
    intact = unpacked.end != archive::Unpacked::End::Damaged;
    if (unpacked.end == archive::Unpacked::End::OverLimit)
      Concern(where, "it unpacks to more than " + FormatBytes(limits_.most_unpacked_bytes) +
                         ": the rest was not looked into");
  }
  if (!intact) Damage(where, "its sum or length is not what the zip says");
  const bool torch_pickle =
      (format == Format::Torch || format == Format::TorchScript) && entry.name.ends_with(".pkl");
  if (torch_pickle) {
    const auto inner = LookAtPickle(content, where, depth + 1, pickle::Reader::Torch);
    for (const auto& damage : inner.damage) Damage(where, damage);
    return;
  }
  if (format == Format::TorchScript && IsCode(entry.name)) {
    for (const auto reaching : {"torch.save(", "torch.from_file(", "ops.aten.save", "ops.aten.from_file"}) {
      if (content.find(reaching) != std::string_view::npos)
        Concern(where, "its code calls " + std::string(reaching, std::string_view(reaching).find('(')) +
                           ", which reads or writes files");
    }
  }
  Look(content, where, depth + 1);
}

}  // namespace cairn::formats
