#pragma once

namespace cairn::crypto {

/// Before the first call into OpenSSL: keeps it from reading the machine's configuration file, which costs
/// more than the work.
void WithoutConfiguration();

/// Deletes by one of OpenSSL's functions: std::unique_ptr<BIO, FreeWith<BIO_free>>.
template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};

/// Ends the program when a step of OpenSSL's that has no reason to fail failed.
void Check(bool done);

}  // namespace cairn::crypto
