#include "loop/data/verification.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ledger/metadata/event.h"

namespace cairn::data {
namespace {

using Part = VerifiedPart;

struct Expected {
  Part part;
  std::string md5, sha256;
};

std::vector<Expected> PartsOf(const Catalogue& catalogue, const DatasetVersion& version) {
  std::vector<Expected> parts;
  const auto add = [&](const DatasetFile& file, Part::What what, const std::string& md5,
                       const std::string& sha256) {
    if (!md5.empty())
      parts.push_back({{file.name, what, Part::State::Intact, catalogue.objects().PathOf(md5)}, md5, sha256});
  };
  for (const auto& file : version.files) {
    if (file.origin.starts_with('/')) {
      parts.push_back(
          {{file.name, Part::What::Source, Part::State::Intact, file.origin}, file.md5, file.sha256});
    }
    add(file, Part::What::Original, file.md5, file.sha256);
    if (file.training_md5 != file.md5)
      add(file, Part::What::Training, file.training_md5, file.training_sha256);
    add(file, Part::What::Sealed, file.sealed_md5, file.sealed_sha256);
  }
  return parts;
}

Result<std::uint64_t> Look(Expected& expected) {
  const bool source = expected.part.what == Part::What::Source;
  const auto found = crypto::HashFile(expected.part.path);
  if (!found && found.error().reason != Reason::NotFound) return found.error();
  if (!found) {
    expected.part.state = source ? Part::State::Gone : Part::State::Missing;
    return std::uint64_t{0};
  }
  if (found->md5 != expected.md5 || found->sha256 != expected.sha256)
    expected.part.state = source ? Part::State::Changed : Part::State::Damaged;
  return found->size;
}

Result<> Record(Catalogue& catalogue, const DatasetVersion& version, const Verification& verification,
                std::string_view actor) {
  Json problems = Json::Array();
  for (const auto& part : verification.parts) {
    if (part.state == Part::State::Intact || part.state == Part::State::Gone) continue;
    problems.Push(Json{{"file", part.file}, {"part", NameOf(part.what)}, {"state", NameOf(part.state)}});
  }
  const TimeMs now = catalogue.clock().Now();
  CAIRN_TRY(catalogue.database().Transact([&](sql::Connection& connection) {
    return metadata::Append(connection, now,
                            {"data.verified", SubjectOf(version), std::string(actor), "",
                             Json{{"dataset", version.dataset},
                                  {"version", version.version},
                                  {"digest", version.digest},
                                  {"sound", verification.sound},
                                  {"parts", verification.parts.size()},
                                  {"problems", problems}}});
  }));
  return Done{};
}

}  // namespace

const char* NameOf(Part::What what) {
  switch (what) {
    case Part::What::Source:
      return "source";
    case Part::What::Original:
      return "original";
    case Part::What::Training:
      return "training part";
    case Part::What::Sealed:
      return "sealed part";
  }
  return "original";
}

const char* NameOf(Part::State state) {
  switch (state) {
    case Part::State::Intact:
      return "intact";
    case Part::State::Gone:
      return "gone";
    case Part::State::Changed:
      return "changed";
    case Part::State::Missing:
      return "missing";
    case Part::State::Damaged:
      return "damaged";
  }
  return "intact";
}

Result<Verification> Verify(Catalogue& catalogue, const DatasetVersion& version, std::string_view actor) {
  auto expected = PartsOf(catalogue, version);
  std::vector<Result<std::uint64_t>> looks(expected.size(), std::uint64_t{0});
  os::ForEachIndex(expected.size(),
                   static_cast<unsigned>(std::min<std::size_t>(os::Processors(), expected.size())),
                   [&](std::size_t i) { looks[i] = Look(expected[i]); });
  Verification verification;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    verification.bytes += CAIRN_TRY(looks[i]);
    const auto state = expected[i].part.state;
    if (state != Part::State::Intact && state != Part::State::Gone) verification.sound = false;
    verification.parts.push_back(std::move(expected[i].part));
  }
  CAIRN_TRY(Record(catalogue, version, verification, actor));
  return verification;
}

Result<> VerifyObject(const Catalogue& catalogue, const std::string& md5, const std::string& sha256,
                      const std::string& what) {
  const std::string path = catalogue.objects().PathOf(md5);
  const auto found = crypto::HashFile(path);
  if (!found && found.error().reason == Reason::NotFound) {
    return Error{Reason::NotFound, what + " is not in the cache (" + path +
                                       "): fetch it from a remote, or add its source again"};
  }
  if (!found) return found.error();
  if (found->md5 == md5 && found->sha256 == sha256) return Done{};
  return Error{Reason::Corrupt,
               what + " is damaged in the cache: " + path +
                   " is not what was stored; remove it and fetch it from a remote, or add its "
                   "source again"};
}

}  // namespace cairn::data
