#include "app/reporting.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cairn::app {
namespace {

class Reporting : public ::testing::Test {
 protected:
  Reporting() { Forget(); }
  ~Reporting() override { Forget(); }
  static void Forget() {
    for (const char* name :
         {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME",
          "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_SDK_DISABLED"})
      ::unsetenv(name);
  }
  static Result<std::optional<otlp::Settings>> In(const std::string& yaml) {
    return ReportingIn(*ParseYaml(yaml, "cairn.yaml"));
  }
};

TEST_F(Reporting, IsOffUnlessTheConfigurationSaysSo) {
  ::setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318", 1);
  for (const char* yaml : {"project: a", "telemetry:", "telemetry: {}", "telemetry: {otlp: }"}) {
    const auto settings = In(yaml);
    ASSERT_TRUE(settings) << yaml;
    EXPECT_FALSE(*settings) << yaml;
  }
}

TEST_F(Reporting, ReadsTheSection) {
  const auto settings = In(
      "telemetry: {otlp: {endpoint: 'https://c.example/otlp/', traces: 10%, metrics: false, interval: 1m}}");
  ASSERT_TRUE(settings && *settings);
  EXPECT_EQ((*settings)->endpoint, "https://c.example/otlp");
  EXPECT_EQ((*settings)->traces, (telemetry::Tracer::Sampling{0.1, true}));
  EXPECT_FALSE((*settings)->metrics);
  EXPECT_EQ((*settings)->interval, std::chrono::minutes(1));
  EXPECT_EQ((*settings)->resource, (otlp::Resource{{"service.name", "cairn"}}));
  EXPECT_FALSE((*In("telemetry: {otlp: {traces: false}}"))->traces);
}

TEST_F(Reporting, TakesWhatIsOpenFromTheEnvironment) {
  EXPECT_EQ((*In("telemetry: {otlp: {}}"))->endpoint, "http://localhost:4318");
  EXPECT_EQ((*In("telemetry: {otlp: {}}"))->traces, (telemetry::Tracer::Sampling{1, true}));
  ::setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318", 1);
  ::setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, other = c=d", 1);
  ::setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=late,deployment.environment.name=test", 1);
  ::setenv("OTEL_TRACES_SAMPLER", "traceidratio", 1);
  ::setenv("OTEL_TRACES_SAMPLER_ARG", "0.25", 1);
  const auto settings = In("telemetry: {otlp: {}}");
  ASSERT_TRUE(settings && *settings);
  EXPECT_EQ((*settings)->endpoint, "http://collector:4318");
  EXPECT_EQ((*settings)->headers, (fetch::Fields{{"api-key", "a b"}, {"other", "c=d"}}));
  EXPECT_EQ((*settings)->resource,
            (otlp::Resource{{"service.name", "late"}, {"deployment.environment.name", "test"}}));
  EXPECT_EQ((*settings)->traces, (telemetry::Tracer::Sampling{0.25, false}));
  ::setenv("OTEL_SERVICE_NAME", "flights", 1);
  EXPECT_EQ((*In("telemetry: {otlp: {}}"))->resource.front().second, "flights");
  EXPECT_EQ((*In("telemetry: {otlp: {endpoint: 'http://here:1'}}"))->endpoint, "http://here:1");
  ::setenv("OTEL_SDK_DISABLED", "TRUE", 1);
  EXPECT_FALSE(*In("telemetry: {otlp: {}}"));
}

TEST_F(Reporting, RefusesWhatItCannotRead) {
  for (const char* yaml :
       {"telemetry: yes please", "telemetry: {otlp: on}", "telemetry: {oltp: {}}",
        "telemetry: {otlp: {endpoint: 'collector:4318'}}", "telemetry: {otlp: {endpoint: 'http://'}}",
        "telemetry: {otlp: {endpoint: 'http://user:secret@c:1'}}", "telemetry: {otlp: {traces: 110%}}",
        "telemetry: {otlp: {interval: 100ms}}", "telemetry: {otlp: {interval: 0s}}",
        "telemetry: {otlp: {sample: 1}}"}) {
    const auto settings = In(yaml);
    ASSERT_FALSE(settings) << yaml;
    EXPECT_EQ(settings.error().reason, Reason::InvalidArgument) << yaml;
    EXPECT_TRUE(settings.error().message.starts_with("cairn.yaml:1:")) << settings.error().message;
  }
  ::setenv("OTEL_TRACES_SAMPLER", "jaeger_remote", 1);
  EXPECT_FALSE(In("telemetry: {otlp: {}}"));
  EXPECT_TRUE(In("telemetry: {otlp: {traces: 10%}}"));
  ::setenv("OTEL_EXPORTER_OTLP_HEADERS", "nothing", 1);
  EXPECT_FALSE(In("telemetry: {otlp: {traces: 10%}}"));
}

}  // namespace
}  // namespace cairn::app
