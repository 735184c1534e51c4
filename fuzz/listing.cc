#include "loop/repository/listing.h"

#include "fuzz/property.h"

using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;
using cairn::repository::Listing;

/// What was read is written as an object that reads the same, in order, each path once and inside the folder.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto listing = Listing::Parse(std::string(cairn::fuzz::Bytes(data, size)));
  if (!listing) return 0;
  listing->Arrange();
  const auto& files = listing->files();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto path = files[i].relpath;
    Hold(i == 0 || Listing::Before(files[i - 1].relpath, path), "paths are in order, each once");
    Hold(!path.empty() && path.front() != '/' && !path.starts_with("../"), "a path stays in the folder");
    Hold(path.find("/../") == path.npos && !path.ends_with("/.."), "no part of a path leads out");
  }
  const std::string object = listing->Object();
  auto again = Listing::Parse(object);
  if (!again) HoldEqual(again.error().message, object, "what was written can be read");
  HoldEqual(again->Object(), object, "a listing survives being written and read");
  return 0;
}
