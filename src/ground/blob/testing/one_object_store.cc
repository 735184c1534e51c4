#include "ground/blob/testing/one_object_store.h"

#include "ground/fetch/testing/scripted_peer.h"

namespace cairn::blob::testing {

struct OneObjectStore::Peer {
  fetch::testing::ScriptedPeer peer;
};

OneObjectStore::OneObjectStore(const std::string& content)
    : peer_(new Peer{
          fetch::testing::ScriptedPeer({fetch::testing::Answering(200, content, "ETag: \"e\"\r\n")})}) {}

OneObjectStore::~OneObjectStore() = default;

Place OneObjectStore::place() const {
  Place place;
  place.bucket = "models";
  place.endpoint = "http://127.0.0.1:" + std::to_string(peer_->peer.port());
  place.access_key = place.secret_key = "key";
  return place;
}

}  // namespace cairn::blob::testing
