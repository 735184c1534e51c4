#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::blob {

/// Which part of which bucket, where it is, and who asks.
struct Place {
  std::string bucket;
  std::string prefix;  ///< Before every key; "" or without slashes at its ends.
  std::string
      endpoint;  ///< "http://127.0.0.1:9000": addressed by path. "": Amazon's, addressed by host name.
  std::string region = "us-east-1";
  std::string access_key, secret_key;  ///< Both "": requests are not signed, as for a bucket open to all.
  std::string session_token;           ///< "" for lasting credentials.
  std::vector<std::pair<std::string, std::string>>
      upload_fields;        ///< Header fields of every object stored: "X-Amz-Acl" and the like.
  std::string authorities;  ///< As fetch::Outgoing has it, and the next.
  bool any_certificate = false;

  /// "s3://bucket/prefix", for messages.
  std::string Shown() const;
};

/// Whether `text` begins as the address of a bucket does.
bool IsBucketUrl(std::string_view text);

/// The bucket and prefix of "s3://bucket/prefix", and nothing else. InvalidArgument says what is malformed.
Result<Place> PlaceAt(std::string_view url);

/// Reads "s3://bucket/prefix". Endpoint: MLFLOW_S3_ENDPOINT_URL, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the
/// first that is set. Region: AWS_REGION, AWS_DEFAULT_REGION. Credentials: AWS_ACCESS_KEY_ID,
/// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; files of credentials and metadata services are not asked.
/// InvalidArgument names what is malformed or missing.
Result<Place> PlaceFromEnvironment(std::string_view url);

}  // namespace cairn::blob
