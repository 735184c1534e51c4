#pragma once

#include "ground/blob/bucket.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"

namespace cairn::repository {

/// Where a remote of DVC's with an address s3://… is, and who asks. Keys come from the remote's settings;
/// from the profile that it, or AWS_PROFILE, names; from the AWS_… variables; from the profile "default"; or,
/// where the remote allows anonymous access, from nowhere. Profiles are read in ~/.aws/credentials and
/// ~/.aws/config (moved by the remote's `credentialpath` and `configpath`, AWS_SHARED_CREDENTIALS_FILE and
/// AWS_CONFIG_FILE). InvalidArgument when there are no keys, Unsupported for options that Cairn does not
/// serve.
Result<blob::Place> BucketPlace(const RemoteSettings& settings);

/// The time limits of the remote's settings.
Result<blob::Tuning> BucketTuning(const RemoteSettings& settings);

}  // namespace cairn::repository
