#include "ground/crypto/openssl.h"

#include <openssl/crypto.h>

#include <cstdio>
#include <cstdlib>

namespace cairn::crypto {

void WithoutConfiguration() {
  static const bool done = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1;
  Check(done);
}

void Check(bool done) {
  if (done) return;
  std::fputs("OpenSSL failed at a step that cannot fail; its library is broken or memory is used up\n",
             stderr);
  std::abort();
}

}  // namespace cairn::crypto
