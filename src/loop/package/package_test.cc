#include "loop/package/package.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/testing/manual_clock.h"

namespace cairn::package {
namespace {

/// A package of columns.onnx, made by hand as Pack makes it from the rooms.
class PackageTest : public ::testing::Test {
 protected:
  PackageTest() {
    files_["model/model.onnx"] = *os::ReadFile("src/loop/runtime/testdata/columns.onnx");
    files_["model/MLmodel"] = "flavors:\n  onnx: {data: model.onnx}\n";
    files_["serving.json"] =
        R"({"model":{"name":"late-arrival","dataset":"flights"},"data":{"flights":{"path":"data/flights","target":)"
        R"("late","contract":{"columns":{"carrier":{"type":"string","allowed":["AA","UA","B6"]},"hour":{"type":)"
        R"("integer","min":0,"max":23},"distance":{"type":"number"},"late":{"type":"integer","serving":false}}}}},)"
        R"("charter":{"heuristic":[{"otherwise":0.25}]}})";
    files_["package.json"] = R"({"format":1,"model":"late-arrival","version":7,"manifest":"m"})";
    Put(R"({"rows":1,"inputs":{"carrier":["UA"],"hour":[1],"distance":[100]},"outputs":[]})");
  }

  void Put(const std::string& golden) {
    files_["golden.json"] = golden;
    Seal(files_);
  }
  static serving::Question Rows(serving::Columns columns) {
    serving::Question question;
    question.rows = columns[0].second.size();
    question.columns = std::move(columns);
    return question;
  }
  /// What the version answers, kept as golden vectors.
  Golden Recorded() {
    const auto opened = Open(files_);
    EXPECT_TRUE(opened) << opened.error().message;
    const auto alone = *Alone::Start(opened->settings, opened->version, clock_);
    auto golden = Record(alone->service(), Rows({{"carrier", {"UA", "ZZ", "AA", "B6"}},
                                                 {"hour", {3, 4, 5, 20}},
                                                 {"distance", {100.5, 5, nullptr, 7.25}}}));
    EXPECT_TRUE(golden) << golden.error().message;
    return golden ? *golden : Golden();
  }

  os::testing::ManualClock clock_;
  Files files_;
};

TEST_F(PackageTest, AnswersByItselfWhatWasRecorded) {
  const Golden golden = Recorded();
  EXPECT_EQ(golden.rows, 2u) << "the contract lets no ZZ through, and the model gives NaN without a distance";
  Put(ToJson(golden).DumpPretty());
  const auto opened = Open(files_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->digest, DigestOf(files_));
  const auto alone = Start(*opened, clock_);
  ASSERT_TRUE(alone) << alone.error().message;
  auto& service = (*alone)->service();
  EXPECT_EQ(service.offer()->version, 7);
  EXPECT_EQ(service.state().requests, 0) << "the check counts as no request";
  const auto answer = service.Predict(Rows({{"carrier", {"UA"}}, {"hour", {3}}, {"distance", {100.5}}}));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->arm, serving::Arm::Production);
  EXPECT_EQ(service.Predict(Rows({{"hour", {30}}})).error().reason, Reason::Unprocessable);
  EXPECT_EQ(service.Describe(8).error().reason, Reason::NotFound);
  EXPECT_EQ(service.Release().error().reason, Reason::Denied);
}

TEST_F(PackageTest, TheVectorThatDiffersIsNamed) {
  Json golden = ToJson(Recorded());
  Json outputs = Json::Array();
  for (Json output : golden.At("outputs").items()) {
    if (output.Text("name") == "probabilities") {
      auto data = output.At("data").items();
      data[3] = Json(data[3].AsDouble() + 0.001);
      output.Set("data", Json::Array(data));
    }
    outputs.Push(std::move(output));
  }
  golden.Set("outputs", std::move(outputs));
  Put(golden.Dump());
  const auto started = Start(*Open(files_), clock_);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().reason, Reason::Corrupt);
  EXPECT_NE(started.error().message.find("Golden vector 2 differs: the output 'probabilities'"),
            std::string::npos)
      << started.error().message;
}

TEST_F(PackageTest, ALastDigitMayDiffer) {
  Json golden = ToJson(Recorded());
  Json outputs = Json::Array();
  for (Json output : golden.At("outputs").items()) {
    auto data = output.At("data").items();
    if (output.Text("name") == "probabilities") data[1] = Json(data[1].AsDouble() * (1 + 1e-5));
    output.Set("data", Json::Array(data));
    outputs.Push(std::move(output));
  }
  golden.Set("outputs", std::move(outputs));
  Put(golden.Dump());
  EXPECT_TRUE(Start(*Open(files_), clock_));
}

TEST_F(PackageTest, TheFallbackDoesNotAnswerGoldenVectors) {
  Put(R"({"rows":1,"inputs":{"carrier":["UA"],"hour":[99],"distance":[100]},"outputs":[]})");
  const auto started = Start(*Open(files_), clock_);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("get no answer here: Column 'hour'"), std::string::npos)
      << started.error().message;
}

TEST_F(PackageTest, WhatIsNoPackageIsSaid) {
  const auto reason = [&](const std::string& path, const std::string& text) {
    Files files = files_;
    files[path] = text;
    Seal(files);
    const auto opened = Open(files);
    EXPECT_FALSE(opened) << path;
    return opened ? Reason::Internal : opened.error().reason;
  };
  EXPECT_EQ(reason("package.json", R"({"format":2,"model":"m","version":1})"), Reason::Unsupported);
  EXPECT_EQ(reason("package.json", "{}"), Reason::Corrupt);
  EXPECT_EQ(reason("package.json", "["), Reason::Corrupt);
  EXPECT_EQ(reason("golden.json", R"({"rows":2,"inputs":{"a":[1]},"outputs":[]})"), Reason::Corrupt);
  EXPECT_EQ(reason("model/model.onnx", "no model"), Reason::Corrupt);
  EXPECT_EQ(reason("model/MLmodel", "flavors: {onnx: {data: /etc/passwd}}\n"), Reason::Denied);
  files_.erase("serving.json");
  Seal(files_);
  EXPECT_EQ(Open(files_).error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::package
