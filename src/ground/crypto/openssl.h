#pragma once

namespace cairn::crypto {

/// Before the first call into OpenSSL: keeps it from reading the machine's configuration file, which costs
/// more than the work.
void WithoutConfiguration();

/// Ends the program when a step of OpenSSL's that has no reason to fail failed.
void Check(bool done);

}  // namespace cairn::crypto
