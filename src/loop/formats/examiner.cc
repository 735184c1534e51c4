#include "loop/formats/examiner.h"

#include <algorithm>

#include "ground/archive/codec.h"
#include "ground/archive/tar.h"
#include "ground/vocabulary/text.h"
#include "loop/formats/pickle/known.h"

namespace cairn::formats {
namespace {

constexpr std::size_t kMostFindings = 10'000, kMostParts = 1000;

bool IsPickled(Format format) {
  return format == Format::Pickle || format == Format::Joblib || format == Format::Cloudpickle ||
         format == Format::Torch;
}
bool IsZipped(Format format) {
  return format == Format::Torch || format == Format::TorchScript || format == Format::ExportedProgram ||
         format == Format::Skops || format == Format::Keras || format == Format::H2oMojo ||
         format == Format::Mleap || format == Format::NumpyZip || format == Format::CoreMlPackage ||
         format == Format::Archive;
}

bool HasWrapper(const pickle::Walk& walk) {
  return std::any_of(walk.imports.begin(), walk.imports.end(), [](const pickle::Import& import) {
    return import.name == "NumpyArrayWrapper" && import.module.ends_with("joblib.numpy_pickle");
  });
}
bool HasCloudpickle(const pickle::Walk& walk) {
  return std::any_of(walk.imports.begin(), walk.imports.end(),
                     [](const pickle::Import& import) { return import.module.starts_with("cloudpickle"); });
}

std::string VersionWord(const std::string& made, const std::string& version) {
  if (version.empty()) return made.empty() ? "" : std::string(Split(made, '.').front());
  return "scikit-learn " + version;
}

}  // namespace

std::string Inside(const std::string& where, std::string_view name) {
  return where.empty() ? std::string(name) : where + " › " + std::string(name);
}

void Examiner::Concern(const std::string& where, std::string what) {
  if (inspection_.concerns.size() < kMostFindings && worried_.insert(where + '\n' + what).second)
    inspection_.concerns.push_back({where, std::move(what)});
}

void Examiner::Damage(const std::string& where, std::string what) {
  if (inspection_.damage.size() < kMostFindings) inspection_.damage.push_back({where, std::move(what)});
}

void Examiner::AddImport(Import import) {
  if (!imported_.insert(import.where + '\n' + import.module + '\n' + import.name).second) return;
  if (inspection_.imports.size() < kMostFindings)
    inspection_.imports.push_back(std::move(import));
  else if (import.known_as.empty())
    Concern("", "it would import more than is listed here");
}

void Examiner::Take(Description description) {
  inspection_.format = description.format;
  inspection_.version = std::move(description.version);
  inspection_.writer = std::move(description.writer);
  inspection_.inputs = std::move(description.inputs);
  inspection_.outputs = std::move(description.outputs);
  inspection_.details = std::move(description.details);
}

Description Examiner::Look(std::string_view bytes, const std::string& where, int depth) {
  if (depth > limits_.deepest) {
    Concern(where, "it nests deeper than is looked into");
    return {};
  }
  Description description = Recognise(bytes, where, depth);
  for (auto& import : description.imports) {
    import.where = where;
    AddImport(std::move(import));
  }
  for (auto& concern : description.concerns) Concern(where, std::move(concern));
  for (auto& damage : description.damage) Damage(where, std::move(damage));
  LookAsOthers(bytes, description, where, depth);
  if (depth > 0 && description.format != Format::Unknown && inspection_.parts.size() < kMostParts)
    inspection_.parts.push_back({where, description.format, bytes.size()});
  return description;
}

Description Examiner::Recognise(std::string_view bytes, const std::string& where, int depth) {
  if (bytes.empty()) return {};
  if (auto marked = LookAtMarked(bytes, where, depth)) return std::move(*marked);
  if (auto stream = LookAtStream(bytes, where, depth)) return std::move(*stream);
  if (archive::IsTar(bytes)) return LookAtTar(bytes, where, depth);
  if (auto text = LookAtTexts(bytes)) return std::move(*text);
  if (pickle::IsPickle(bytes)) return LookAtPickle(bytes, where, depth, pickle::Reader::Plain);
  for (const auto describe : {DescribeCoreMl, DescribeOnnx, DescribeTensorFlow}) {
    if (auto description = describe(bytes)) return std::move(*description);
  }
  return {};
}

/// Formats whose first bytes are theirs alone.
std::optional<Description> Examiner::LookAtMarked(std::string_view bytes, const std::string& where,
                                                  int depth) {
  if (archive::BeginsAsZip(bytes)) return LookAtZip(bytes, where, depth);
  std::string_view content;
  bool holds_objects = false;
  if (auto array = DescribeNumpy(bytes, content, holds_objects)) {
    if (!holds_objects && !pickle::IsPickle(content)) return array;
    const auto inner = LookAtPickle(content, where, depth + 1, pickle::Reader::Plain);
    if (holds_objects) array->damage.insert(array->damage.end(), inner.damage.begin(), inner.damage.end());
    return array;
  }
  for (const auto describe :
       {DescribeGguf, DescribeCatboost, DescribeHdf5, DescribeXgboostUbj, DescribeSafetensors}) {
    if (auto description = describe(bytes)) return description;
  }
  if (bytes[0] == '\x80' && pickle::IsPickle(bytes)) {
    const bool torch = pickle::BeginsAsTorch(bytes);
    return LookAtPickle(bytes, where, depth, torch ? pickle::Reader::Torch : pickle::Reader::Plain);
  }
  return std::nullopt;
}

std::optional<Description> Examiner::LookAtTexts(std::string_view bytes) {
  for (const auto describe :
       {DescribeLightgbm, DescribeJson, DescribePmml, DescribeJavaSource, DescribeR, DescribeXgboostBinary}) {
    if (auto description = describe(bytes)) return description;
  }
  return std::nullopt;
}

std::optional<Description> Examiner::LookAtStream(std::string_view bytes, const std::string& where,
                                                  int depth) {
  const auto codec = archive::CodecOf(bytes);
  // joblib before 0.10 put a length in front of zlib's stream.
  const bool old_joblib = bytes.starts_with("ZF0x") && bytes.size() > 21;
  if (!codec && !old_joblib) return std::nullopt;
  const auto unpacked =
      archive::Unpack(old_joblib ? bytes.substr(21) : bytes, codec.value_or(archive::Codec::Zlib), left_);
  if (!unpacked) {
    Concern(where, "it could not be unpacked (" + unpacked.error().message + ")");
    return Description{.format = Format::Archive};
  }
  Pay(unpacked->bytes.size());
  if (unpacked->bytes.empty() && unpacked->end == archive::Unpacked::End::Damaged) return std::nullopt;
  const std::string name = codec ? archive::NameOf(*codec) : "zlib";
  Description inner = Look(unpacked->bytes, where, depth + 1);
  if (depth > 0 || !inspection_.parts.empty()) {
    // It is one part, not a part in a part.
    if (!inspection_.parts.empty() && inspection_.parts.back().where == where) inspection_.parts.pop_back();
  }
  inner.imports.clear();
  inner.concerns.clear();
  inner.damage.clear();
  if (inner.format == Format::Unknown) inner.format = Format::Archive;
  if (inner.format == Format::Pickle) inner.format = Format::Joblib;
  inner.SayText("compression", name);
  if (unpacked->end == archive::Unpacked::End::Damaged)
    inner.damage.push_back("its " + name + " stream is cut short or broken");
  if (unpacked->end == archive::Unpacked::End::OverLimit)
    inner.concerns.push_back("it unpacks to more than " + FormatBytes(limits_.most_unpacked_bytes) +
                             ": the rest was not looked into");
  return inner;
}

Description Examiner::LookAtTar(std::string_view bytes, const std::string& where, int depth) {
  Description description{.format = Format::Archive};
  std::size_t files = 0;
  std::set<std::string> names;
  const auto end = archive::EachTarFile(bytes, left_, [&](std::string name, std::string content) {
    Pay(content.size());
    Look(content, Inside(where, name), depth + 1);
    names.insert(std::move(name));
    return ++files < limits_.most_entries;
  });
  // torch before 0.1.10.
  if (names.count("pickle") && names.count("storages") && names.count("tensors"))
    description.format = Format::Torch;
  description.SayText("container", "tar");
  description.SayCount("entries", files);
  if (!end) {
    description.concerns.push_back("it could not be unpacked (" + end.error().message + ")");
  } else if (*end == archive::Unpacked::End::Damaged) {
    description.damage.push_back("the tar is cut short or broken");
  } else if (*end == archive::Unpacked::End::OverLimit || files == limits_.most_entries) {
    description.concerns.push_back("it unpacks to more than is looked into");
  }
  return description;
}

void Examiner::NoteWalk(const pickle::Walk& walk, const std::string& where, int depth) {
  for (const auto& import : walk.imports) {
    std::string known;
    if (import.how == pickle::Import::How::Named) known = pickle::KnownAs(import.module, import.name);
    if (known.empty() && in_torch_script_ && import.module.starts_with("__torch__")) known = "TorchScript";
    std::string name = import.name;
    if (import.how == pickle::Import::How::Computed) name += " (a name made while loading)";
    AddImport({where, import.module, name, import.offset, known});
  }
  for (const auto& concern : walk.concerns) Concern(where, concern);
  for (const auto embedded : walk.embedded) {
    if (depth >= limits_.deepest) return Concern(where, "it nests deeper than is looked into");
    const auto inside = Inside(where, "bytes inside");
    if (archive::BeginsAsZip(embedded) || archive::CodecOf(embedded))
      Look(embedded, inside, depth + 1);
    else if (pickle::IsPickle(embedded))
      NoteWalk(pickle::Follow(embedded, pickle::Reader::Plain), inside, depth + 1);
  }
}

/// joblib and Python's own unpickler part at the first array, so both are followed. Where pickles of objects
/// lie in the gaps, the latter goes on with numbers that mean other things to it: what it would then import
/// has to be a module's name to count.
pickle::Walk Examiner::LookAtJoblib(std::string_view bytes, pickle::Walk plain, const std::string& where,
                                    int depth) {
  auto walk = pickle::Follow(bytes, pickle::Reader::Joblib);
  NoteWalk(walk, where, depth);
  if (walk.arrays > 0) {
    std::erase_if(plain.imports, [&](const pickle::Import& import) {
      return import.offset >= walk.first_array && !pickle::MayBeModule(import.module);
    });
    plain.concerns.clear();
    plain.embedded.clear();
  }
  NoteWalk(plain, where, depth);
  return walk;
}

Description Examiner::LookAtPickle(std::string_view bytes, const std::string& where, int depth,
                                   pickle::Reader reader) {
  auto walk = pickle::Follow(bytes, reader);
  const bool joblib = HasWrapper(walk);
  if (joblib)
    walk = LookAtJoblib(bytes, std::move(walk), where, depth);
  else
    NoteWalk(walk, where, depth);
  Description description{.format = HasCloudpickle(walk) ? Format::Cloudpickle : Format::Pickle};
  if (reader == pickle::Reader::Torch) description.format = Format::Torch;
  if (joblib) description.format = Format::Joblib;
  description.version = "protocol " + std::to_string(walk.protocol);
  description.writer = VersionWord(walk.made, walk.scikit_learn_version);
  description.SayText("class", walk.made);
  description.SayCount("opcodes", walk.opcodes);
  if (walk.pickles > 1) description.SayCount("pickles", walk.pickles);
  if (walk.arrays > 0) description.SayCount("arrays", walk.arrays);
  if (!walk.fault.empty()) {
    description.damage.push_back("the pickle cannot be followed at " + walk.fault);
  } else if (walk.read < bytes.size()) {
    description.SayCount(reader == pickle::Reader::Torch ? "storage_bytes" : "trailing_bytes",
                         bytes.size() - walk.read);
  }
  return description;
}

void Examiner::LookAsOthers(std::string_view bytes, const Description& description, const std::string& where,
                            int depth) {
  if (bytes.size() < 2) return;
  if (!IsPickled(description.format)) {
    auto walk = pickle::Follow(bytes, pickle::Reader::Plain);
    std::erase_if(walk.imports, [](const pickle::Import& import) {
      return !pickle::KnownAs(import.module, import.name).empty();
    });
    // Text of any kind may begin with a few opcodes by chance; an import that goes on does not.
    const bool zip_line = bytes[0] == 'P';
    if (!walk.imports.empty() && !zip_line && pickle::IsPickle(bytes)) {
      walk.concerns.assign(1, "a reader of pickles would take its first bytes for one");
      NoteWalk(walk, where, depth + 1);
    }
  }
  if (IsZipped(description.format) && archive::BeginsAsZip(bytes)) return;
  const auto zip = archive::ReadZip(bytes, limits_.most_entries);
  if (!zip || !*zip || (*zip)->entries.empty()) return;
  Concern(where, "a reader of zips would take its last bytes for one");
  LookAtEntries(**zip, FormatOfZip(**zip), Inside(where, "zip at the end"), depth + 1);
}

Runs Inspection::runs() const {
  const bool unknown = std::any_of(imports.begin(), imports.end(),
                                   [](const Import& import) { return import.known_as.empty(); });
  if (unknown || !concerns.empty()) return Runs::UnknownCode;
  if (format == Format::Unknown || (format == Format::Archive && parts.empty())) return Runs::CannotTell;
  return imports.empty() ? Runs::Nothing : Runs::KnownCode;
}

}  // namespace cairn::formats
