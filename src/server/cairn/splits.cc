#include "loop/data/splits.h"

#include "ground/os/temp_folder.h"
#include "ground/tables/plain_files.h"
#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"
#include "server/cairn/dialect_json.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const DataRooms>;

Result<std::vector<std::string>> WordsIn(const Json& body, std::string_view name) {
  std::vector<std::string> words;
  for (const Json& word : body.At(name).items()) {
    if (!word.IsString())
      return Error{Reason::InvalidArgument, "'" + std::string(name) + "' must be a list of texts"};
    words.push_back(word.AsString());
  }
  return words;
}

Result<data::SplitWish> WishIn(const Json& body, std::string_view parts) {
  data::SplitWish wish;
  wish.method = CAIRN_TRY(data::SplitMethodNamed(body.Text("by", "random")));
  wish.parts = CAIRN_TRY(data::ParseParts(body.Text("parts", parts)));
  wish.key = CAIRN_TRY(WordsIn(body, "key"));
  wish.group = CAIRN_TRY(WordsIn(body, "group"));
  wish.cuts = CAIRN_TRY(WordsIn(body, "cuts"));
  wish.stratum = body.Text("stratum");
  wish.time = body.Text("time");
  wish.seed = body.Text("seed", "0");
  return wish;
}

Result<std::string> AbsoluteIn(const Json& body, std::string_view name) {
  std::string path = CAIRN_TRY(RequiredText(body, name));
  if (path.starts_with('/')) return path;
  return Error{
      Reason::InvalidArgument,
      "'" + std::string(name) + "' must be an absolute path on the server's machine, not '" + path + "'"};
}

Result<Json> Split(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "version", "by", "parts", "key", "group", "cuts", "stratum",
                                    "time", "seed", "name", "to", "cause"}));
  const auto specification =
      CAIRN_TRY(SpecificationOf(rooms->configurations, CAIRN_TRY(RequiredText(call.body, "dataset"))));
  const auto version = CAIRN_TRY(rooms->catalogue.Named(specification.name, call.body.Text("version")));
  data::VersionSplit split;
  // Sealed rows are a test part of their own already.
  split.wish = CAIRN_TRY(WishIn(
      call.body, version.sealed_rows > 0 ? "train=80,validation=20" : "train=80,validation=10,test=10"));
  split.name = call.body.Text("name", "split");
  split.to = call.body.Text("to");
  split.actor = call.Actor();
  split.cause = call.body.Text("cause");
  return data::SplitVersion(rooms->catalogue, specification, version, split);
}

/// An engine for one call: nothing of it stays.
struct Workbench {
  os::TempFolder folder;
  std::unique_ptr<tables::Engine> engine;

  static Result<Workbench> Open(const std::string& spill) {
    auto folder = CAIRN_TRY(os::TempFolder::Create(spill));
    tables::Engine::Options options;
    options.threads = 0;
    options.memory_bytes = std::uint64_t{4} << 30;
    options.spill = folder.path();
    auto engine = CAIRN_TRY(tables::Engine::Open(options));
    return Workbench{std::move(folder), std::move(engine)};
  }
};

Result<Json> SplitFile(const std::string& spill, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"file", "to", "by", "parts", "key", "group", "cuts", "stratum", "time",
                                    "seed", "target", "dialect"}));
  const std::string file = CAIRN_TRY(AbsoluteIn(call.body, "file")),
                    to = CAIRN_TRY(AbsoluteIn(call.body, "to"));
  const auto wish = CAIRN_TRY(WishIn(call.body, "train=80,validation=10,test=10"));
  const auto bench = CAIRN_TRY(Workbench::Open(spill));
  const std::string target = call.body.Text("target", wish.stratum);
  const auto files = CAIRN_TRY(tables::PlainFiles::Of({file}, CAIRN_TRY(DialectIn(call.body))));
  return files.Told(data::SplitFile(*bench.engine, files.paths().front(), to, wish, target));
}

Result<Json> Leaks(const std::string& spill, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"files", "key", "group", "time", "target", "ordered", "dialect"}));
  const auto named = CAIRN_TRY(WordsIn(call.body, "files"));
  const auto files = CAIRN_TRY(tables::PlainFiles::Of(named, CAIRN_TRY(DialectIn(call.body))));
  std::vector<data::PartFile> parts;
  for (std::size_t i = 0; i < files.paths().size(); ++i)
    parts.push_back({i < named.size() ? named[i] : files.paths()[i], files.paths()[i]});
  if (parts.size() < 2) return Error{Reason::InvalidArgument, "'files' must name two parts or more"};
  data::PartColumns columns;
  columns.key = CAIRN_TRY(WordsIn(call.body, "key"));
  columns.group = CAIRN_TRY(WordsIn(call.body, "group"));
  columns.time = call.body.Text("time");
  columns.target = call.body.Text("target");
  columns.ordered = call.body.Bool("ordered");
  const auto bench = CAIRN_TRY(Workbench::Open(spill));
  Json answer = CAIRN_TRY(files.Told(data::CheckParts(*bench.engine, parts, columns)));
  Json balance;
  if (!columns.target.empty())
    balance = CAIRN_TRY(files.Told(data::BalanceOf(*bench.engine, parts, columns.target)));
  return answer.Set("balance", balance);
}

}  // namespace

void MountSplits(http::Router& router, DataRooms given) {
  const auto rooms = std::make_shared<const DataRooms>(given);
  router.Post("/api/v1/data/split", Answer([rooms](const Call& call) { return Split(rooms, call); }),
              http::Lane::Bytes);
}

void MountFileSplits(http::Router& router, std::string spill) {
  router.Post("/api/v1/data/split-file", Answer([spill](const Call& call) { return SplitFile(spill, call); }),
              http::Lane::Bytes);
  router.Post("/api/v1/data/leaks", Answer([spill](const Call& call) { return Leaks(spill, call); }),
              http::Lane::Bytes);
}

}  // namespace cairn::api
